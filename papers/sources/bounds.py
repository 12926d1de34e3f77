"""sources.bounds: what hostile bytes may cost: cut or refused by one quick look, before a slow parser sees them.

feedparser takes some 60 µs for each element, and longer than that where XML is broken; nh3's time grows with the square
of how deep HTML is nested. A server can send ten megabytes of either.
"""

import re
from xml.parsers import expat

MOST_ENTRIES = 2_000
MOST_ELEMENTS = 40_000  # of all that is kept; 2,000 entries of 20 elements each
MOST_ATTRIBUTES = 80_000
DEEPEST = 100
MOST_TAGS = 10_000  # of the HTML of one entry, of which a page shows a few hundred
LONGEST_NAME = 2_000  # bytes of an author; thousands of them in one element are arXiv's, whose feeds are read elsewhere
BROKEN_BYTES = 256 * 1024  # of broken XML, which feedparser reads by regular expressions

_ENTRIES = {"item", "entry"}
_CLOSING = re.compile(rb"</(?:[\w.-]+:)?(?:item|entry)\s*>")


class TooMuchError(Exception):
    """There is more markup in it than any feed has."""


class _EnoughError(Exception):
    """The look is over: more than we keep."""


def feed(body: bytes) -> bytes:
    """As much of a feed's bytes as we read: whole where it is a feed, ended early where it has more than we keep.

    Raises TooMuchError when not even one entry can be had of it.
    """
    look = _Look()
    try:
        look.at(body)
    except expat.ExpatError:
        return _beginning(body)
    except (_EnoughError, ValueError, LookupError):  # also encodings that expat does not know
        if not look.enough:
            return _beginning(body)
        if not look.end or body[:1] != b"<" or b"\0" in body[:4]:  # a tail in ASCII would not fit
            raise TooMuchError from None
        return body[: look.end] + b"".join(b"</%s>" % name.encode() for name in reversed(look.around))
    return body


# feedparser looks for mail addresses in names by a pattern whose time grows with the square of their length.
_NAMES = re.compile(
    rb"(<(?:[\w.-]+:)?(?:author|creator|contributor|publisher|managingEditor|webMaster|owner|name|email)\b[^<>]{0,500}>\s*"
    rb"(?:<!\[CDATA\[)?[^<>\]]{%d}[\x80-\xbf]{0,3})[^<>\]]+" % LONGEST_NAME,  # never in the middle of a letter
    re.IGNORECASE,
)


def short_names(body: bytes) -> bytes:
    """A feed's bytes with the names of people cut where no name is as long.

    >>> short_names(b"<author>" + b"a" * 9_000 + b"</author>") == b"<author>" + b"a" * LONGEST_NAME + b"</author>"
    True
    """
    return _NAMES.sub(rb"\1", body)


def _beginning(body: bytes) -> bytes:
    """The part of broken XML that is read, up to the end of an entry where there is one."""
    if len(body) <= BROKEN_BYTES:
        return body
    ends = [found.end() for found in _CLOSING.finditer(body, 0, BROKEN_BYTES)]
    return body[: ends[-1] if ends else BROKEN_BYTES]


class _Look:
    """One pass of expat, which counts: a hundred times as quick as feedparser, and it stops where there is enough."""

    def __init__(self) -> None:
        self.enough = False
        self.end = 0  # the byte behind the last entry that we keep
        self.around: list[str] = []  # the elements around the entries
        self._open: list[str] = []
        self._entry_at = 0  # how deep the entry lies that is open now
        self._entries = self._elements = self._attributes = 0
        self._ended = False
        self._parser = expat.ParserCreate(namespace_separator=" ")  # as feedparser: unknown prefixes are broken XML
        self._parser.namespace_prefixes = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._stop
        self._parser.ordered_attributes = True

    def at(self, body: bytes) -> None:
        self._parser.Parse(body, True)

    def _start(self, name: str, attributes: list[str]) -> None:
        if self._ended:  # now it is known where the end tag of the last entry ends
            self.end, self._ended = self._parser.CurrentByteIndex, False
        self._open.append(name)
        self._elements += 1
        self._attributes += len(attributes) // 2
        if not self._entry_at and _plain(name) in _ENTRIES:
            self._entry_at = len(self._open)
            self.around = [_written(each) for each in self._open[:-1]]
            self._entries += 1
        if (
            self._entries > MOST_ENTRIES
            or self._elements > MOST_ELEMENTS
            or self._attributes > MOST_ATTRIBUTES
            or len(self._open) > DEEPEST
        ):
            self.enough = True
            raise _EnoughError

    def _stop(self, name: str) -> None:
        if self._ended:
            self.end, self._ended = self._parser.CurrentByteIndex, False
        if self._entry_at == len(self._open):
            self._entry_at, self._ended = 0, True
        self._open.pop()


def _plain(name: str) -> str:
    """The local part of expat's "namespace local prefix"."""
    parts = name.split(" ")
    return parts[1] if len(parts) > 1 else parts[0]


def _written(name: str) -> str:
    """The name as it stands in the document."""
    parts = name.split(" ")
    return f"{parts[2]}:{parts[1]}" if len(parts) > 2 else _plain(name)


# ── HTML ─────────────────────────────────────────────────────────────────────────────────────

# A value in quotes may hold < and >. Each piece is bounded: looking further would take for ever on hostile text.
_TAG = re.compile(
    r"""<(/?)([a-z][^\s<>/"']*+)(?:[^<>"']{1,1000}+|"[^"]{0,1000}+"|'[^']{0,1000}+'){0,16}+>""", re.IGNORECASE
)
_VOID = "area base br col embed hr img input link meta param source track wbr"
_END_TAGS_LEFT_OUT = "p li dt dd option tr td th"  # the next one closes them
_NOT_NESTED = frozenset(f"{_VOID} {_END_TAGS_LEFT_OUT}".split())


def shallow(html: str, depth: int = 60) -> str:
    """HTML without the tags that stand deeper than any page nests them; their content stays. It ends after MOST_TAGS.

    >>> shallow("<b>" * 3 + "x" + "</b>" * 3, depth=2)
    '<b><b>x</b></b>'
    """
    tags = html.count("<")
    if tags <= depth:
        return html
    if tags > MOST_TAGS:
        html = html[: -len(html.split("<", MOST_TAGS + 1)[-1]) - 1]
    open_now = dropped = 0

    def kept(found: re.Match[str]) -> str:
        nonlocal open_now, dropped
        name = found[2].lower()
        if name in _NOT_NESTED:
            return found[0]
        if not found[1]:
            if open_now >= depth:
                dropped += 1
                return ""
            open_now += 1
        elif dropped:
            dropped -= 1
            return ""
        else:
            open_now = max(0, open_now - 1)
        return found[0]

    return _TAG.sub(kept, html)
