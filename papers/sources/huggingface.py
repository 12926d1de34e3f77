"""sources.huggingface: read Hugging Face's daily papers: arXiv papers that people picked, with upvotes and links.

Written against the answers of `/api/daily_papers`. Its keys come and go, so each is optional but the paper's id. The
people who picked a paper are left out: their names are theirs.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ..identity import arxiv_id
from . import sandbox
from .item import Item, LastFetch, Pull, Signer, read_each
from .text import digest, in_utc, plain, plausible
from .wire.fetch import Fetcher, Reply
from .wire.sentences import FetchError

DAILY = "daily"  # the address of the only list
SITE = "https://huggingface.co/papers"
MOST = 100  # papers of one answer
MOST_MODELS = 10


def url(address: str, base: str) -> str:
    """The URL that is fetched for this address."""
    return f"{base}/api/daily_papers?limit={MOST}"


def pull(address: str, last: LastFetch, fetcher: Fetcher, now: datetime, base: str) -> Pull:
    """Pull the papers picked for the latest day. Raises FetchError."""
    reply = fetcher.get(url(address, base), last.etag, last.last_modified)
    if reply.status == 304:
        return Pull(not_modified=True, status=304)
    response: dict[str, Any] = {
        "status": reply.status,
        "size": len(reply.body),
        "etag": reply.etag,
        "last_modified": reply.last_modified,
        "body_hash": digest(reply.body),
        "site_url": SITE,
        "title": "Hugging Face daily papers",
    }
    if last.body_hash == response["body_hash"]:
        return Pull(not_modified=True, **response)
    items, skipped = sandbox.run(read, reply, now)
    note = "" if items or skipped else "Hugging Face has picked no papers for today yet."
    return Pull(items=tuple(items), skipped=skipped, note=note, **response)


def read(reply: Reply, now: datetime) -> tuple[list[Item], int]:
    """Read the papers of an answer, and count the entries that are none. Raises FetchError when it is no list."""
    try:
        entries = json.loads(reply.body)
    except (ValueError, RecursionError):
        entries = None
    if not isinstance(entries, list):
        raise FetchError("Hugging Face sent something that is not its list of papers.", code=reply.status)
    return read_each(lambda entry: _item(entry, now), entries[:MOST])


def _item(entry: Any, now: datetime) -> Item | None:
    paper = entry["paper"]
    name, title = arxiv_id(plain(paper.get("id"))), plain(paper.get("title")) or plain(entry.get("title"))
    if not name or not title:
        return None
    authors = paper.get("authors")
    names = [plain(each.get("name")) for each in authors if isinstance(each, dict)] if isinstance(authors, list) else []
    return Item(
        title=title,
        link=f"{SITE}/{name[0]}",
        abstract=plain(paper.get("summary")) or plain(entry.get("summary")),
        authors=tuple(Signer(each) for each in names if each),
        published_at=plausible(_time(plain(paper.get("publishedAt")) or plain(entry.get("publishedAt"))), now),
        evidence=dict(_evidence(paper)),
    )


def _evidence(paper: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The facts that only Hugging Face has."""
    upvotes = paper.get("upvotes")
    if isinstance(upvotes, int) and 0 < upvotes < 10**6:
        yield "upvotes", int(upvotes)
    for key, name in (("githubRepo", "code"), ("projectPage", "project")):
        if (address := plain(paper.get(key))[:500]).startswith(("https://", "http://")):
            yield name, address
    for key, name, path in (
        ("linkedModels", "models", ""),
        ("linkedDatasets", "datasets", "datasets/"),
        ("linkedSpaces", "spaces", "spaces/"),
    ):
        linked = paper.get(key)
        ids = [plain(each.get("id") if isinstance(each, dict) else each)[:200] for each in _list(linked)]
        if addresses := [f"https://huggingface.co/{path}{each}" for each in ids if each.count("/") == 1]:
            yield name, addresses


def _list(value: Any) -> list[Any]:
    return value[:MOST_MODELS] if isinstance(value, list) else []


def _time(text: str) -> datetime | None:
    try:
        return in_utc(datetime.fromisoformat(text)) if text else None
    except ValueError:
        return None
