"""sources.text: small cleanings that every kind of source needs."""

import hashlib
import html
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

import nh3

from .bounds import shallow

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
LONGEST_HTML = 200_000  # letters of which the words are taken
EARLIEST = 1950  # a year: what claims to be older is a mistake


def line(text: object) -> str:
    """On one line, without control characters.

    >>> line(" A\\n  long\\ttitle\\x00 ")
    'A long title'
    """
    return " ".join(_CONTROL.sub("", str(text or "")).split())


def plain(value: object) -> str:
    """A text of a stranger's JSON; "" for everything else that may stand in its place.

    >>> plain(" A\\n title"), plain(["A"]), plain(None), plain(True)
    ('A title', '', '', '')
    """
    return line(value) if isinstance(value, str) else ""


def words_of(content: str) -> str:
    """The words of some HTML as plain text, tags and scripts gone."""
    if "<" not in content and "&" not in content:
        return line(content)
    spaced = _TAG.sub(lambda found: f" {found[0]}", shallow(content[:LONGEST_HTML]))
    return line(html.unescape(nh3.clean(spaced, tags=set())))


def absolute(base: str, link: object) -> str:
    """A link of a page or feed as a whole web address; "" when it is none.

    >>> absolute("https://blog.example/feed", "/a"), absolute("https://blog.example/", "http://[bad")
    ('https://blog.example/a', '')
    """
    try:
        found = urljoin(base, line(link)) if link else ""
    except ValueError:
        return ""
    return found if found.lower().startswith(("http://", "https://")) else ""


def in_utc(at: datetime) -> datetime | None:
    """In UTC, which is also what a date without a zone is read as; None at the edge of the calendar."""
    try:
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except OverflowError:
        return None


def sane(at: datetime | None, now: datetime) -> datetime | None:
    """A date that can be true: none of the far past, none of the future (two days are a matter of time zones)."""
    if at is None or at.year < EARLIEST or at > now + timedelta(days=2):
        return None
    return min(at, now)


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
