"""Declarations of a home: contracts, code lists, policy and key; and the version of the code that decides rows."""
