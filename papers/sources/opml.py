"""sources.opml: the list of feeds that other readers export. Most real files are not well-formed XML.

A parser of XML drops an attribute, or all that follows, at a quote, `<` or `&` that was not escaped; and the address
stands in just that attribute. So the outlines are read here, by what ends an attribute in practice. Entities are
never looked up.
"""

import html
import re
from bisect import bisect
from dataclasses import dataclass, field

from . import charset
from .wire import addresses

DEEPEST = 40
LONGEST = 2000  # of an address

_ROOT = re.compile(r"<(?:[\w.-]+:)?([a-z][\w.-]*)", re.IGNORECASE)
_MARK = re.compile(r"<(/?)(?:[\w.-]+:)?(outline|body|opml)\b", re.IGNORECASE)
# A quote ends its value where another attribute or the end of the tag follows; every other one belongs to the text.
_END = r"\s*(?:[\w:.-]+\s*=\s*[\"']|/?>?\s*\Z)"
_ATTRIBUTE = re.compile(
    rf"""(?<![\w:.-])([\w:.-]+)\s*=\s*(?:"((?:[^"]|"(?!{_END}))*+)(?:"|\Z)|'((?:[^']|'(?!{_END}))*+)(?:'|\Z)|([^\s"'<>]+))"""
)
_ADDRESS = re.compile(r"\bxmlurl\s*=\s*(?:\"\s*([^\"<>\s]*)|'\s*([^'<>\s]*)|([^\s\"'<>]*))", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]\w{1,30});", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of the list; `folder` is where it stood, "/" between levels."""

    title: str
    url: str
    site_url: str = ""
    folder: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Missed:
    """A feed that stands in the file and cannot be taken: at which line, under which address, and why."""

    line: int
    url: str
    why: str


@dataclass(slots=True)
class Listing:
    """The feeds of a file, each once, and what stands in it beside them."""

    feeds: list[Outline] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)


def read(data: bytes) -> Listing:
    """The feeds in an OPML file of any version. Raises ValueError, with a sentence, when it is none."""
    text = _without_comments(charset.text(data))
    root = _ROOT.search(text)
    if not root:
        raise ValueError("it is no XML.")
    if root[1].lower() not in ("opml", "outline", "body"):
        raise ValueError("it is no OPML file: look for “Export” in your feed reader.")
    return _Reader(text).listing()


def _without_comments(text: str) -> str:
    """The same lines, without comments and the brackets of CDATA."""
    parts, at = [], 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin)) >= 0:
        parts += [text[at:begin], "\n" * text.count("\n", begin, end)]
        at = end + 3
    return "".join([*parts, text[at:]]).replace("<![CDATA[", "").replace("]]>", "")


class _Reader:
    """One walk over a file, from outline to outline."""

    def __init__(self, text: str):
        self._text = text
        self._lines = [found.start() for found in re.finditer("\n", text)]
        self._found: dict[str, Outline] = {}
        self._missed: list[Missed] = []
        self._folders: list[str] = []
        self._open: list[bool] = []  # of each open outline: whether it is a folder in `_folders`

    def listing(self) -> Listing:
        marks = list(_MARK.finditer(self._text))
        self._addresses(0, marks[0].start() if marks else len(self._text), {})
        for number, mark in enumerate(marks):
            end = marks[number + 1].start() if number + 1 < len(marks) else len(self._text)
            if mark[2].lower() == "outline" and not mark[1]:
                self._outline(mark.end(), end)
                continue
            if mark[2].lower() == "outline" and self._open and self._open.pop():
                self._folders.pop()
            self._addresses(mark.end(), end, {})
        return Listing(list(self._found.values()), self._missed)

    def _outline(self, begin: int, end: int) -> None:
        close = self._text.rfind(">", begin, end) + 1 or end
        tag = self._text[begin:close]
        said = {found[1].lower(): _words(found[2] or found[3] or found[4] or "") for found in _ATTRIBUTE.finditer(tag)}
        if "xmlurl" not in said and said.get("type", "").lower() in ("rss", "atom") and said.get("url"):
            self._take(begin, said["url"], said)
        is_feed = self._addresses(begin, end, said) or "url" in said
        if not tag.endswith("/>"):
            is_folder = not is_feed and len(self._folders) < DEEPEST
            self._open.append(is_folder)
            if is_folder:
                self._folders.append(said.get("title") or said.get("text", ""))

    def _addresses(self, begin: int, end: int, said: dict[str, str]) -> bool:
        """Take every address that stands there; the attributes that were read belong to the first."""
        places = list(_ADDRESS.finditer(self._text, begin, end))
        for number, place in enumerate(places):
            plain = _words(place[1] or place[2] or place[3] or "")
            whole = "" if number else said.get("xmlurl", "")  # also with blanks within, but not with the next tag
            self._take(place.start(), plain if not whole or set('"<>') & set(whole) else whole, {} if number else said)
        return bool(places)

    def _take(self, at: int, url: str, said: dict[str, str]) -> None:
        if url.lower().startswith("feed:"):
            url = "https:" + url[5:] if url.lower().startswith("feed://") else url[5:]
        line = bisect(self._lines, at) + 1
        where = addresses.read(url.replace(" ", "%20")) if len(url) <= LONGEST else None
        if not where:
            why = "It has no address." if not url else "Its address is too long." if len(url) > LONGEST else ""
            self._missed.append(Missed(line, url[:200], why or "That is not a web address."))
            return
        site = said.get("htmlurl", "")
        site = site if addresses.read(site) and len(site) <= LONGEST else ""
        title = (said.get("title") or said.get("text", ""))[:200] or where.url[:200]
        self._found.setdefault(where.url, Outline(title, where.url, site, "/".join(self._folders), line))


def _words(value: str) -> str:
    """On one line, with the characters that entities stand for; an entity that HTML does not know stays."""
    return " ".join(charset.sound(_ENTITY.sub(lambda found: html.unescape(found[0]), value)).split())
