"""State of every entitlement tonight, with the reasons."""
