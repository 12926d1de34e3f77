"""sources.text: small clean-up functions for text, links and dates that every kind of source needs."""

import hashlib
import html
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

import nh3

from ..identity import strip_controls
from .bounds import shallow
from .markup import without_math

BLOCK = re.compile(r"<(?=/?(?:p|br|li|div|h\d|tr|td|th|dd|dt|pre|blockquote|section|article|figure)\b)", re.IGNORECASE)
LONGEST_HTML = 400_000  # characters that text_of reads
EARLIEST = 1950  # a year; any date before it is a mistake


def line(text: object) -> str:
    """The text on one line, without control characters.

    >>> line(" A\\n  long\\ttitle\\x00 ")
    'A long title'
    """
    return " ".join(strip_controls(str(text or "")).split())


def plain(value: object) -> str:
    """A string from untrusted JSON, on one line; "" for a value of any other type.

    >>> plain(" A\\n title"), plain(["A"]), plain(None), plain(True)
    ('A title', '', '', '')
    """
    return line(value) if isinstance(value, str) else ""


def text_of(content: str) -> str:
    """HTML as plain text on one line, without tags and scripts.

    >>> text_of("<p>Two</p><p>par<b>ag</b>raphs &amp; more<script>x</script>")
    'Two paragraphs & more'
    """
    if "<" not in content and "&" not in content:
        return line(content)
    spaced = BLOCK.sub(" <", without_math(shallow(content[:LONGEST_HTML])))
    return line(html.unescape(nh3.clean(spaced, tags=set())))


def absolute(base: str, link: object) -> str:
    """A link on a page or in a feed as an absolute URL; "" if it is not a web address.

    >>> absolute("https://blog.example/feed", "/a"), absolute("https://blog.example/", "http://[bad")
    ('https://blog.example/a', '')
    """
    try:
        url = urljoin(base, line(link)) if link else ""
    except ValueError:
        return ""
    return url if url.lower().startswith(("http://", "https://")) else ""


def in_utc(at: datetime) -> datetime | None:
    """The time in UTC, which is also assumed for a time without a zone; None at the edge of the calendar."""
    try:
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except OverflowError:
        return None


def plausible(at: datetime | None, now: datetime) -> datetime | None:
    """The date if it can be true, else None. Up to two days in the future counts as now: it may be a time zone."""
    if at is None or at.year < EARLIEST or at > now + timedelta(days=2):
        return None
    return min(at, now)


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
