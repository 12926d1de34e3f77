"""sources.opml: read the feed lists that other readers export. Most real files are not well-formed XML.

At an unescaped quote, `<` or `&`, an XML parser drops the attribute or everything after it, and the feed's address
often stands in just that attribute. So this parser goes by what ends an attribute in practice. It never resolves
external entities.
"""

import html
import re
from bisect import bisect
from dataclasses import dataclass, field

from . import charset
from .wire import addresses

DEEPEST = 40
LONGEST = 2000  # characters of an address

_ROOT = re.compile(r"<(?:[\w.-]+:)?([a-z][\w.-]*)", re.IGNORECASE)
_MARK = re.compile(r"<(/?)(?:[\w.-]+:)?(outline|body|opml)\b", re.IGNORECASE)
# A quote ends a value only before another attribute or the end of the tag; any other quote belongs to the text.
_END = r"\s*(?:[\w:.-]+\s*=\s*[\"']|/?>?\s*\Z)"
_ATTRIBUTE = re.compile(
    rf"""(?<![\w:.-])([\w:.-]+)\s*=\s*(?:"((?:[^"]|"(?!{_END}))*+)(?:"|\Z)|'((?:[^']|'(?!{_END}))*+)(?:'|\Z)|([^\s"'<>]+))"""
)
_ADDRESS = re.compile(r"\bxmlurl\s*=\s*(?:\"\s*([^\"<>\s]*)|'\s*([^'<>\s]*)|([^\s\"'<>]*))", re.IGNORECASE)
_SCRAPED = re.compile(r"xpath|dotnotation|dotpath", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]\w{1,30});", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of the list; `folder` is the path of its folders, separated by "/"."""

    title: str
    url: str
    site_url: str = ""
    folder: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Missed:
    """A feed in the file that cannot be imported: its line, its address, and the reason."""

    line: int
    url: str
    why: str


@dataclass(slots=True)
class Listing:
    """The feeds of a file, each once, and those that cannot be imported."""

    feeds: list[Outline] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)


def read(data: bytes) -> Listing:
    """Read an OPML file of any version. Raises ValueError, with the end of a sentence, when it is not OPML."""
    text = _without_comments(charset.text(data))
    root = _ROOT.search(text)
    if not root:
        raise ValueError("it is not XML.")
    if root[1].lower() not in ("opml", "outline", "body"):
        raise ValueError("it is not an OPML file. Look for “Export” in your feed reader.")
    return _Reader(text).listing()


def _without_comments(text: str) -> str:
    """The text without comments and CDATA brackets, with its line numbers unchanged."""
    parts, at = [], 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin)) >= 0:
        parts += [text[at:begin], "\n" * text.count("\n", begin, end)]
        at = end + 3
    return "".join([*parts, text[at:]]).replace("<![CDATA[", "").replace("]]>", "")


class _Reader:
    """One walk over a file, from outline to outline."""

    def __init__(self, text: str):
        self._text = text
        self._lines = [newline.start() for newline in re.finditer("\n", text)]
        self._feeds: dict[str, Outline] = {}
        self._missed: list[Missed] = []
        self._folders: list[str] = []
        self._open: list[bool] = []  # for each open outline, whether it is a folder in `_folders`

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
        return Listing(list(self._feeds.values()), self._missed)

    def _outline(self, begin: int, end: int) -> None:
        close = self._text.rfind(">", begin, end) + 1 or end
        tag = self._text[begin:close]
        attributes = {
            match[1].lower(): _unescaped(match[2] or match[3] or match[4] or "") for match in _ATTRIBUTE.finditer(tag)
        }
        is_rss = attributes.get("type", "").lower() in ("rss", "atom")
        if is_rss and "xmlurl" not in attributes and attributes.get("url"):
            self._add(begin, attributes["url"], attributes)
        is_feed = self._addresses(begin, end, attributes) or "url" in attributes
        if not is_feed and (elsewhere := attributes.get("frss:opmlurl")):
            why = "FreshRSS fills this folder from another list. Download that list, and bring it too."
            self._missed.append(Missed(bisect(self._lines, begin) + 1, elsewhere[:200], why))
        if not tag.endswith("/>"):
            is_folder = not is_feed and len(self._folders) < DEEPEST
            self._open.append(is_folder)
            if is_folder:
                self._folders.append(attributes.get("title") or attributes.get("text", ""))

    def _addresses(self, begin: int, end: int, attributes: dict[str, str]) -> bool:
        """Add every address in this part of the file. The attributes belong to the first of them."""
        matches = list(_ADDRESS.finditer(self._text, begin, end))
        for number, match in enumerate(matches):
            url = _unescaped(match[1] or match[2] or match[3] or "")
            # The parsed attribute may contain blanks; but it may also have run into the next tag.
            parsed = "" if number else attributes.get("xmlurl", "")
            if parsed and not set('"<>') & set(parsed):
                url = parsed
            self._add(match.start(), url, {} if number else attributes)
        return bool(matches)

    def _add(self, at: int, url: str, attributes: dict[str, str]) -> None:
        if url.lower().startswith("feed:"):
            url = "https:" + url[5:] if url.lower().startswith("feed://") else url[5:]
        line = bisect(self._lines, at) + 1
        if _SCRAPED.search(attributes.get("type", "")):
            self._missed.append(Missed(line, url[:200], "FreshRSS picks this out of a page; it is no feed."))
            return
        address = addresses.read(url.replace(" ", "%20")) if len(url) <= LONGEST else None
        if not address:
            why = "It has no address." if not url else "Its address is too long." if len(url) > LONGEST else ""
            self._missed.append(Missed(line, url[:200], why or "That is not a web address."))
            return
        site = attributes.get("htmlurl", "")
        site = site if addresses.read(site) and len(site) <= LONGEST else ""
        title = (attributes.get("title") or attributes.get("text", ""))[:200] or address.url[:200]
        self._feeds.setdefault(address.url, Outline(title, address.url, site, "/".join(self._folders), line))


def _unescaped(value: str) -> str:
    """The value on one line with HTML entities resolved; unknown entities stay."""
    return " ".join(charset.valid_in_xml(_ENTITY.sub(lambda entity: html.unescape(entity[0]), value)).split())
