"""intake.clients: make the HTTP clients of this install from its settings."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from ..sources import arxiv
from ..sources.kinds import Kind, build
from ..sources.wire.fetch import Fetcher
from ..sources.wire.post import Answer, post
from .gate import host_gate

WORKER_WAITS = 30.0  # seconds for its turn at a host
WORKER_PATIENCE = 120.0  # seconds for all requests of one pull, with redirects and pages
PERSON_WAITS = 8.0
PERSON_PATIENCE = 20.0  # seconds for all requests that a page waits for
PERSON_BYTES = 4 * 1024 * 1024


def fetcher() -> Fetcher:
    """Make a polite fetcher for a worker."""
    return _fetcher(WORKER_WAITS, patience=WORKER_PATIENCE)


def quick_fetcher() -> Fetcher:
    """Make a fetcher for a page that somebody waits for: all its requests take PERSON_PATIENCE at most."""
    return _fetcher(PERSON_WAITS, patience=PERSON_PATIENCE, max_bytes=PERSON_BYTES)


def send(url: str, body: bytes, headers: dict[str, str], wait: float) -> Answer:
    """Post a message. `wait`: seconds for its turn at the host. Raises FetchError and BusyError."""
    private = settings.ALLOW_PRIVATE_ADDRESSES
    return post(url, body, headers, _gate(wait), allow_private=private, user_agent=_user_agent())


def endpoints() -> arxiv.Endpoints:
    return arxiv.Endpoints(feed=settings.ARXIV_FEED_URL, api=settings.ARXIV_API_URL)


def kinds() -> Mapping[str, Kind]:
    """All kinds of sources, bound to the endpoints in the settings."""
    return build(endpoints())


def _fetcher(wait: float, **limits: Any) -> Fetcher:
    private = settings.ALLOW_PRIVATE_ADDRESSES
    return Fetcher(_gate(wait), allow_private=private, user_agent=_user_agent(), **limits)


def _gate(wait: float) -> Any:
    return host_gate(settings.HOST_PACE_SECONDS, wait, settings.ARXIV_PACE_SECONDS)


def _user_agent() -> str:
    return f"Tenth/{settings.VERSION} (+{settings.CONTACT})"
