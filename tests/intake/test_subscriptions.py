"""intake.subscriptions: understanding addresses, adding and changing sources, and first pulls."""

from datetime import timedelta

import pytest

from papers.intake import subscriptions
from papers.intake.subscriptions import NotASourceError, Wish
from papers.models import Event, FetchLog, Source
from papers.sources.starter import ARXIV_CATEGORIES
from tests.makers import NOW, make_paper, make_person, make_source


@pytest.mark.parametrize(
    ("text", "kind", "address"),
    [
        ("cs.LG", "arxiv", "cs.LG"),
        (" stat.ml ", "arxiv", "stat.ML"),
        ("https://arxiv.org/list/cs.LG/recent", "arxiv", "cs.LG"),
        ("arxiv.org/list/cs.CL/new", "arxiv", "cs.CL"),
        ("http://export.arxiv.org/rss/stat.ML", "arxiv", "stat.ML"),
        ("https://rss.arxiv.org/atom/cs.LG", "arxiv", "cs.LG"),
        ("https://arxiv.org/archive/gr-qc", "arxiv", "gr-qc"),
        ("search:  au:bengio   AND cat:cs.LG", "arxiv", "search: au:bengio AND cat:cs.LG"),
        ('all:"diffusion model"', "arxiv", 'search: all:"diffusion model"'),
        ("http://export.arxiv.org/api/query?search_query=all:electron&start=0", "arxiv", "search: all:electron"),
        ("https://arxiv.org/search/?query=state+space&searchtype=title", "arxiv", 'search: ti:"state space"'),
        ("https://arxiv.org/search/cs?query=mamba&searchtype=all", "arxiv", "search: all:mamba"),
        ("https://blog.example/feed.xml", "feed", "https://blog.example/feed.xml"),
        ("blog.example", "feed", "https://blog.example"),
        ("localhost:8300/feed", "feed", "https://localhost:8300/feed"),
        ("feed://blog.example/rss", "feed", "https://blog.example/rss"),
        ("feed:http://blog.example/rss", "feed", "http://blog.example/rss"),
    ],
)
def test_addresses_are_understood_in_any_spelling(text, kind, address):
    wish = subscriptions.understand(text)
    assert (wish.kind, wish.address) == (kind, address)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("diffusion models", "neither an address nor an arXiv category"),
        ("", "neither"),
        ("cs", "whole arXiv archive"),
        ("https://arxiv.org/list/cs.XX/new", "no category"),
        ("cs.NotThere", "arXiv has no category “cs.NotThere”. To add a website of that name, write https://"),
        ("Astro-ph.zz", "no category “Astro-ph.zz”"),
        ("https://rss.arxiv.org/rss/cs.LG+cs.CL", "one by one"),
        ("https://arxiv.org/abs/2401.00001", "single paper, not a source"),
        ("https://arxiv.org/", "can be a source"),
        ("ftp://blog.example/feed", "http:// or https://"),
        ("file:///etc/passwd", "http:// or https://"),
        ("javascript://alert(1)", "http:// or https://"),
        ("http://[::1", "not a web address"),
        ("http://blog.example:port/", "not a web address"),
        ("https:///feed", "not a web address"),
        ("search: ", "what to search for"),
        ("https://blog.example/" + "x" * 2000, "2,000 characters"),
    ],
)
def test_text_that_names_no_source_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(NotASourceError, match=sentence):
        subscriptions.understand(text)


@pytest.mark.django_db
def test_all_categories_can_be_added_at_once_and_only_once():
    person = make_person()
    wishes = [subscriptions.understand(name) for name in ARXIV_CATEGORIES]
    added = subscriptions.add(person, wishes, NOW)
    assert len(added) == len(ARXIV_CATEGORIES)
    assert all(source.next_fetch == NOW for source in added)
    assert Event.objects.filter(kind="source_added", person=person).count() == len(added)
    assert subscriptions.add(person, wishes, NOW + timedelta(hours=1)) == []
    assert Event.objects.count() == len(added)


@pytest.mark.django_db
def test_existing_source_stays_unchanged():
    old = make_source("Ours", address="https://blog.example/feed", horizon="moonshot")
    wishes = [Wish("feed", old.address, "Theirs"), Wish("feed", "https://new.example/feed", "N" * 500)]
    added = subscriptions.add(make_person(), [*wishes, wishes[1]], NOW)
    assert [source.name for source in added] == ["N" * 200]
    old.refresh_from_db()
    assert (old.name, old.horizon) == ("Ours", "moonshot")


@pytest.mark.django_db
def test_change_is_recorded_as_an_event_with_its_person():
    person, source = make_person(), make_source("Blog")
    subscriptions.change(person, source, NOW, state="muted", name="Blog")
    event = Event.objects.get()
    assert (event.kind, event.person, event.source) == ("source_changed", person, source)
    assert event.data == {"state": ["active", "muted"]}
    subscriptions.change(person, source, NOW, state="muted")  # nothing changes
    assert Event.objects.count() == 1


@pytest.mark.django_db
def test_resumed_source_is_fetched_at_once():
    source = make_source(state="paused", next_fetch=None)
    subscriptions.change(make_person(), source, NOW, state="active")
    source.refresh_from_db()
    assert source.next_fetch == NOW


@pytest.mark.django_db
def test_source_that_brought_a_paper_cannot_be_removed():
    source, idle = make_source(), make_source()
    make_paper(source=source)
    assert not subscriptions.remove(source)
    assert subscriptions.remove(idle)
    assert list(Source.objects.all()) == [source]


@pytest.mark.django_db
def test_progress_counts_tried_sources_and_new_papers():
    assert subscriptions.progress(NOW) is None
    make_source(created_at=NOW - timedelta(days=3))  # an old one is no news
    assert subscriptions.progress(NOW) is None
    tried = make_source(created_at=NOW, last_fetch=NOW)
    FetchLog.objects.create(source=tried, at=NOW, took_ms=5, outcome="ok", seen=9, added=7)
    make_source(created_at=NOW, last_fetch=NOW, failures=1, last_error="It did not answer.")
    waiting = make_source(created_at=NOW)
    make_source(created_at=NOW, state="paused")
    progress = subscriptions.progress(NOW + timedelta(minutes=5))
    assert (progress.total, progress.tried, progress.papers) == (3, 2, 7)
    assert not progress.stuck
    Source.objects.filter(pk=waiting.pk).update(last_fetch=NOW)
    assert subscriptions.progress(NOW) is None  # it has ended


@pytest.mark.django_db
def test_progress_reports_when_no_worker_seems_to_run():
    make_source(created_at=NOW)
    assert not subscriptions.progress(NOW + timedelta(minutes=1)).stuck
    assert subscriptions.progress(NOW + timedelta(minutes=4)).stuck


@pytest.mark.django_db
def test_recent_papers_are_counted_up_to_a_thousand(monkeypatch):
    monkeypatch.setattr("papers.models.source.RECENT_AT_MOST", 3)
    busy, old, idle = make_source("a"), make_source("b"), make_source("c")
    for _ in range(5):
        make_paper(source=busy)
    make_paper(source=old, arrived_at=NOW - timedelta(days=31))
    counted = Source.objects.with_recent(NOW).order_by("name")
    assert [(source, source.recent) for source in counted] == [(busy, 3), (old, 0), (idle, 0)]
