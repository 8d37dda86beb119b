"""Each record tied to one person, or to nobody, or left to a human; who the persons are, and what they draw."""
