"""What data is: contracts, tables, codes and policy. Imports nothing of ours."""
