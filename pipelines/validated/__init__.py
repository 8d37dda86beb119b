"""Every value used, ignored by name, or its row quarantined with the reason and where its bytes stand."""
