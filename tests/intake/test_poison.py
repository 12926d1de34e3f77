"""intake, with hostile input: it costs an entry or at most its source, with a sentence, and never another source."""

import time
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import OperationalError

from feedserver import FeedServer, poison
from papers import tasks
from papers.intake import pipeline
from papers.models import FetchLog, Paper, Source
from papers.sources import arxiv, feed, sandbox
from tests.makers import make_source

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)


@pytest.fixture
def server(settings):
    with FeedServer(seed=1, now=NOW, a_day=4) as server:
        settings.ALLOW_PRIVATE_ADDRESSES = True
        settings.HOST_PACE_SECONDS = settings.ARXIV_PACE_SECONDS = 0
        settings.ARXIV_FEED_URL, settings.ARXIV_API_URL = server.arxiv_feed_url, server.arxiv_api_url
        yield server


def pull(source):
    pipeline.refresh(source, NOW)
    source.refresh_from_db()
    return source.fetches.latest("at", "id")


@pytest.mark.parametrize("name", [*poison.ENTRIES, "headers"])
@pytest.mark.parametrize("slug", ["kettle", "fjord", "petit-lot"])
def test_one_poisoned_entry_never_costs_the_feed(server, slug, name, monkeypatch):
    whole = pull(make_source(address=server.feed(slug))).seen
    server.misbehave("/blogs/*", "poison", name=name)
    source = make_source(address=server.feed(slug) + "?again")
    log = pull(source)
    assert (log.outcome, log.note) in {("ok", ""), ("unchanged", "")}
    assert log.seen + log.skipped >= whole
    assert source.failures == 0


@pytest.mark.parametrize("name", [name for name in poison.ENTRIES if name not in {"numbers", "types"}])
def test_one_poisoned_entry_never_costs_an_arxiv_announcement(server, name):
    server.misbehave("/rss/*", "poison", name=name)
    log = pull(make_source(kind="arxiv", address="cs.LG"))
    assert log.outcome == "ok"
    assert log.added == Paper.objects.count() > 1


@pytest.mark.parametrize(
    "charset", ["utf8mb4", "x-sjis", "rot13", "idna", "punycode", "unicode_escape", "base64", "undefined", "x" * 300]
)
def test_odd_encoding_label_costs_at_most_the_source(server, charset):
    server.misbehave("/blogs/*", "poison", name="encoding", charset=charset)
    log = pull(make_source(address=server.feed("kettle")))
    assert log.outcome == "ok" or "could not be processed" not in log.note


def crash(*args, **more):
    raise RuntimeError("nobody thought of this")


def test_any_exception_is_the_sources_failure_with_a_wait_and_a_traceback(server, monkeypatch, caplog):
    source = make_source(kind="arxiv", address="cs.LG", etag="before")
    monkeypatch.setattr(arxiv, "pull", crash)
    log = pull(source)
    assert log.outcome == "failed"
    assert source.last_error == log.note
    assert "could not be processed (RuntimeError)" in log.note
    assert (source.failures, source.claimed_until, source.etag) == (1, None, "before")
    assert source.next_fetch > NOW
    assert "in crash" in caplog.text


def test_error_sentence_with_forbidden_characters_is_stored(server, monkeypatch):
    def refuse(*args):
        raise pipeline.FetchError("It said \0 nothing \ud800 of use.")

    monkeypatch.setattr(feed, "pull", refuse)
    assert pull(make_source()).note == "It said nothing of use."


@pytest.mark.parametrize("where", ["store", "_succeeded", "schedule.after_success"])
def test_failure_while_storing_leaves_nothing_half_written(server, where, monkeypatch):
    source = make_source(address=server.feed("kettle"))
    monkeypatch.setattr(f"papers.intake.pipeline.{where}", crash)
    assert pull(source).outcome == "failed"
    assert not Paper.objects.exists()


def test_lost_database_is_not_the_sources_failure(server, monkeypatch):
    source = make_source(claimed_until=NOW)

    def cut(*args):
        try:
            raise psycopg.OperationalError("the connection is lost")
        except psycopg.OperationalError as error:
            raise OperationalError from error

    monkeypatch.setattr(feed, "pull", cut)
    assert not pipeline.refresh(source, NOW)
    source.refresh_from_db()
    assert (source.claimed_until, source.failures, source.last_error) == (None, 0, "")


def test_source_removed_during_its_pull_is_ignored(server):
    source = make_source(address=server.feed("kettle"))
    Source.objects.all().delete()
    assert pipeline.refresh(source, NOW)


def test_hanging_parser_fails_its_source_and_other_categories_are_pulled(server, monkeypatch):
    """All arXiv sources share one host and are pulled in one go."""
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 2.0)
    first, second = (make_source(kind="arxiv", address=address) for address in ("cs.LG", "cs.CL"))
    real = arxiv.pull

    def one_hangs(address, *rest, **more):
        return sandbox.run(time.sleep, 60) if address == first.address else real(address, *rest, **more)

    monkeypatch.setattr(arxiv, "pull", one_hangs)
    tasks.refresh_due()
    notes = dict(FetchLog.objects.values_list("source__address", "outcome"))
    assert notes["cs.LG"] == "failed" != notes["cs.CL"]
    first.refresh_from_db()
    assert "more than 2 seconds" in first.last_error
    second.refresh_from_db()
    assert second.last_success
