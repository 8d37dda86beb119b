"""What a home declares: contracts, code lists, policy and key, and the versions of what decides rows."""
