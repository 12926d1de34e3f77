"""intake.feed_lists: the sources in a list of feeds (OPML) from another reader, and the team's own list as one."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape

from ..models import Source
from ..sources import opml
from ..sources.arxiv import SEARCH
from ..sources.charset import valid_in_xml
from ..sources.starter import ARXIV_CATEGORIES
from .subscriptions import ARXIV_HOSTS, NotASourceError, Wish, understand

_API = "https://export.arxiv.org/api/query"
_RSS = "https://rss.arxiv.org/rss"
# Titles that arXiv gives its feeds, addresses, and bare categories.
_GENERIC = re.compile(r"^arxiv$|\bon arxiv\b|^https?://|^[a-z-]+\.[a-z-]+$", re.IGNORECASE)
_HORIZONS = {str(label).lower(): value for value, label in Source.Horizon.choices}


@dataclass(frozen=True, slots=True)
class Row:
    """A source that a list stands for: one feed of the list may be several arXiv categories."""

    wish: Wish
    url: str  # an address that is understood as this source
    folder: str
    horizon: str  # if the folder bears its name, else ""
    known: bool = False  # the team has it

    @property
    def field(self) -> str:
        return f"feed {self.horizon}".strip()


def rows(listing: opml.Listing) -> tuple[list[Row], list[opml.Missed]]:
    """The sources in a list, each once, and the feeds that cannot be added, with the reason."""
    found: dict[tuple[str, str], Row] = {}
    missed = list(listing.missed)
    for outline in listing.feeds:
        try:
            for wish in _wishes(outline):
                url = wish.address if wish.kind == Source.Kind.FEED else address_of(wish.kind, wish.address)
                row = Row(wish, url, outline.folder, _horizon(outline.folder))
                found.setdefault((wish.kind, wish.address), row)
        except NotASourceError as error:
            missed.append(opml.Missed(outline.line, outline.url, str(error)))
    addresses = [address for _, address in found]
    known = set(Source.objects.filter(address__in=addresses).values_list("kind", "address"))
    missed.sort(key=lambda each: each.line)
    return [replace(row, known=key in known) for key, row in found.items()], missed


def _wishes(outline: opml.Outline) -> list[Wish]:
    categories = _categories(outline.url)
    if len(categories) > 1:
        return [understand(category) for category in categories]
    wish = understand(categories[0] if categories else outline.url)
    if wish.kind == Source.Kind.ARXIV and says_little(outline.title):
        return [wish]
    return [replace(wish, name=outline.title or wish.name, site_url=outline.site_url)]


def _categories(url: str) -> list[str]:
    """The categories of an arXiv feed: those it names, joined by "+", and all of a whole archive. Others: none."""
    parts = urlsplit(url)
    steps = parts.path.strip("/").split("/")
    if parts.hostname not in ARXIV_HOSTS or len(steps) < 2 or steps[0] not in ("rss", "atom"):
        return []
    categories = []
    for name in re.split(r"\+|%2B|,", steps[1].removesuffix(".xml"), flags=re.IGNORECASE):
        of_archive = [each for each in ARXIV_CATEGORIES if each.lower().startswith(f"{name.lower()}.")]
        categories += of_archive or [name]
    return list(dict.fromkeys(categories))


def says_little(name: str) -> bool:
    """Tell whether our own name for an arXiv source says more than this one from a list."""
    return not name or bool(_GENERIC.search(name))


def _horizon(folder: str) -> str:
    """The horizon that one of the folders bears the name of; "" if none does."""
    return next((_HORIZONS[name] for name in folder.lower().split("/") if name in _HORIZONS), "")


def address_of(kind: str, address: str) -> str:
    """The address of a source's feed, for other readers. It holds no password.

    >>> address_of("arxiv", "cs.LG"), address_of("feed", "https://ann:secret@blog.example/feed")
    ('https://rss.arxiv.org/rss/cs.LG', 'https://blog.example/feed')
    """
    if kind != Source.Kind.ARXIV:
        return re.sub(r"^(\w+://)[^/?#]*@", r"\1", address)
    if address.startswith(SEARCH):
        query = quote(address.removeprefix(SEARCH).strip(), safe=":")
        return f"{_API}?search_query={query}&sortBy=submittedDate&sortOrder=descending"
    return f"{_RSS}/{quote(address)}"


def write(sources: Iterable[Source]) -> Iterator[str]:
    """The sources as OPML, piece by piece, in folders that bear the names of their horizons."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n'
    yield "  <head><title>Sources in Tenth</title></head>\n  <body>\n"
    for horizon, group in groupby(sources, key=lambda source: source.get_horizon_display()):
        yield f"    <outline text={_attribute(str(horizon))}>\n"
        for source in group:
            url, name = _attribute(address_of(source.kind, source.address)), _attribute(source.name)
            site = f" htmlUrl={_attribute(source.site_url)}" if source.site_url else ""
            yield f'      <outline type="rss" text={name} title={name} xmlUrl={url}{site}/>\n'
        yield "    </outline>\n"
    yield "  </body>\n</opml>\n"


def _attribute(text: str) -> str:
    return f'"{escape(" ".join(valid_in_xml(text).split()), {chr(34): "&quot;"})}"'
