"""bench: how fast the product is, compared with floors that do as little as the same work can cost."""
