"""chaos: the whole product at work while parts of it are killed, and whether it keeps its promises all the same."""
