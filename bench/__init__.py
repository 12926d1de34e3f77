"""bench: the speed of the product, compared with floors that do as little as the same work can cost."""
