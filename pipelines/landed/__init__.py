"""The data is held exactly as sent, under its digest, with what the sender claimed about it."""
