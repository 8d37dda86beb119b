"""The data is held exactly as sent, under its digest, with what the sender stated about it."""
