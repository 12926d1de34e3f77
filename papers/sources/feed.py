"""sources.feed: read the feeds of blogs and journals: every version of RSS, Atom, and JSON Feed.

feedparser parses what we fetched, with its own sanitizing and URL resolution off: intake cleans the HTML, and links
are made absolute here. feedparser does not support JSON Feed, which has a small parser below.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml import html as lxml_html
from requests.utils import urldefragauth

from .. import identity
from ..wrappers import unwrap
from . import authors, bounds, charset, dates, digests, entry_ids, length, markup, salvage, sandbox, titles
from .item import Item, LastFetch, Pull, read_each
from .text import absolute, digest, line, plain, text_of
from .typed import feed_of
from .wire import addresses
from .wire.fetch import Fetcher, Reply
from .wire.sentences import FetchError

ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 86400, "monthly": 86400, "yearly": 86400}
USUAL_PATHS = (
    "atom.xml",
    "feed.xml",
    "feed/",
    "rss.xml",
    "index.xml",
    "rss/",
    "feed.atom",
    "index.rss",
    "rss/feed.xml",
)


class NoFeedError(FetchError):
    """The response is not a feed."""


def pull(address: str, last: LastFetch, fetcher: Fetcher, now: datetime) -> Pull:
    """Pull the feed at this address. Raises FetchError."""
    reply = fetcher.get(address, last.etag, last.last_modified, ACCEPT)
    if reply.status == 304:
        return Pull(not_modified=True, status=304, moved_to=reply.moved_to)
    response: dict[str, Any] = {
        "status": reply.status,
        "size": len(reply.body),
        "etag": reply.etag,
        "last_modified": reply.last_modified,
        "body_hash": digest(reply.body),
        "moved_to": reply.moved_to,
    }
    if last.body_hash == response["body_hash"]:
        return Pull(not_modified=True, **response)
    parsed = sandbox.run(parse, reply, now)
    return Pull(
        items=parsed.items,
        skipped=parsed.skipped,
        title=parsed.title,
        site_url=parsed.site_url,
        wait_seconds=max(parsed.wait_seconds, _max_age(reply.headers.get("cache-control", ""))),
        **response,
    )


def _max_age(cache_control: str) -> int:
    match = re.search(r"\bmax-age=(\d{1,8})", cache_control)
    return min(int(match[1]), 86400) if match else 0


@dataclass(frozen=True, slots=True)
class Parsed:
    """The parsed content of a feed."""

    items: tuple[Item, ...]
    skipped: int = 0
    title: str = ""
    site_url: str = ""
    wait_seconds: int = 0


def parse(reply: Reply, now: datetime) -> Parsed:
    """Parse a response. Raises NoFeedError when it is not a feed."""
    body = charset.xml(reply.body, reply.headers.get("content-type", ""))
    host = urlsplit(reply.url).hostname or reply.url
    if not body:
        raise NoFeedError(f"{host} sent an empty response.", code=reply.status)
    if body[:1] in (b"{", b"["):
        return _parse_json(body, reply, now, host)
    headers = {"content-location": reply.url, "content-type": "application/xml; charset=utf-8"}  # of the converted body
    try:
        body = entry_ids.mark(bounds.short_names(bounds.feed(body)))
    except bounds.TooMuchError as error:
        raise NoFeedError(f"{host} sent more markup than any real feed has.", code=reply.status) from error
    try:
        document, entries, dropped = salvage.parse(body, headers)
    except ValueError as error:
        raise NoFeedError(f"The response from {host} cannot be read as a feed.", code=reply.status) from error
    if not document.get("version") and not entries:
        is_page = re.search(rb"<(!doctype html|html|body)\b", body[:2000], re.IGNORECASE)
        sent = "a web page" if is_page else "something"
        raise NoFeedError(f"{host} sent {sent} that is not RSS, Atom or JSON Feed.", code=reply.status)
    channel = document.feed
    base = reply.url
    reader, version = dates.Reader(now), str(document.get("version") or "")
    items, skipped = read_each(
        lambda entry: _item(entry, channel, base, version, reader), entries[: bounds.MOST_ENTRIES]
    )
    return Parsed(
        tuple(items),
        skipped + dropped,
        text_of(str(channel.get("title") or "")),
        absolute(base, channel.get("link")),
        _requested_wait(channel),
    )


def _requested_wait(channel: Any) -> int:
    """The seconds between fetches that the feed asks for, a day at most."""
    ttl = str(channel.get("ttl") or "")
    wait = int(ttl[:6]) * 60 if ttl.isascii() and ttl.isdigit() else 0
    period = PERIODS.get(str(channel.get("sy_updateperiod") or "").strip().lower(), 0)
    times = str(channel.get("sy_updatefrequency") or "1")
    if period and times.isascii() and times.isdigit() and int(times[:4]):
        wait = max(wait, period // int(times[:4]))
    return min(wait, 86400)


def _item(entry: Any, channel: Any, feed_url: str, version: str, reader: dates.Reader) -> Item | None:
    """Read one entry; None if it has neither a title nor text nor an image, or no address."""
    base = (entry.get("title_detail") or entry.get("summary_detail") or {}).get("base") or feed_url
    entry_id, is_address = entry_ids.read(line(entry.get("id")), version)
    link = _link(entry, entry_id, base)
    content = _content(entry, feed_url, link)
    body = text_of(content) if content else ""
    plain = _plain(entry) if not content else ""
    title = _text(entry.get("title_detail"), entry.get("title"))
    title = title or (titles.from_html(content) if body else titles.first_sentence(plain))
    if not title and (image := _image(entry, content)) is not None:
        plain, content = image, ""
        title = titles.first_sentence(image) or titles.of_untitled_image(text_of(str(channel.get("title") or "")))
    if not title or not (link or entry.get("id") or entry.get("link")):  # "N/A" is no address, but the entry is one
        return None
    published = reader.first(entry, "published", "created", "updated")
    doi = line(entry.get("prism_doi") or entry.get("dc_identifier") or entry.get("arxiv_doi"))
    return Item(
        title=title,
        link=link,
        addresses=((doi,) if identity.doi(doi) else ()) + ((entry_id,) if is_address else ()),
        entry_id=entry_id,
        abstract=plain,
        content_html=content,
        authors=authors.signers(entry, channel),
        categories=(),
        published_at=published,
        updated_at=reader.first(entry, "updated"),
        mentions=digests.mentions(content, published),
        words=length.whole(body or plain, bool(entry.get("content"))),
    )


def _link(entry: Any, entry_id: str, base: str) -> str:
    links = [each for each in entry.get("links", []) if each.get("href")]
    alternate = [each["href"] for each in links if each.get("rel", "alternate") == "alternate"]
    rest = [each["href"] for each in links if each.get("rel") in ("related", "enclosure", "self")]
    offered = map(line, (entry.get("feedburner_origlink"), entry_ids.link_of(entry), *alternate, *rest))
    best = next(filter(entry_ids.real, offered), "")
    if not best and entry_id.startswith(("http://", "https://")):
        best = entry_id
    return unwrap(absolute(base, best))


def _content(entry: Any, feed_url: str, link: str) -> str:
    """The longest HTML in the entry, with absolute links; "" if it has none."""
    details = [*entry.get("content", []), entry.get("summary_detail") or {}]
    htmls = [each for each in details if each.get("type") in ("text/html", "application/xhtml+xml")]
    longest: Any = max(htmls, key=lambda each: len(each.get("value") or ""), default={})
    base = longest.get("base") or feed_url
    # Without an xml:base, links are relative to the post.
    base = link or base if base == feed_url else base
    return markup.whole(charset.valid_in_xml(longest.get("value") or ""), base, link)


def _plain(entry: Any) -> str:
    """The longest plain text in the entry, which may be the description of its image."""
    details = [*entry.get("content", []), entry.get("summary_detail") or {}]
    return max(
        (line(each.get("value")) for each in details if each.get("type") in {"text/plain", "plain"}),
        key=len,
        default="",
    )


def _image(entry: Any, content: str) -> str | None:
    """The description of an image that is all there is to an entry; None if there is no image."""
    image = titles.of_image(content)
    attached = [*entry.get("media_content", []), *entry.get("media_thumbnail", []), *entry.get("links", [])]
    is_image = any(each.get("medium") == "image" or "image/" in (each.get("type") or "") for each in attached)
    return "" if image is None and (is_image or entry.get("media_thumbnail")) else image


def _text(detail: Any, value: Any) -> str:
    return text_of(str(value or "")) if (detail or {}).get("type", "text/plain") != "text/plain" else line(value)


# ── JSON Feed (jsonfeed.org, versions 1 and 1.1) ─────────────────────────────────────────────


def _parse_json(body: bytes, reply: Reply, now: datetime, host: str) -> Parsed:
    try:
        # Keep numbers as text: an id may have 5,000 digits, or be 1e999.
        feed = json.loads(body, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise NoFeedError(f"{host} sent JSON that is broken or cut off, not a feed.", code=reply.status) from error
    entries = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(entries, list) or "jsonfeed.org/version/" not in plain(feed.get("version")):
        raise NoFeedError(f"{host} sent JSON that is not a JSON Feed.", code=reply.status)
    reader = dates.Reader(now)
    items, skipped = read_each(lambda entry: _json_item(entry, feed, reply.url, reader), entries[: bounds.MOST_ENTRIES])
    site = absolute(reply.url, plain(feed.get("home_page_url")))
    return Parsed(tuple(items), skipped, plain(feed.get("title")), site)


def _json_item(entry: Any, feed: Any, base: str, reader: dates.Reader) -> Item | None:
    if not isinstance(entry, dict):
        return None
    texts = {name: plain(value) for name, value in entry.items() if name != "content_html"}
    entry_id, external = entry_ids.real(texts.get("id", "")), entry_ids.real(texts.get("external_url", ""))
    link = unwrap(absolute(base, texts.get("url") or external or (entry_id if entry_id.startswith("http") else "")))
    content = entry.get("content_html")
    content = markup.whole(charset.valid_in_xml(content), link or base, link) if isinstance(content, str) else ""
    summary = (texts.get("content_text") or texts.get("summary", "")) if not content else ""
    body = text_of(content) if content else summary
    title = texts.get("title") or (titles.from_html(content) if content else titles.first_sentence(summary))
    if not title and (image := "" if texts.get("image") else titles.of_image(content)) is not None:
        summary, content = image, ""
        title = titles.first_sentence(image) or titles.of_untitled_image(plain(feed.get("title")))
    if not title or not (link or texts.get("id") or texts.get("url")):
        return None
    updated = reader.read(texts.get("date_modified", ""))
    published = reader.read(texts.get("date_published", "")) or updated
    return Item(
        title=title,
        link=link,
        addresses=(external,) if external else (),
        entry_id=entry_id,
        abstract=summary,
        content_html=content,
        authors=authors.split(_json_names(entry) or _json_names(feed)),
        published_at=published,
        updated_at=updated,
        mentions=digests.mentions(content, published),
        words=length.whole(body, bool(content or texts.get("content_text"))),
    )


def _json_names(element: dict[str, Any]) -> list[str]:
    people = element.get("authors") if isinstance(element.get("authors"), list) else [element.get("author")]
    return [name for each in people or () if isinstance(each, dict) and (name := plain(each.get("name")))]


# ── finding a site's feeds ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class SiteFeed:
    """A feed that a site offers."""

    title: str
    url: str


MOST_LINKED = 100  # feeds of one page
_TYPES = {
    "text/xml",
    "application/xml",
    "application/rdf+xml",
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/json",
}


def discover(address: str, fetcher: Fetcher) -> list[SiteFeed]:
    """Find the feeds at an address: the address itself, those that its page links to, or one at a usual path.

    Raises FetchError when the address itself cannot be fetched.
    """
    now = datetime.now(UTC)
    address = feed_of(address)
    reply = fetcher.get(address, accept=f"{ACCEPT}, text/html;q=0.8")
    try:
        # The typed address may hold a password, which the reply's does not.
        typed = addresses.read(address)
        url = typed.url if typed and urldefragauth(typed.url) == reply.url else reply.url
        return [SiteFeed(sandbox.run(title_of, reply, now) or reply.url, url)]
    except NoFeedError:
        linked = sandbox.run(linked_feeds, reply)
    return linked or list(_feed_at_usual_path(reply.url, fetcher, now))


def title_of(reply: Reply, now: datetime) -> str:
    """The title of a feed. Raises NoFeedError when the response is not a feed."""
    return parse(reply, now).title


def linked_feeds(reply: Reply) -> list[SiteFeed]:
    """The feeds in a page's <link rel=alternate> tags, each address once."""
    try:
        parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=False)
        page = lxml_html.document_fromstring(
            charset.xml(reply.body, reply.headers.get("content-type", "")), parser=parser
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return []
    bases = page.xpath("//base/@href")
    base = absolute(reply.url, str(bases[0]) if bases else "") or reply.url
    feeds: dict[str, SiteFeed] = {}
    for tag in page.iter("link"):
        rel, kind = (tag.get("rel") or "").lower().split(), (tag.get("type") or "").lower().partition(";")[0].strip()
        href = (tag.get("href") or "").strip()
        if "alternate" not in rel or kind not in _TYPES or not href or "/wp-json/" in href:
            continue
        if url := absolute(base, href):
            feeds.setdefault(url, SiteFeed(line(tag.get("title")) or url, url))
    return list(feeds.values())[:MOST_LINKED]


def _feed_at_usual_path(url: str, fetcher: Fetcher, now: datetime) -> Iterable[SiteFeed]:
    """The first feed at one of the usual paths, in the page's own folder and then at the root."""
    folder = url if url.endswith("/") else url.rpartition("/")[0] + "/"
    guesses = [urljoin(base, path) for base in dict.fromkeys((folder, urljoin(url, "/"))) for path in USUAL_PATHS]
    for guess in dict.fromkeys(guesses):
        try:
            reply = fetcher.get(guess, accept=ACCEPT)
            yield SiteFeed(sandbox.run(title_of, reply, now) or reply.url, reply.url)
            return
        except FetchError as error:
            if error.code is None or error.retry_after:
                return  # the site no longer answers, so stop guessing
