"""bench: how fast the product is, beside floors that do the least that the same work could cost."""
