"""Files that leave the building: for agencies and counties, notices, proposals and the report."""
