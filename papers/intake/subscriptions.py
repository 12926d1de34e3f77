"""intake.subscriptions: understand, preview, add, change and remove the team's sources."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.db import transaction
from django.db.models import Sum

from ..identity import arxiv_id, without_password
from ..models import Event, FetchLog, Person, Source
from ..refused import Refused
from ..sources import feed, huggingface
from ..sources.starter import ARXIV_CATEGORIES
from ..sources.wire import addresses
from ..sources.wire.sentences import FetchError
from ..wrappers import unwrap
from . import clients, pipeline
from .draft import plain
from .gate import BusyError

_CATEGORIES = {name.lower(): name for name in ARXIV_CATEGORIES}
_ARCHIVES = {name.split(".")[0].lower() for name in ARXIV_CATEGORIES}
_LIKE_A_CATEGORY = re.compile(rf"(?:{'|'.join(map(re.escape, sorted(_ARCHIVES)))})\.[a-z-]+$", re.IGNORECASE)
ARXIV_HOSTS = {"arxiv.org", "www.arxiv.org", "export.arxiv.org", "rss.arxiv.org"}
_HUGGING_FACE_HOSTS = {"huggingface.co", "www.huggingface.co", "hf.co"}
_QUERY = re.compile(r"(?:^|[\s(])(?:ti|au|abs|co|jr|cat|rn|all|id|submittedDate):", re.IGNORECASE)
_SITE = re.compile(r"^(?:\[[0-9a-f:.]+\]|localhost|[^\s/@:]+\.[^\s/@:]+)(?::\d+)?(?:[/?#]\S*)?$", re.IGNORECASE)
_SEARCH_FIELDS = {"title": "ti", "author": "au", "abstract": "abs", "comments": "co", "journal_ref": "jr"}


class NotASourceError(Refused):
    """The text does not name a source."""


@dataclass(frozen=True)
class Wish:
    """A source that somebody wants to add. For a feed, the address may still be that of its site."""

    kind: str
    address: str
    name: str = ""
    horizon: str = Source.Horizon.CORE
    site_url: str = ""


# ── understanding what somebody typed ────────────────────────────────────────────────────────


def understand(text: str) -> Wish:
    """Read an arXiv category, listing or query, or the address of a site or feed. Raises NotASourceError.

    >>> understand("https://arxiv.org/list/cs.lg/recent").address, understand("openai.com/blog").address
    ('cs.LG', 'https://openai.com/blog')
    """
    text = text.strip()
    if len(text) > 2000:
        raise NotASourceError("An address can have at most 2,000 characters.")
    if text.lower() in _CATEGORIES or text.lower() in _ARCHIVES:
        return _category(text)
    if _LIKE_A_CATEGORY.match(text):
        raise NotASourceError(
            f"arXiv has no category “{text[:40]}”. To add a website of that name, write https:// in front of it."
        )
    if text.lower().startswith("search:"):
        return _query(text[7:])
    if text.lower().startswith("feed:"):  # feed:https://… and feed://…
        text = "https://" + text[7:] if text.lower().startswith("feed://") else text[5:]
    if "://" not in text:
        if _QUERY.search(text):
            return _query(text)
        if not _SITE.match(text):
            raise NotASourceError(
                f"“{text[:80]}” is neither an address nor an arXiv category. "
                'For an arXiv search, say where to look, as in all:"diffusion model" or au:bengio.'
            )
        text = f"https://{text}"
    return _address(text)


def _address(url: str) -> Wish:
    if not url.lower().startswith(("http://", "https://")):
        raise NotASourceError("Only addresses that start with http:// or https:// can be fetched.")
    address = addresses.read(unwrap(url))
    if not address:
        raise NotASourceError("That is not a web address. Copy it again from the browser.")
    if address.host in _HUGGING_FACE_HOSTS and (wish := _hugging_face(address.url)):
        return wish
    if address.host not in ARXIV_HOSTS:
        return Wish(Source.Kind.FEED, address.url)
    parts = urlsplit(address.url)
    steps, query = parts.path.strip("/").split("/"), parse_qs(parts.query)
    if len(steps) > 1 and steps[0] in {"list", "rss", "atom", "archive"}:
        return _category(steps[1])
    if steps[0] == "a" and len(steps) == 2 and steps[1]:  # an author's own feed
        author = re.sub(r"\.(?:atom2?|json|js|html)$", "", steps[1])
        return Wish(Source.Kind.FEED, f"https://arxiv.org/a/{author}.atom2", f"arXiv: {author}"[:200])
    if steps[0] == "api" and query.get("search_query"):
        return _query(query["search_query"][0])
    if steps[0] == "search" and query.get("query"):
        field = _SEARCH_FIELDS.get(query.get("searchtype", [""])[0], "all")
        words = query["query"][0].replace('"', "")
        return _query(f'{field}:"{words}"' if " " in words else f"{field}:{words}")
    if steps[0] in {"abs", "pdf", "html"}:
        raise NotASourceError("This is a single paper, not a source. Use “Add” for single papers.")
    raise NotASourceError("On arXiv, a category (such as cs.LG), its listing page or a search can be a source.")


def _hugging_face(url: str) -> Wish | None:
    """The daily papers, whichever of their pages this is; None for any other page, such as the blog."""
    steps = urlsplit(url).path.strip("/").split("/")
    if steps[0] != "papers" and steps != ["api", "daily_papers"]:
        return None
    if len(steps) > 1 and arxiv_id(steps[1]):
        raise NotASourceError("This is a single paper, not a source. Use “Add” for single papers.")
    return Wish(Source.Kind.HF, huggingface.DAILY, "Hugging Face daily papers", site_url=huggingface.SITE)


def _category(text: str) -> Wish:
    if category := _CATEGORIES.get(text.lower()):
        return Wish(Source.Kind.ARXIV, category, f"{category} · {ARXIV_CATEGORIES[category]}")
    if text.lower() in _ARCHIVES:
        raise NotASourceError(f"{text} is a whole arXiv archive. Pick one of its categories, such as cs.LG.")
    if "+" in text:
        raise NotASourceError("Add categories one by one, so that you can later see which of them matter.")
    raise NotASourceError(f"arXiv has no category “{text[:40]}”.")


def _query(query: str) -> Wish:
    query = " ".join(query.split())
    if not query:
        raise NotASourceError("Say what to search for on arXiv, as in search: au:bengio AND cat:cs.LG.")
    return Wish(Source.Kind.ARXIV, f"search: {query}", f"arXiv: {query}"[:200])


# ── preview ──────────────────────────────────────────────────────────────────────────────────

SHOWN = 8  # items of a preview
SHOWN_AUTHORS = 4


def look(address: str, now: datetime) -> dict[str, Any]:
    """Fetch a preview of the source at this address, without storing anything.

    `{"feeds": [{title, url}, …]}` if a site has several feeds; otherwise the source (kind, address, name, site_url)
    and its content (items, total, skipped, note). All values are plain JSON.
    Raises FetchError or NotASourceError, with a sentence.
    """
    wish, fetcher = understand(address), clients.quick_fetcher()  # one fetcher, so one time limit for all requests
    try:
        if wish.kind == Source.Kind.FEED:
            feeds = feed.discover(wish.address, fetcher)
            if not feeds:
                raise NotASourceError("No feed was found there. If the site has one, paste the feed’s own address.")
            if len(feeds) > 1:
                return {"feeds": [{"title": plain(each.title, 200), "url": each.url} for each in feeds]}
            wish = Wish(wish.kind, feeds[0].url, feeds[0].title)
        pull = pipeline.preview(wish.kind, wish.address, now, fetcher)
    except BusyError as error:
        raise FetchError(str(error)) from error
    items = [
        {
            "title": plain(item.title, 1_000),
            "authors": [plain(signer.name, 200) for signer in item.authors[:SHOWN_AUTHORS]],
            "more_authors": max(0, len(item.authors) - SHOWN_AUTHORS),
            "published": item.published_at.isoformat() if item.published_at else "",
        }
        for item in pull.items[:SHOWN]
    ]
    return {
        "kind": wish.kind,
        "address": wish.address,
        "name": plain(wish.name or pull.title or without_password(wish.address), 200),
        "site_url": plain(pull.site_url, 2_000),
        "items": items,
        "total": len(pull.items),
        "skipped": pull.skipped,
        "note": plain(pull.note, 500),
    }


# ── adding and changing ──────────────────────────────────────────────────────────────────────


def add(person: Person, wishes: Iterable[Wish], now: datetime) -> list[Source]:
    """Add the sources that are not in the list yet, and return them. Existing ones stay unchanged."""
    wanted = {(wish.kind, wish.address): wish for wish in wishes}
    with transaction.atomic():
        existing = Source.objects.filter(address__in=[address for _, address in wanted])
        for key in existing.values_list("kind", "address"):
            wanted.pop(key, None)
        rows = [
            Source(
                kind=wish.kind,
                address=wish.address,
                name=(wish.name or without_password(wish.address))[:200],
                horizon=wish.horizon,
                site_url=wish.site_url[:2000],
                created_at=now,
                next_fetch=now,
            )
            for wish in wanted.values()
        ]
        Source.objects.bulk_create(rows, ignore_conflicts=True)  # somebody else may add the same at this moment
        added = list(Source.objects.filter(address__in=[row.address for row in rows], created_at=now))
        kind = Event.Kind.SOURCE_ADDED
        Event.objects.bulk_create(Event(kind=kind, at=now, person=person, source=source) for source in added)
    return added


def change(person: Person, source: Source, now: datetime, **fields: Any) -> None:
    """Set the state, horizon, name or switch, and record who did it. A resumed source is fetched at once."""
    with transaction.atomic():
        source = Source.objects.select_for_update().get(pk=source.pk)
        changes = {name: [getattr(source, name), to] for name, to in fields.items() if getattr(source, name) != to}
        if not changes:
            return
        if source.state == Source.State.PAUSED and "state" in changes:
            fields["next_fetch"] = now
        Source.objects.filter(pk=source.pk).update(**fields)
        Event.objects.create(kind=Event.Kind.SOURCE_CHANGED, at=now, person=person, source=source, data=changes)


def put_back(person: Person, now: datetime, *, id: int, field: str, before: str | bool, after: str | bool) -> bool:
    """Undo one change of a source; False if the source is gone or has changed since."""
    with transaction.atomic():
        source = Source.objects.select_for_update().filter(pk=id, **{field: after}).first()
        if source:
            change(person, source, now, **{field: before})
    return source is not None


def remove(source: Source) -> bool:
    """Remove a source that never brought a paper; False if it did, because those papers refer to it."""
    with transaction.atomic():
        source = Source.objects.select_for_update().get(pk=source.pk)
        if source.kind == Source.Kind.PERSON or source.sightings.exists():
            return False
        source.delete()
    return True


# ── the first pull ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Progress:
    """Progress of the first pulls of the sources added within the last day."""

    total: int
    tried: int
    papers: int
    stuck: bool  # nothing has been tried for minutes, so probably no worker is running


def progress(now: datetime) -> Progress | None:
    """The progress of new sources; None if there are none, or all have been tried."""
    recent = Source.objects.fetched().filter(created_at__gt=now - timedelta(days=1))
    sources = list(recent.order_by("created_at").only("created_at", "last_fetch"))
    untried = [source for source in sources if not source.last_fetch]
    if not untried:
        return None
    papers = FetchLog.objects.filter(source__in=[source.pk for source in sources]).aggregate(sum=Sum("added"))["sum"]
    return Progress(
        total=len(sources),
        tried=len(sources) - len(untried),
        papers=papers or 0,
        stuck=len(untried) == len(sources) and now - untried[0].created_at > timedelta(minutes=3),
    )
