"""sources.entry_ids: tell a feed's own ids for its entries from the addresses that some of them are."""

import re
from typing import Any

# An RSS guid is an address only if it is a whole one and is not declared to be none. feedparser resolves all others
# against the feed's address, which makes one page out of the entries "17" of two feeds, and does not pass on the
# declaration. So those are marked before it reads them.
_MARK = "entry-id:"
_GUID = re.compile(
    rb"(<guid\b(?![^<>]*/>)(?P<attributes>[^<>]{0,500})>\s{0,100}(?:<!\[CDATA\[\s{0,100})?)(?P<web>https?://)?",
    re.IGNORECASE,
)
_DENIED = re.compile(rb"""ispermalink\s*=\s*["']\s*(?!true\b)""", re.IGNORECASE)
_PLACEHOLDERS = ("n/a", "na", "none", "null", "undefined", "unknown", "-", "#", "tbd", "about:blank")
_NO_LINK = re.compile(
    rb"(<link\b[^<>]{0,500}>)\s{0,100}(?:%s)\s{0,100}(</link>)" % "|".join(_PLACEHOLDERS).encode(), re.IGNORECASE
)


def mark(body: bytes) -> bytes:
    """Mark the RSS guids in a feed that are no addresses, and empty the links that only say that there is none.

    >>> mark(b"<guid>17</guid><guid>https://a.example/17</guid>")
    b'<guid>entry-id:17</guid><guid>https://a.example/17</guid>'
    >>> mark(b'<guid isPermaLink="false">https://a.example/17</guid>')
    b'<guid isPermaLink="false">entry-id:https://a.example/17</guid>'
    """

    def marked(match: re.Match[bytes]) -> bytes:
        is_address = match["web"] and not _DENIED.search(match["attributes"])
        return match[0] if is_address else match[1] + _MARK.encode() + (match["web"] or b"")

    return _NO_LINK.sub(rb"\1\2", _GUID.sub(marked, body))


def read(entry_id: str, version: str) -> tuple[str, bool]:
    """The id of an entry in a feed of this version (feedparser's), and whether it is the address of its page.

    >>> read("entry-id:17", "rss20"), read("https://a.example/17", "rss20"), read("https://a.example/17", "atom10")
    (('17', False), ('https://a.example/17', True), ('https://a.example/17', False))
    """
    at = entry_id.find(_MARK)
    if at >= 0:
        return real(entry_id[at + len(_MARK) :]), False
    is_address = version.startswith("rss") and entry_id.startswith(("http://", "https://"))
    return real(entry_id), is_address


def real(value: str) -> str:
    """The id or address, or "" if the feed only says that it has none.

    >>> real("N/A"), real(" none "), real("17")
    ('', '', '17')
    """
    return "" if value.strip().lower() in _PLACEHOLDERS else value.strip()


def link_of(entry: Any) -> str:
    """An entry's link as feedparser gives it; "" if that is only a guid which is no address."""
    link = str(entry.get("link") or "")
    return "" if _MARK in link else real(link)
