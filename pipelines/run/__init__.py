"""Run a night: the driver of the steps, its commit, and what happens before and after it."""
