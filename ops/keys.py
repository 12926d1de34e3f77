"""ops.keys: the rules for a SECRET_KEY, wherever it comes from."""


def is_plausible(key: str) -> bool:
    """Tell whether a key is long and varied enough to be random and fits into an environment variable."""
    return len(key) >= 50 and len(set(key)) >= 5 and key.isprintable()
