"""A synthetic province with the truth beside it: shares the contracts with the product and none of its logic."""
