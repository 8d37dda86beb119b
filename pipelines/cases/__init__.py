"""Cases: each question about a subject with all that happened to it; events only grow, the state is their fold."""
