"""ops.keys: what a SECRET_KEY has to look like, wherever it comes from."""


def is_plausible(key: str) -> bool:
    """Long and mixed enough to be random, and of characters that an environment variable can hold."""
    return len(key) >= 50 and len(set(key)) >= 5 and key.isprintable()
