"""Declarations of data: contracts, tables, codes and policy. Imports nothing of ours."""
