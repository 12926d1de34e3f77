"""sources.kinds: the kinds of sources: one file each, one line each here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from . import arxiv, feed
from .http import Fetcher, gate_name
from .item import Asked, Pull

__all__ = ["KINDS", "Asked", "host_of", "pull"]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of source is pulled, and which web address that asks."""

    pull: Callable[[str, Asked, Fetcher, datetime, arxiv.Endpoints], Pull]
    url: Callable[[str, arxiv.Endpoints], str]


KINDS = {
    "arxiv": Kind(arxiv.pull, arxiv.url),
    "feed": Kind(feed.pull, feed.url),
}


def pull(kind: str, address: str, asked: Asked, fetcher: Fetcher, now: datetime, endpoints: arxiv.Endpoints) -> Pull:
    """What a source gives now. Raises FetchError, with a sentence for people."""
    return KINDS[kind].pull(address, asked, fetcher, now, endpoints)


def host_of(kind: str, address: str, endpoints: arxiv.Endpoints) -> str:
    """The host that fetching this source occupies (http.gate_name)."""
    return gate_name(KINDS[kind].url(address, endpoints))
