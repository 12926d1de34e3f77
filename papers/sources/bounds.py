"""sources.bounds: limit the cost of hostile input: one quick scan cuts or rejects it before a slow parser sees it.

feedparser takes about 60 µs per element, and longer for broken XML; nh3's time grows with the square of the nesting
depth of HTML. A server can send ten megabytes of either.
"""

import re
from xml.parsers import expat

MOST_ENTRIES = 2_000
MOST_ELEMENTS = 40_000  # in the part we keep: 2,000 entries with 20 elements each
MOST_ATTRIBUTES = 80_000
DEEPEST = 100
MOST_TAGS = 10_000  # in the HTML of one entry; a page shows a few hundred
LONGEST_NAME = 2_000  # bytes; only arXiv lists thousands of authors in one element, and arxiv.py reads its feeds
BROKEN_BYTES = 256 * 1024  # of broken XML, which feedparser reads with regular expressions

_ENTRIES = {"item", "entry"}
_CLOSING = re.compile(rb"</(?:[\w.-]+:)?(?:item|entry)\s*>")


class TooMuchError(Exception):
    """The input has more markup than any real feed."""


class _LimitReached(Exception):  # noqa: N818 (it ends the scan and is no error)
    """The scan has passed the last entry that we keep."""


def feed(body: bytes) -> bytes:
    """The part of a feed that we read: all of it, or a well-formed beginning when it is too long.

    Raises TooMuchError when the limit is reached before the end of the first entry.
    """
    scan = _Scan()
    try:
        scan.run(body)
    except expat.ExpatError:
        return _beginning(body)
    except (_LimitReached, ValueError, LookupError):  # also encodings that expat does not know
        if not scan.limit_reached:
            return _beginning(body)
        if not scan.end or body[:1] != b"<" or b"\0" in body[:4]:  # ASCII end tags would not fit the encoding
            raise TooMuchError from None
        return body[: scan.end] + b"".join(b"</%s>" % name.encode() for name in reversed(scan.parents))
    return body


# feedparser searches names for email addresses with a pattern that takes quadratic time.
_NAMES = re.compile(
    rb"(<(?:[\w.-]+:)?(?:author|creator|contributor|publisher|managingEditor|webMaster|owner|name|email)\b[^<>]{0,500}>\s*"
    rb"(?:<!\[CDATA\[)?[^<>\]]{%d}[\x80-\xbf]{0,3})[^<>\]]+" % LONGEST_NAME,  # never in the middle of a character
    re.IGNORECASE,
)


def short_names(body: bytes) -> bytes:
    """Truncate the names of people in a feed to LONGEST_NAME bytes.

    >>> short_names(b"<author>" + b"a" * 9_000 + b"</author>") == b"<author>" + b"a" * LONGEST_NAME + b"</author>"
    True
    """
    return _NAMES.sub(rb"\1", body)


def _beginning(body: bytes) -> bytes:
    """The part of broken XML that we read, up to the end of an entry if there is one."""
    if len(body) <= BROKEN_BYTES:
        return body
    ends = [match.end() for match in _CLOSING.finditer(body, 0, BROKEN_BYTES)]
    return body[: ends[-1] if ends else BROKEN_BYTES]


class _Scan:
    """A counting pass with expat: a hundred times faster than feedparser, and it stops at the limit."""

    def __init__(self) -> None:
        self.limit_reached = False
        self.end = 0  # the offset after the last entry that we keep
        self.parents: list[str] = []  # the elements around the entries
        self._open: list[str] = []
        self._entry_depth = 0  # of the entry that is open now; 0 between entries
        self._entries = self._elements = self._attributes = 0
        self._entry_ended = False
        self._parser = expat.ParserCreate(namespace_separator=" ")  # like feedparser, reject unknown prefixes
        self._parser.namespace_prefixes = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._stop
        self._parser.ordered_attributes = True

    def run(self, body: bytes) -> None:
        self._parser.Parse(body, True)

    def _start(self, name: str, attributes: list[str]) -> None:
        if self._entry_ended:  # only the next tag tells where the entry's end tag ended
            self.end, self._entry_ended = self._parser.CurrentByteIndex, False
        self._open.append(name)
        self._elements += 1
        self._attributes += len(attributes) // 2
        if not self._entry_depth and _local_name(name) in _ENTRIES:
            self._entry_depth = len(self._open)
            self.parents = [_qualified_name(each) for each in self._open[:-1]]
            self._entries += 1
        if (
            self._entries > MOST_ENTRIES
            or self._elements > MOST_ELEMENTS
            or self._attributes > MOST_ATTRIBUTES
            or len(self._open) > DEEPEST
        ):
            self.limit_reached = True
            raise _LimitReached

    def _stop(self, name: str) -> None:
        if self._entry_ended:
            self.end, self._entry_ended = self._parser.CurrentByteIndex, False
        if self._entry_depth == len(self._open):
            self._entry_depth, self._entry_ended = 0, True
        self._open.pop()


def _local_name(name: str) -> str:
    """The local part of expat's "namespace local prefix"."""
    parts = name.split(" ")
    return parts[1] if len(parts) > 1 else parts[0]


def _qualified_name(name: str) -> str:
    """The name as written in the document, with its prefix."""
    parts = name.split(" ")
    return f"{parts[2]}:{parts[1]}" if len(parts) > 2 else _local_name(name)


# ── HTML ─────────────────────────────────────────────────────────────────────────────────────

# Quoted values may contain < and >. Every repetition is bounded, or hostile text would take forever.
_TAG = re.compile(
    r"""<(/?)([a-z][^\s<>/"']*+)(?:[^<>"']{1,1000}+|"[^"]{0,1000}+"|'[^']{0,1000}+'){0,16}+>""", re.IGNORECASE
)
_VOID = "area base br col embed hr img input link meta param source track wbr"
_END_TAG_OPTIONAL = "p li dt dd option tr td th"  # the next one closes them
_NOT_NESTED = frozenset(f"{_VOID} {_END_TAG_OPTIONAL}".split())


def shallow(html: str, depth: int = 60) -> str:
    """Remove tags nested deeper than on any real page, but keep their content; cut the HTML off after MOST_TAGS.

    >>> shallow("<b>" * 3 + "x" + "</b>" * 3, depth=2)
    '<b><b>x</b></b>'
    """
    tags = html.count("<")
    if tags <= depth:
        return html
    if tags > MOST_TAGS:
        html = html[: -len(html.split("<", MOST_TAGS + 1)[-1]) - 1]
    open_now = dropped = 0

    def keep_or_drop(tag: re.Match[str]) -> str:
        nonlocal open_now, dropped
        name = tag[2].lower()
        if name in _NOT_NESTED:
            return tag[0]
        if not tag[1]:
            if open_now >= depth:
                dropped += 1
                return ""
            open_now += 1
        elif dropped:
            dropped -= 1
            return ""
        else:
            open_now = max(0, open_now - 1)
        return tag[0]

    return _TAG.sub(keep_or_drop, html)
