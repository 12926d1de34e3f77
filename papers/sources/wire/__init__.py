"""sources.wire: ask and tell other people's servers: politely, bounded, and never inside a private network."""
