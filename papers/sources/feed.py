"""sources.feed: blogs and journals: RSS of every age, Atom, and JSON Feed.

feedparser reads bytes that we fetched, with its own sanitising and URL resolving off: intake cleans HTML, and links
are made absolute here. JSON Feed, which it does not know, has a small reader below.
"""

import json
import re
from calendar import timegm
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml import html as lxml_html
from requests.utils import urldefragauth

from . import bounds, charset, salvage, sandbox
from .item import Asked, Item, Pull, Signer, each_readable
from .text import absolute, digest, in_utc, line, plain, sane, words_of
from .wire import addresses
from .wire.fetch import Fetcher, Reply
from .wire.sentences import FetchError

ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 86400, "monthly": 86400, "yearly": 86400}
PLACES = ("atom.xml", "feed.xml", "feed/", "rss.xml", "index.xml", "rss/", "feed.atom", "index.rss", "rss/feed.xml")


class NoFeedError(FetchError):
    """Something came, and it is no feed."""


def pull(address: str, asked: Asked, fetcher: Fetcher, now: datetime) -> Pull:
    """What the feed at this address holds now. Raises FetchError."""
    reply = fetcher.get(address, asked.etag, asked.last_modified, ACCEPT)
    if reply.status == 304:
        return Pull(not_modified=True, status=304, moved_to=reply.moved_to)
    seen: dict[str, Any] = {
        "status": reply.status,
        "size": len(reply.body),
        "etag": reply.etag,
        "last_modified": reply.last_modified,
        "body_hash": digest(reply.body),
        "moved_to": reply.moved_to,
    }
    if asked.body_hash == seen["body_hash"]:
        return Pull(not_modified=True, **seen)
    found = sandbox.run(parse, reply, now)
    return Pull(
        items=found.items,
        skipped=found.skipped,
        title=found.title,
        site_url=found.site_url,
        wait_seconds=max(found.wait_seconds, _max_age(reply.headers.get("cache-control", ""))),
        **seen,
    )


def _max_age(cache_control: str) -> int:
    found = re.search(r"\bmax-age=(\d{1,8})", cache_control)
    return min(int(found[1]), 86400) if found else 0


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a feed's bytes hold."""

    items: tuple[Item, ...]
    skipped: int = 0
    title: str = ""
    site_url: str = ""
    wait_seconds: int = 0


def parse(reply: Reply, now: datetime) -> Parsed:
    """Bytes into items. Raises NoFeedError when they are no feed."""
    body = charset.xml(reply.body, reply.headers.get("content-type", ""))
    host = urlsplit(reply.url).hostname or reply.url
    if not body:
        raise NoFeedError(f"{host} sent an empty answer.", code=reply.status)
    if body[:1] in (b"{", b"["):
        return _parse_json(body, reply, now, host)
    headers = {"content-location": reply.url, "content-type": "application/xml; charset=utf-8"}  # as it is by now
    try:
        body = bounds.short_names(bounds.feed(body))
    except bounds.TooMuchError as error:
        raise NoFeedError(f"What {host} sent is nested and marked up as no feed is.", code=reply.status) from error
    try:
        found, entries, left_out = salvage.parse(body, headers)
    except ValueError as error:
        raise NoFeedError(f"What {host} sent cannot be read as a feed.", code=reply.status) from error
    if not found.get("version") and not entries:
        what = "a web page" if re.search(rb"<(!doctype html|html|body)\b", body[:2000], re.IGNORECASE) else "no feed"
        raise NoFeedError(f"What {host} sent is {what}, not RSS, Atom or JSON Feed.", code=reply.status)
    channel = found.feed
    base = reply.url
    items, skipped = each_readable(lambda entry: _item(entry, base, now), entries[: bounds.MOST_ENTRIES])
    return Parsed(
        tuple(items),
        skipped + left_out,
        words_of(str(channel.get("title") or "")),
        absolute(base, channel.get("link")),
        _asked_wait(channel),
    )


def _asked_wait(channel: Any) -> int:
    """Seconds between fetches that the feed itself asks for, a day at most."""
    ttl = str(channel.get("ttl") or "")
    wait = int(ttl[:6]) * 60 if ttl.isascii() and ttl.isdigit() else 0
    period = PERIODS.get(str(channel.get("sy_updateperiod") or "").strip().lower(), 0)
    times = str(channel.get("sy_updatefrequency") or "1")
    if period and times.isascii() and times.isdigit() and int(times[:4]):
        wait = max(wait, period // int(times[:4]))
    return min(wait, 86400)


def _item(entry: Any, base: str, now: datetime) -> Item | None:
    """One entry; None when it has neither a title nor words, or no address at all."""
    base = (entry.get("title_detail") or entry.get("summary_detail") or {}).get("base") or base
    entry_id = line(entry.get("id"))
    link = _link(entry, entry_id, base)
    content = _content(entry)
    title = _text(entry.get("title_detail"), entry.get("title"))
    body = words_of(content) if content else ""
    summary = entry.get("summary_detail") or {}
    plain = line(entry.get("summary")) if summary.get("type") == "text/plain" and not content else ""
    title = title or (body or plain)[:100]
    if not title or not (link or entry_id):
        return None
    doi = line(entry.get("prism_doi") or entry.get("dc_identifier") or entry.get("arxiv_doi"))
    return Item(
        title=title,
        link=link,
        addresses=tuple(text for text in (doi, entry_id) if text.startswith(("10.", "doi:", "oai:arXiv", "http"))),
        entry_id=entry_id,
        abstract=plain,
        content_html=content,
        authors=_authors(entry),
        categories=(),
        published_at=sane(_time(_first(entry, "published_parsed", "created_parsed", "updated_parsed")), now),
        updated_at=sane(_time(_first(entry, "updated_parsed")), now),
        words=len((body or plain).split()),
    )


def _link(entry: Any, entry_id: str, base: str) -> str:
    links = [each for each in entry.get("links", []) if each.get("href")]
    alternate = [each["href"] for each in links if each.get("rel", "alternate") == "alternate"]
    rest = [each["href"] for each in links if each.get("rel") in ("related", "enclosure", "self")]
    best = line(entry.get("feedburner_origlink") or entry.get("link") or next(iter(alternate + rest), ""))
    if not best and entry_id.startswith(("http://", "https://")):
        best = entry_id
    return absolute(base, best)


def _content(entry: Any) -> str:
    """The fullest HTML that the entry carries; "" when it carries none."""
    details = [*entry.get("content", []), entry.get("summary_detail") or {}]
    marked = [each.get("value") or "" for each in details if each.get("type") in ("text/html", "application/xhtml+xml")]
    return charset.sound(max(marked, key=len, default=""))


def _text(detail: Any, value: Any) -> str:
    return words_of(str(value or "")) if (detail or {}).get("type", "text/plain") != "text/plain" else line(value)


def _authors(entry: Any) -> tuple[Signer, ...]:
    names = [line(each.get("name")) for each in entry.get("authors", [])] or [line(entry.get("author"))]
    parts = names[0].split(", ")
    if len(names) == 1 and all(" " in part for part in parts):  # one dc:creator with all of them, and no "Lee, Ann"
        names = parts
    return tuple(Signer(name) for name in dict.fromkeys(names) if name)


def _first(entry: Any, *names: str) -> Any:
    """dict.get and not feedparser's own, which takes one date for another, with a warning."""
    return next((value for name in names if (value := dict.get(entry, name))), None)


def _time(parsed: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


# ── JSON Feed (jsonfeed.org, versions 1 and 1.1) ─────────────────────────────────────────────


def _parse_json(body: bytes, reply: Reply, now: datetime, host: str) -> Parsed:
    try:
        # Numbers as they are written: an id of 5,000 digits, or 1e999, is nothing to reckon with.
        feed = json.loads(body, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise NoFeedError(f"What {host} sent is no feed: JSON that breaks off.", code=reply.status) from error
    entries = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(entries, list) or "jsonfeed.org/version/" not in plain(feed.get("version")):
        raise NoFeedError(f"What {host} sent is JSON, and not a JSON Feed.", code=reply.status)
    items, skipped = each_readable(lambda entry: _json_item(entry, reply.url, now), entries[: bounds.MOST_ENTRIES])
    site = absolute(reply.url, plain(feed.get("home_page_url")))
    return Parsed(tuple(items), skipped, plain(feed.get("title")), site)


def _json_item(entry: Any, base: str, now: datetime) -> Item | None:
    if not isinstance(entry, dict):
        return None
    texts = {name: plain(value) for name, value in entry.items() if name != "content_html"}
    entry_id, external = texts.get("id", ""), texts.get("external_url", "")
    link = absolute(base, texts.get("url") or external or (entry_id if entry_id.startswith("http") else ""))
    content = entry.get("content_html")
    content = charset.sound(content) if isinstance(content, str) else ""
    summary = (texts.get("content_text") or texts.get("summary", "")) if not content else ""
    body = words_of(content) if content else summary
    title = texts.get("title") or body[:100]
    if not title or not (link or entry_id):
        return None
    people = entry.get("authors") if isinstance(entry.get("authors"), list) else [entry.get("author")]
    names = [plain(each.get("name")) for each in people or () if isinstance(each, dict)]
    updated = _json_time(texts.get("date_modified"))
    return Item(
        title=title,
        link=link,
        addresses=(external,) if external else (),
        entry_id=entry_id,
        abstract=summary,
        content_html=content,
        authors=tuple(Signer(name) for name in names if name),
        published_at=sane(_json_time(texts.get("date_published")) or updated, now),
        updated_at=sane(updated, now),
        words=len(body.split()),
    )


def _json_time(value: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(value) if value else None
    except ValueError:
        return None
    return in_utc(at) if at else None


# ── finding a site's feeds ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Found:
    """A feed of a site."""

    title: str
    url: str


MOST_NAMED = 100  # feeds of one page
_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/json"}


def discover(address: str, fetcher: Fetcher) -> list[Found]:
    """The feeds that an address leads to: itself, those that its page names, or one in a usual place.

    Raises FetchError when the address itself cannot be fetched.
    """
    now = datetime.now(UTC)
    reply = fetcher.get(address, accept=f"{ACCEPT}, text/html;q=0.8")
    try:
        # The address that was given may hold a password, which the reply's does not.
        given = addresses.read(address)
        where = given.url if given and urldefragauth(given.url) == reply.url else reply.url
        return [Found(sandbox.run(title_of, reply, now) or reply.url, where)]
    except NoFeedError:
        named = sandbox.run(named_in, reply)
    return named or list(_usual(reply.url, fetcher, now))


def title_of(reply: Reply, now: datetime) -> str:
    """The title of a feed. Raises NoFeedError when it is none."""
    return parse(reply, now).title


def named_in(reply: Reply) -> list[Found]:
    """<link rel=alternate> of the page, each address once."""
    try:
        parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=False)
        page = lxml_html.document_fromstring(
            charset.xml(reply.body, reply.headers.get("content-type", "")), parser=parser
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return []
    bases = page.xpath("//base/@href")
    base = absolute(reply.url, str(bases[0]) if bases else "") or reply.url
    feeds: dict[str, Found] = {}
    for tag in page.iter("link"):
        rel, kind = (tag.get("rel") or "").lower().split(), (tag.get("type") or "").lower().partition(";")[0].strip()
        href = (tag.get("href") or "").strip()
        if "alternate" not in rel or kind not in _TYPES or not href or "/wp-json/" in href:
            continue
        where = absolute(base, href)
        if where:
            feeds.setdefault(where, Found(line(tag.get("title")) or where, where))
    return list(feeds.values())[:MOST_NAMED]


def _usual(where: str, fetcher: Fetcher, now: datetime) -> Iterable[Found]:
    """The first feed in the places where sites usually put it: here, then at the root."""
    here = where if where.endswith("/") else where.rpartition("/")[0] + "/"
    tries = [urljoin(folder, place) for folder in dict.fromkeys((here, urljoin(where, "/"))) for place in PLACES]
    for trial in dict.fromkeys(tries):
        try:
            reply = fetcher.get(trial, accept=ACCEPT)
            yield Found(sandbox.run(title_of, reply, now) or reply.url, reply.url)
            return
        except FetchError as error:
            if error.code is None or error.retry_after:
                return  # it no longer answers: no more guessing
