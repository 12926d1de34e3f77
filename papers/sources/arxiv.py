"""sources.arxiv: read categories from arXiv's announcement feeds, and searches from its API.

Written against arXiv's RSS specification, its API user's manual, and the responses both actually send. We parse the
announcement feed ourselves because feedparser damages abstracts that contain `<`. The `arxiv` package parses API
responses, but through our own fetcher: the package has no timeouts, hammers a busy server, and takes a web page or an
empty response to mean "no results". So we check every response before the package sees it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import arxiv
from lxml import etree

from ..identity import arxiv_id
from . import charset, sandbox
from .item import Authority, Item, LastFetch, Pull, Signer, read_each
from .text import digest, in_utc, line, plausible
from .wire.fetch import Fetcher, Reply
from .wire.sentences import FetchError

PAGE = 100
MOST_RESULTS = 300  # per pull of a search
BACKFILL_DAYS, BACKFILL_MOST = 5, 200  # for a category added on a day without announcements
NEW_YORK = ZoneInfo("America/New_York")
SEARCH = "search:"

_ATOM = "http://www.w3.org/2005/Atom"
_ARXIV = "http://arxiv.org/schemas/atom"
_OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
_DC = "http://purl.org/dc/elements/1.1/"
_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z-]{2,})?")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Base URLs of arXiv's services; a loopback server in tests."""

    feed: str = "https://rss.arxiv.org"
    api: str = "https://export.arxiv.org/api/query"


def url(address: str, endpoints: Endpoints) -> str:
    """The URL that is fetched for this address."""
    if address.startswith(SEARCH):
        return endpoints.api
    return f"{endpoints.feed}/rss/{quote(address, safe='+.-')}"


def pull(address: str, last: LastFetch, fetcher: Fetcher, now: datetime, endpoints: Endpoints) -> Pull:
    """Pull a category (`cs.LG`) or a search (`search: all:"sparse attention"`). Raises FetchError."""
    if address.startswith(SEARCH):
        return search(address.removeprefix(SEARCH).strip(), fetcher, now, endpoints, known=last.body_hash)
    return announced(address, last, fetcher, now, endpoints)


# ── the announcement feed ────────────────────────────────────────────────────────────────────


def announced(category: str, last: LastFetch, fetcher: Fetcher, now: datetime, endpoints: Endpoints) -> Pull:
    """Pull today's announcements in a category. A day without any is not a failure; the note explains it."""
    try:
        reply = fetcher.get(url(category, endpoints), last.etag, last.last_modified)
    except FetchError as error:
        if error.code == 400:
            sentence = f"arXiv has no category “{category}”. Categories look like cs.LG or stat.ML."
            raise FetchError(sentence, code=400, permanent=True) from error
        raise
    if reply.status == 304:
        return Pull(not_modified=True, status=304)
    response: dict[str, Any] = {
        "status": reply.status,
        "size": len(reply.body),
        "etag": reply.etag,
        "last_modified": reply.last_modified,
        "body_hash": digest(reply.body),
        "site_url": f"https://arxiv.org/list/{category}/recent",
        "title": f"arXiv {category}",
    }
    if last.body_hash == response["body_hash"]:
        return Pull(not_modified=True, **response)
    items, skipped = sandbox.run(read_feed, reply, now)
    note = ""
    if not items and not skipped:
        note = quiet_day(now)
        if last.last_success is None:  # a newly added category should not look empty until Monday
            items = _recent(category, fetcher, now, endpoints)
            if items:
                note += " These papers are from the last few days."
    return Pull(items=tuple(items), skipped=skipped, note=note, **response)


def quiet_day(now: datetime) -> str:
    """A sentence that explains why arXiv announced nothing today."""
    weekday = now.astimezone(NEW_YORK).weekday()
    if weekday >= 5:
        return "arXiv announces nothing on weekends. The next papers come on Monday."
    return "arXiv announced nothing in this category today. It may be a holiday there."


def read_feed(reply: Reply, now: datetime) -> tuple[list[Item], int]:
    """Read the items of an announcement feed (RSS or Atom), and count its malformed entries."""
    root = _root(reply, "rss", f"{{{_ATOM}}}feed")
    entries = root.findall("channel/item") or root.findall(f"{{{_ATOM}}}entry")
    return read_each(lambda entry: _announced(entry, now), entries)


_DESCRIPTION = re.compile(
    r"\s*arXiv:(?P<id>\S+)\s+Announce Type:\s*(?P<type>[\w-]+)\s*(?:Abstract:\s*)?(?P<rest>.*)", re.DOTALL
)


def _announced(entry: Any, now: datetime) -> Item | None:
    def text(*names: str) -> str:
        return next((value for name in names if (value := line(entry.findtext(name)))), "")

    atom = f"{{{_ATOM}}}"
    description = _DESCRIPTION.match(entry.findtext("description") or entry.findtext(f"{atom}summary") or "")
    paper = arxiv_id(text("guid", f"{atom}id")) or (arxiv_id(description["id"]) if description else None)
    title = text("title", f"{atom}title")
    if not paper or not title:
        return None
    base, version = paper
    link = f"https://arxiv.org/abs/{base}"
    doi = text(f"{{{_ARXIV}}}DOI")
    announce_type = text(f"{{{_ARXIV}}}announce_type") or (description["type"] if description else "")
    categories = [
        line(each.text or each.get("term")) for each in (*entry.findall("category"), *entry.findall(f"{atom}category"))
    ]
    return Item(
        title=title,
        link=link,
        addresses=tuple(doi.split()),  # one field may hold several
        abstract=line(description["rest"]) if description else "",
        authors=tuple(split_creators(text(f"{{{_DC}}}creator"))),
        categories=tuple(each for each in categories if each),
        journal_ref=text(f"{{{_ARXIV}}}journal_reference"),
        license=text(f"{{{_DC}}}rights"),
        version=version or 1,
        announce_type=announce_type,
        # The day of the announcement. For a replacement or a cross-list the paper is older.
        published_at=plausible(_time(text("pubDate", f"{atom}published")), now) if announce_type == "new" else None,
        authority=Authority.ANNOUNCED,
    )


def split_creators(text: str) -> Iterator[Signer]:
    """Split arXiv's single dc:creator string at commas, except inside the parentheses of affiliations.

    >>> [(s.name, s.affiliation) for s in split_creators("Ann Lee, Bob Ray Jr (MIT, USA), Zhu")]
    [('Ann Lee', ''), ('Bob Ray Jr', 'MIT, USA'), ('Zhu', '')]
    """
    parts, depth, begin = [], 0, 0
    for at, char in enumerate(text):
        if char == "(":
            depth += 1
        elif char == ")":
            depth = max(0, depth - 1)
        elif char == "," and not depth:
            parts.append(text[begin:at])
            begin = at + 1
    parts.append(text[begin:])
    for part in parts:
        name, bracket, affiliation = part.partition("(")
        if name := line(name):
            yield Signer(name, line(affiliation).rstrip(")") if bracket else "")


def _time(text: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text) if text[:1].isdigit() and "T" in text else parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return in_utc(at)


# ── the API ──────────────────────────────────────────────────────────────────────────────────


def search(
    query: str, fetcher: Fetcher, now: datetime, endpoints: Endpoints, most: int = MOST_RESULTS, known: str = ""
) -> Pull:
    """Pull the newest papers that match a query of arXiv's API.

    The API knows no conditional requests. When its first page is the `known` one, nothing has been added or revised
    lately, and neither that page is parsed nor another one fetched.
    """
    client = _Client(fetcher, endpoints, min(most, PAGE), known)
    newest = arxiv.Search(
        query=query,
        max_results=most,
        sort_by=arxiv.SortCriterion.SubmittedDate,
        sort_order=arxiv.SortOrder.Descending,
    )
    try:
        items = _results(client, newest, now)
    except _KnownPageError:
        return Pull(not_modified=True, status=200, size=client.size, body_hash=known)
    note = "" if items else "arXiv found no papers for this search."
    site = f"https://arxiv.org/search/?query={quote(query)}&searchtype=all"
    return Pull(
        items=tuple(items),
        skipped=client.skipped,
        status=200,
        size=client.size,
        body_hash=client.first_page,
        note=note,
        title=f"arXiv search: {query}",
        site_url=site,
    )


def by_id(base: str, fetcher: Fetcher, now: datetime, endpoints: Endpoints) -> Item:
    """Fetch one paper's record. Raises FetchError when arXiv does not know the id."""
    items = _results(_Client(fetcher, endpoints, 1), arxiv.Search(id_list=[base], max_results=1), now)
    if not items:
        raise FetchError(f"arXiv has no paper {base}. Is a digit missing?", code=404, permanent=True)
    return items[0]


def by_ids(bases: Sequence[str], fetcher: Fetcher, now: datetime, endpoints: Endpoints) -> list[Item]:
    """Fetch the records of up to 100 papers with one request; those that arXiv does not know are left out."""
    return _results(_Client(fetcher, endpoints, len(bases)), arxiv.Search(id_list=bases, max_results=len(bases)), now)


def _recent(category: str, fetcher: Fetcher, now: datetime, endpoints: Endpoints) -> list[Item]:
    """The category's papers of the last few days, from the API; none if the API fails, since the feed did answer."""
    begin: date = (now - timedelta(days=BACKFILL_DAYS)).date()
    window = f"submittedDate:[{begin:%Y%m%d}0000 TO {now:%Y%m%d}2359]"
    try:
        return list(search(f"cat:{category} AND {window}", fetcher, now, endpoints, BACKFILL_MOST).items)
    except FetchError:
        return []


class _KnownPageError(Exception):
    """The first page of results is the one of the last pull."""


class _Client(arxiv.Client):
    """The package's client, with our fetcher underneath; each response is parsed in a child process."""

    def __init__(self, fetcher: Fetcher, endpoints: Endpoints, page_size: int, known: str = ""):
        super().__init__(page_size=page_size, delay_seconds=0, num_retries=0)  # pace and retries are ours
        self.query_url_format = endpoints.api + "?{}"
        self.size = 0  # bytes received
        self._fetcher = fetcher
        self.skipped = 0  # entries without a readable date
        self.first_page = ""  # a digest of its entries; what stands before them names the time of the answer
        self._known = known

    def _parse_feed(self, url: str, first_page: bool = True, _try_index: int = 0) -> Any:
        try:
            reply = self._fetcher.get(url)
        except FetchError as error:
            if error.code == 400:
                raise FetchError("arXiv does not understand this search or ID.", code=400, permanent=True) from error
            raise
        self.size += len(reply.body)
        if first_page and (start := reply.body.find(b"<entry")) >= 0:
            self.first_page = digest(reply.body[start:])
            if self.first_page == self._known:
                raise _KnownPageError
        page, skipped = sandbox.run(read_answer, reply)
        self.skipped += skipped
        if not page.results and not first_page:
            raise arxiv.UnexpectedEmptyPageError(url, _try_index, page)
        return page


def _is_time(text: str | None) -> bool:
    try:
        return bool(text and in_utc(datetime.fromisoformat(text.strip())))
    except ValueError:
        return False


def read_answer(reply: Reply) -> tuple[Any, int]:
    """Parse one page of API results with the package; also count the entries it could not have read.

    Raises FetchError when the response is not a page of results.
    """
    _check_complete(reply)
    _check_error(reply)
    _check_first_page(reply)
    root = _root(reply, f"{{{_ATOM}}}feed")
    skipped = 0
    for entry in root.findall(f"{{{_ATOM}}}entry"):
        if not all(_is_time(entry.findtext(f"{{{_ATOM}}}{name}")) for name in ("published", "updated")):
            root.remove(entry)  # the package would reject the whole page
            skipped += 1
    return arxiv._feed.parse(etree.tostring(root)), skipped


def _results(client: _Client, query: arxiv.Search, now: datetime) -> list[Item]:
    items: list[Item] = []
    try:
        for result in client.results(query):
            items.append(_item(result, now))
    except arxiv.UnexpectedEmptyPageError:
        pass  # a known flaw of the API; keep the pages before it
    return items


def _item(result: arxiv.Result, now: datetime) -> Item:
    base, version = arxiv_id(result.get_short_id()) or ("", 0)
    return Item(
        title=line(result.title),
        link=f"https://arxiv.org/abs/{base}" if base else result.entry_id,
        addresses=tuple((result.doi or "").split()),
        abstract=line(result.summary),
        authors=tuple(Signer(line(each.name), line("; ".join(each.affiliation))) for each in result.authors),
        # The API mixes ACM and MSC classes (I.2.6, 05C85) into the categories; keep only arXiv's own.
        categories=tuple(filter(_CATEGORY.fullmatch, dict.fromkeys([result.primary_category, *result.categories]))),
        comment=line(result.comment),
        journal_ref=line(result.journal_ref),
        version=version or 1,
        published_at=plausible(result.published, now),
        updated_at=plausible(result.updated, now),
        authority=Authority.RECORD,
    )


def _root(reply: Reply, *wanted: str) -> Any:
    """The root element of a feed from arXiv. Raises FetchError when it is truncated, empty, or not a feed."""
    _check_complete(reply)
    # Untrusted XML: no entities, no network access, no huge trees. The parser recovers from broken markup.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(charset.xml(reply.body), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or root.tag not in wanted:
        raise FetchError("arXiv sent something that is not a feed.", code=reply.status)
    return root


def _check_complete(reply: Reply) -> None:
    """Check both ends of a response without parsing it."""
    body = reply.body.strip()
    if not body:
        raise FetchError("arXiv sent an empty response.", code=reply.status)
    if not re.search(rb"<(?:rss|feed)\b", body[:1000]):
        raise FetchError("arXiv sent something that is not a feed.", code=reply.status)
    if not body.endswith((b"</rss>", b"</feed>")):
        raise FetchError("arXiv’s response was cut off.", code=reply.status)


def _check_first_page(reply: Reply) -> None:
    """Reject a first page that reports results but lists none: that is a hiccup of the API, not "nothing new"."""
    if b"<entry" not in reply.body:
        root = _root(reply, f"{{{_ATOM}}}feed")
        total, start = (line(root.findtext(f"{{{_OPENSEARCH}}}{name}")) for name in ("totalResults", "startIndex"))
        if total not in ("", "0") and start in ("", "0"):
            raise FetchError(f"arXiv says it found {total} papers but sent none of them.", code=reply.status)


def _check_error(reply: Reply) -> None:
    """Reject an error, which arXiv also sends as a feed (formerly with HTTP 200): one entry under /api/errors."""
    if b"/api/errors" in reply.body[:4000]:
        entry = _root(reply, f"{{{_ATOM}}}feed").find(f"{{{_ATOM}}}entry")
        reason = line(entry.findtext(f"{{{_ATOM}}}summary")) if entry is not None else "an error"
        raise FetchError(f"arXiv does not understand this: {reason}", code=400, permanent=True)
