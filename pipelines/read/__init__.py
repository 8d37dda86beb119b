"""Read what a lake holds at a receipt: for a screen, for a person, for an auditor. Nothing here decides."""
