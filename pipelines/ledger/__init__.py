"""The ledger: certifications, leads and tickets. Append-only; a mistake is corrected by a further entry."""
