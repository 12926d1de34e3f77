"""A loopback world of invented papers, and a fetcher that may go there."""

from datetime import UTC, datetime

import pytest

from feedserver import FeedServer
from papers.sources.arxiv import Endpoints
from papers.sources.wire.fetch import Fetcher, open_gate

NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)  # a Wednesday


@pytest.fixture(scope="module")
def running():
    with FeedServer(seed=1, now=NOW) as server:
        yield server


@pytest.fixture
def server(running):
    running.clock.set(NOW)
    yield running
    running.behave()


@pytest.fixture
def fetcher():
    return Fetcher(open_gate, allow_private=True, user_agent="Tenth/test", read_timeout=3, deadline=6)


@pytest.fixture
def endpoints(server):
    return Endpoints(feed=server.arxiv_feed_url, api=server.arxiv_api_url)
