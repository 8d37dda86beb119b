"""Parts that every DAG of ours shares: dates, defaults, alarms, assets, and how a task waits or fails."""
