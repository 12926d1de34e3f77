"""sources.kinds: the kinds of sources: one file each, one line each here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from . import arxiv, feed
from .item import Asked, Pull
from .wire.addresses import gate_name
from .wire.fetch import Fetcher

__all__ = ["Asked", "Kind", "build"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of source: how it is pulled, and which web address that asks."""

    pull: Callable[[str, Asked, Fetcher, datetime], Pull]
    url: Callable[[str], str]

    def host(self, address: str) -> str:
        """The host that fetching this source occupies (addresses.gate_name)."""
        return gate_name(self.url(address))


def build(endpoints: arxiv.Endpoints) -> Mapping[str, Kind]:
    """All kinds, each with the places that it asks. `pull` raises FetchError, with a sentence."""
    return {
        "arxiv": Kind(partial(arxiv.pull, endpoints=endpoints), partial(arxiv.url, endpoints=endpoints)),
        "feed": Kind(feed.pull, lambda address: address),
    }
