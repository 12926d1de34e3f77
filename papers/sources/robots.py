"""sources.robots: read a site's robots.txt, the rules of what programs may fetch (RFC 9309)."""

from protego import Protego

from .wire.fetch import Fetcher
from .wire.sentences import FetchError

AGENT = "Tenth"
LONGEST = 500 * 1024  # bytes; more need not be read, says the RFC


def rules(origin: str, fetcher: Fetcher) -> bytes:
    """Fetch the rules of a site ("https://blog.example"); none if it has none.

    Raises FetchError if the server cannot say: then everything is forbidden for now.
    """
    try:
        return fetcher.get(f"{origin}/robots.txt", accept="text/plain, */*;q=0.5").body[:LONGEST]
    except FetchError as error:
        if error.code and 400 <= error.code < 500 and error.code != 429:
            return b""
        raise


def allows(rules: bytes, url: str) -> bool:
    """True if these rules let us fetch this address. Run in a sandbox.

    >>> allows(b"User-agent: *\\nDisallow: /private", "https://blog.example/private/1")
    False
    """
    return bool(Protego.parse(rules.decode("utf-8", "replace")).can_fetch(url, AGENT))
