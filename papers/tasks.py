"""tasks: the door for the clock. Thin: each takes ids, claims its row, may run twice."""
