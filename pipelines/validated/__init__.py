"""Every value used, ignored by name, or its row held with the reason and where its bytes stand."""
