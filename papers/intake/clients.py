"""intake.clients: make the HTTP clients of this install from its settings."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

from django.conf import settings

from ..sources import arxiv
from ..sources.kinds import Kind, build
from ..sources.wire.fetch import Fetcher
from ..sources.wire.line import Line, session
from ..sources.wire.post import READ, Answer, post
from .gate import Gate

WORKER_WAITS = 30.0  # seconds for its turn at a host
WORKER_PATIENCE = 120.0  # seconds for all requests of one pull, with redirects and pages
KEEP = 2.0  # seconds for which a worker keeps a host between requests
PERSON_WAITS = 8.0
PERSON_PATIENCE = 20.0  # seconds for all requests that a page waits for
PERSON_BYTES = 4 * 1024 * 1024


class Turn:
    """A worker's turn at one host: its pulls share a connection, and enter the host's gate together."""

    def __init__(self, line: Line, gate: Gate):
        self._line, self._gate = line, gate

    def fetcher(self) -> Fetcher:
        """Make a polite fetcher for one pull."""
        return _fetcher(self._gate, patience=WORKER_PATIENCE, line=self._line)

    def leave(self) -> None:
        """Give the host back while there is other work to do."""
        self._gate.close()


@contextmanager
def turn() -> Iterator[Turn]:
    with session(settings.ALLOW_PRIVATE_ADDRESSES) as line, closing(_gate(WORKER_WAITS, keep=KEEP)) as gate:
        yield Turn(line, gate)


def quick_fetcher() -> Fetcher:
    """Make a fetcher for a page that somebody waits for: all its requests take PERSON_PATIENCE at most."""
    return _fetcher(_gate(PERSON_WAITS), patience=PERSON_PATIENCE, max_bytes=PERSON_BYTES)


def send(url: str, body: bytes, headers: dict[str, str], wait: float, most: int = READ) -> Answer:
    """Post a message and read up to `most` bytes. `wait`: seconds for its turn. Raises FetchError and BusyError."""
    private = settings.ALLOW_PRIVATE_ADDRESSES
    return post(url, body, headers, _gate(wait), allow_private=private, user_agent=_user_agent(), most=most)


def endpoints() -> arxiv.Endpoints:
    return arxiv.Endpoints(feed=settings.ARXIV_FEED_URL, api=settings.ARXIV_API_URL)


def kinds() -> Mapping[str, Kind]:
    """All kinds of sources, bound to the endpoints in the settings."""
    return build(endpoints(), settings.HUGGINGFACE_URL)


def _fetcher(gate: Gate, **limits: Any) -> Fetcher:
    return Fetcher(gate, allow_private=settings.ALLOW_PRIVATE_ADDRESSES, user_agent=_user_agent(), **limits)


def _gate(wait: float, keep: float = 0.0) -> Gate:
    return Gate(settings.HOST_PACE_SECONDS, wait, settings.ARXIV_PACE_SECONDS, keep)


def _user_agent() -> str:
    return f"Tenth/{settings.VERSION} (+{settings.CONTACT})"
