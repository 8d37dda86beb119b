"""A small invented province: every person, number, phone and record here is made up."""
