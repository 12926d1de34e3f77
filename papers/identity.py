"""identity: one name per paper. Any address of a paper becomes names; plain Python."""
