"""What leaves the building: files for agencies and counties, notices, proposals and the report."""
