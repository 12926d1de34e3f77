"""sources.kinds: all kinds of sources, one file each and one line each here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from . import arxiv, feed, huggingface
from .item import LastFetch, Pull
from .wire.addresses import gate_name
from .wire.fetch import Fetcher

__all__ = ["Kind", "LastFetch", "build"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of source: how to pull it, and from which URL."""

    pull: Callable[[str, LastFetch, Fetcher, datetime], Pull]
    url: Callable[[str], str]

    def host(self, address: str) -> str:
        """The host that is busy while this source is fetched (addresses.gate_name)."""
        return gate_name(self.url(address))


def build(endpoints: arxiv.Endpoints, hugging_face: str) -> Mapping[str, Kind]:
    """All kinds, bound to these base URLs. `pull` raises FetchError, with a sentence."""
    return {
        "arxiv": Kind(partial(arxiv.pull, endpoints=endpoints), partial(arxiv.url, endpoints=endpoints)),
        "hf": Kind(partial(huggingface.pull, base=hugging_face), partial(huggingface.url, base=hugging_face)),
        "feed": Kind(feed.pull, lambda address: address),
    }
