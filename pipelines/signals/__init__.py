"""Facts about each person tonight: signs of life, records that speak for loss, and which feeds are fresh."""
