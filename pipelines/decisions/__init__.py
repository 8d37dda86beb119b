"""What stands for every entitlement tonight, and why."""
