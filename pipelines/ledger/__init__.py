"""What was certified, found and asked. The books only grow; a mistake is corrected by a further entry."""
