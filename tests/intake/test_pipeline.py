"""intake.pipeline: pull sources from a server, store their items, and log the outcome."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from feedserver import FeedServer
from papers.intake import clients, gate, pipeline
from papers.models import Event, FetchLog, Host, Paper, Sighting, Source
from papers.sources.wire.sentences import FetchError
from tests.makers import make_paper, make_person, make_source

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)  # a Wednesday


@pytest.fixture
def server(settings):
    with FeedServer(seed=1, now=NOW, a_day=8) as server:
        settings.ALLOW_PRIVATE_ADDRESSES = True
        settings.HOST_PACE_SECONDS = settings.ARXIV_PACE_SECONDS = 0
        settings.ARXIV_FEED_URL, settings.ARXIV_API_URL = server.arxiv_feed_url, server.arxiv_api_url
        yield server


def pull(source, now=NOW):
    pipeline.refresh(source, now)
    source.refresh_from_db()
    return source.fetches.latest("at", "id")


@pytest.fixture
def category(server):
    return make_source(kind="arxiv", address="cs.LG")


@pytest.fixture
def blog(server):
    return make_source(address=server.feed("kettle"))


# ── what comes in ────────────────────────────────────────────────────────────────────────────


def test_category_is_pulled_and_logged(category):
    log = pull(category)
    assert log.outcome == "ok"
    assert log.added == Paper.objects.count() > 0
    assert log.seen == log.added + log.joined + log.amended + log.skipped
    assert (category.last_success, category.last_new, category.last_error) == (NOW, NOW, "")
    assert category.next_fetch > NOW


def test_search_and_blog_are_pulled(server, blog):
    search = make_source(kind="arxiv", address="search: cat:cs.LG")
    assert pull(search).added > 0
    assert pull(blog).added > 0
    assert {"arxiv", "post"} <= set(Paper.objects.values_list("kind", flat=True))


def test_paper_in_two_categories_is_one_paper(category):
    pull(category)
    pull(make_source(kind="arxiv", address="stat.ML"))
    pull(make_source(kind="arxiv", address="cs.AI"))
    ids = list(Paper.objects.values_list("arxiv_id", flat=True))
    assert len(ids) == len(set(ids))
    assert Sighting.objects.count() > len(ids)


@pytest.mark.parametrize("kind", ["category", "blog"])
def test_pull_with_nothing_new_writes_only_its_log_and_source(request, kind):
    source = request.getfixturevalue(kind)
    pull(source)
    Source.objects.update(etag="", last_modified="", body_hash="")  # so that all of it is read again
    source.refresh_from_db()
    with CaptureQueriesContext(connection) as asked:
        log = pull(source, NOW + timedelta(hours=1))
    assert log.outcome == "unchanged"
    wrote = {q["sql"].split('"')[1] for q in asked if q["sql"].startswith(("INSERT", "UPDATE", "DELETE", "COPY"))}
    assert wrote <= {"papers_source", "papers_fetchlog", "papers_host"}


def test_unchanged_feed_is_not_parsed(blog):
    pull(blog)
    assert pull(blog, NOW + timedelta(hours=1)).status == 304


def test_next_days_announcements_come_first(server, category):
    pull(category)
    before = set(Paper.objects.values_list("pk", flat=True))
    server.clock.advance(timedelta(days=1))
    assert pull(category, NOW + timedelta(days=1)).added > 0
    assert Paper.objects.newest_first().first().pk not in before


def test_category_added_on_a_sunday_brings_papers_of_the_last_days(server, category):
    sunday = datetime(2026, 3, 8, 15, tzinfo=UTC)
    server.clock.set(sunday)
    log = pull(category, sunday)
    assert log.added > 0
    assert "weekend" in log.note
    assert pull(category, sunday + timedelta(hours=5)).added == 0
    assert category.next_fetch > sunday + timedelta(hours=8)  # Monday in New York


# ── failures are data ────────────────────────────────────────────────────────────────────────

TROUBLES = ["hang", "close", "cut", "empty", "page", "bomb"]


@pytest.mark.parametrize("trouble", [trouble for trouble in TROUBLES if trouble != "hang"])
def test_bad_response_is_a_sentence_on_the_source(server, category, trouble):
    server.misbehave("/rss/*", trouble)
    log = pull(category)
    assert log.outcome == "failed"
    assert category.last_error
    assert (category.failures, category.claimed_until, category.last_success) == (1, None, None)
    assert category.next_fetch > NOW
    server.behave()
    assert pull(category, NOW + timedelta(hours=1)).outcome == "ok"
    assert (category.failures, category.last_error) == (0, "")


def test_wait_after_failures_doubles_up_to_a_day(server, blog):
    server.misbehave("/blogs/*", "status", code=500)
    waits = []
    for _ in range(12):
        pull(blog)
        waits.append(blog.next_fetch - NOW)
    assert waits[0] < timedelta(minutes=10)
    assert waits[3] > waits[1] > waits[0]
    assert timedelta(hours=20) < waits[-1] < timedelta(hours=28)


def test_retry_after_holds_all_sources_of_the_host(server, category, blog):
    server.misbehave("/rss/*", "status", code=429, retry_after=1800, times=1)
    pull(category)
    assert category.next_fetch >= NOW + timedelta(minutes=30)
    assert Host.objects.filter(next_at__gte=NOW + timedelta(minutes=29)).exists()


def test_source_of_a_busy_host_stays_due_without_a_failure(server, blog, monkeypatch):
    monkeypatch.setattr(clients, "WORKER_WAITS", 0)
    Source.objects.update(claimed_until=NOW + timedelta(minutes=9))
    with gate.Gate(0, 0)(server.url.removeprefix("http://")):
        pipeline.refresh(blog, NOW)
    blog.refresh_from_db()
    assert (blog.failures, blog.claimed_until, FetchLog.objects.count()) == (0, None, 0)


def test_feed_that_is_gone_is_paused_with_a_reason(server, blog):
    server.misbehave("/blogs/*", "status", code=410)
    pull(blog)
    assert blog.state == "paused"
    assert Event.objects.get(source=blog).data["state"] == "paused"


def test_state_set_by_a_person_survives_a_failed_fetch(server, blog):
    server.misbehave("/blogs/*", "status", code=500)
    Source.objects.filter(pk=blog.pk).update(state="muted")  # while the fetch is on its way
    pull(blog)
    assert blog.state == "muted"


def test_dead_source_is_reported_once(server, blog):
    server.misbehave("/blogs/*", "status", code=500)
    Source.objects.update(last_success=NOW - timedelta(days=10), created_at=NOW - timedelta(days=99))
    for day in (0, 5, 6, 7):
        blog.refresh_from_db()
        pull(blog, NOW + timedelta(days=day))
    assert Event.objects.get().kind == "source_died"
    assert "500" in blog.last_error or blog.last_error


# ── moves ────────────────────────────────────────────────────────────────────────────────────


def move(server, to):
    server.misbehave("/blogs/kettle/*", "redirect", to=to, code=301)


def test_third_permanent_redirect_changes_the_address(server, blog):
    old, new = blog.address, server.feed("petit-lot")
    move(server, new)
    for hour in range(2):
        pull(blog, NOW + timedelta(hours=hour))
    assert blog.address == old
    pull(blog, NOW + timedelta(hours=3))
    assert (blog.address, blog.moved_to, blog.moved_seen) == (new, "", 0)
    assert Event.objects.get(source=blog).data == {"from": old, "to": new}


def test_temporary_redirect_is_followed_and_not_stored(server, blog):
    server.misbehave("/blogs/kettle/*", "redirect", to=server.feed("petit-lot"), code=302)
    old = blog.address
    for hour in range(4):
        assert pull(blog, NOW + timedelta(hours=hour)).outcome != "failed"
    assert blog.address == old


def test_move_to_another_sources_address_pauses_the_source(server, blog):
    other = make_source("Petit Lot", address=server.feed("petit-lot"))
    move(server, other.address)
    for hour in range(3):
        pull(blog, NOW + timedelta(hours=hour))
    assert (blog.state, blog.address != other.address) == ("paused", True)
    assert "“Petit Lot”" in blog.last_error


# ── a look before, and links by hand ─────────────────────────────────────────────────────────


def test_preview_stores_nothing(server):
    assert pipeline.preview("arxiv", "cs.LG", NOW).items
    assert not Paper.objects.exists()
    assert not FetchLog.objects.exists()


def test_link_to_an_arxiv_paper_fetches_its_record(server, category):
    pull(category)
    known = Paper.objects.exclude(arxiv_id="").first().arxiv_id
    Paper.objects.all().delete()
    person = make_person()
    added = pipeline.add_link(person, f"https://arxiv.org/pdf/{known}v1", NOW)
    assert (added.created, added.paper.arxiv_id) == (True, known)
    assert added.paper.byline
    assert added.paper.arrived_at == NOW  # on top, however old it is
    assert Event.objects.get(kind="added").person == person
    assert Sighting.objects.get().source == person.source


def test_existing_paper_joins_without_a_fetch_in_any_spelling(server):
    paper, person = make_paper(arxiv_id="2603.00007"), make_person()
    for address in ("arXiv:2603.00007v3", "https://huggingface.co/papers/2603.00007"):
        added = pipeline.add_link(person, address, NOW)
        assert (added.paper, added.created) == (paper, False)
    assert not server.requests
    assert person.source.sightings.count() == 1


def test_typed_title_needs_no_fetch(server):
    added = pipeline.add_link(make_person(), "https://unreachable.example/post", NOW, title="What it says")
    assert (added.created, added.paper.title, added.paper.kind) == (True, "What it says", "post")
    assert not server.requests


@pytest.mark.parametrize(
    "address", ["", "attention is all you need", "javascript:alert(1)", "mailto:a@b.example", "\0"]
)
def test_text_that_is_not_an_address_is_refused_with_a_sentence(server, address):
    with pytest.raises(FetchError, match="not a link"):
        pipeline.add_link(make_person(), address, NOW, title="Whatever")
    assert not Paper.objects.exists()


def test_unknown_arxiv_id_is_reported(server):
    with pytest.raises(FetchError, match="arXiv has no paper"):
        pipeline.add_link(make_person(), "1501.99999", NOW)
    assert not Paper.objects.exists()


def test_a_source_is_asked_without_conditions_once_a_week(blog, server):
    def conditions(days):
        pull(blog, NOW + timedelta(days=days))
        return {"if-none-match", "if-modified-since"} & server.requests[-1].headers.keys()

    assert not conditions(0)
    assert conditions(1)
    assert conditions(6)
    assert not conditions(8)
    assert conditions(9)
