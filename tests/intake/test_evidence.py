"""intake.evidence: the daily papers of Hugging Face as sightings with their facts."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from feedserver import FeedServer
from papers.intake import pipeline, subscriptions
from papers.intake.store import store
from papers.intake.subscriptions import NotASourceError
from papers.models import Lookup, Paper, Sighting
from papers.sources.item import Item
from tests.makers import make_paper, make_source

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)


@pytest.fixture
def daily(settings):
    with FeedServer(seed=1, now=NOW, a_day=16) as server:
        settings.ALLOW_PRIVATE_ADDRESSES, settings.HOST_PACE_SECONDS = True, 0
        settings.HUGGINGFACE_URL = server.url
        source = make_source(kind="hf", address="daily")
        source.server = server
        yield source


def test_the_daily_papers_are_pulled_and_only_changed_upvotes_are_written_again(daily):
    pipeline.refresh(daily, NOW)
    papers = Paper.objects.count()
    assert papers == daily.fetches.get().added == Lookup.objects.count() > 3
    sighting = Sighting.objects.filter(evidence__code__isnull=False).select_related("paper").first()
    assert sighting.evidence["code"] in sighting.paper.code_links
    assert Paper.objects.exclude(weight_links=[]).exists()
    daily.refresh_from_db()
    with CaptureQueriesContext(connection) as asked:
        pipeline.refresh(daily, NOW)  # the same bytes
    assert not [each for each in asked if "papers_sighting" in each["sql"]]
    daily.server.clock.advance(timedelta(hours=2))
    daily.refresh_from_db()
    pipeline.refresh(daily, NOW + timedelta(hours=2))
    assert Paper.objects.count() == papers
    assert Sighting.objects.get(pk=sighting.pk).evidence["upvotes"] == sighting.evidence["upvotes"] + 2


def test_code_that_only_a_source_names_survives_a_new_version():
    paper, source = make_paper(arxiv_id="2603.00009"), make_source()
    link = "https://arxiv.org/abs/2603.00009"
    store(source, [Item(title="Kites", link=link, evidence={"code": "https://github.com/a/b"})], NOW)
    store(make_source(), [Item(title="Kites", link=link, version=2, abstract="New", comment="9 pages")], NOW)
    paper.refresh_from_db()
    assert (paper.version, paper.code_links) == (2, ["https://github.com/a/b"])


@pytest.mark.parametrize("typed", ["huggingface.co/papers", "https://hf.co/papers/date/2026-03-04"])
def test_the_daily_papers_are_understood_by_their_pages(typed):
    wish = subscriptions.understand(typed)
    assert (wish.kind, wish.address) == ("hf", "daily")
    assert subscriptions.understand("https://huggingface.co/blog").kind == "feed"
    with pytest.raises(NotASourceError, match="single paper"):
        subscriptions.understand("https://huggingface.co/papers/2603.00001")
