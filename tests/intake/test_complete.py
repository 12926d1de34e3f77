"""intake.complete: papers are completed from arXiv's own records, whatever arXiv does meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest

from feedserver import FeedServer
from papers import health
from papers.intake import clients, complete
from papers.intake.store import store
from papers.models import Host, Lookup, LookupPause, Name, Paper, Sighting
from papers.sources import arxiv
from papers.sources.item import Item, Signer
from tests.makers import make_paper, make_source

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)  # a Wednesday


@pytest.fixture(scope="module")
def world():
    with FeedServer(seed=1, now=NOW, a_day=8) as server:
        yield server


@pytest.fixture
def server(settings, world):
    settings.ALLOW_PRIVATE_ADDRESSES = True
    settings.HOST_PACE_SECONDS = settings.ARXIV_PACE_SECONDS = 0
    settings.ARXIV_FEED_URL, settings.ARXIV_API_URL = world.arxiv_feed_url, world.arxiv_api_url
    yield world
    world.behave()


@pytest.fixture
def known(server):
    """Papers that the server's arXiv knows."""
    return list(server.world.papers(server.world.today(NOW)))[-3:]


def bring(*ids):
    """Let a blog link to these papers; returns them."""
    items = [
        Item(title="A post about it", link=f"https://arxiv.org/abs/{pk}", authors=(Signer("Blog"),), published_at=NOW)
        for pk in ids
    ]
    made = store(make_source(), items, NOW).papers
    return [Paper.objects.get(pk=pk) for pk in made]


def run(now=NOW):
    while complete.take_batch(now):
        pass


def test_a_paper_that_a_blog_brought_is_corrected_from_arxivs_record(known):
    (paper,) = bring(known[0].id)
    assert Lookup.objects.get().paper == paper
    run()
    paper.refresh_from_db()
    text = known[0].text
    assert (paper.title, paper.comment, paper.categories) == (text.title, text.comment, list(text.categories))
    assert paper.byline == "; ".join(author.name for author in text.authors)
    assert paper.published_at == known[0].versions[0].submitted.replace(microsecond=0)
    assert (Lookup.objects.count(), Sighting.objects.count()) == (0, 1)
    assert Name.objects.filter(paper=paper, kind="doi").exists() == bool(text.doi)


def test_an_unknown_paper_is_asked_for_later_and_given_up_at_last(known):
    bring(known[0].id, "2601.99999")
    run()
    lookup = Lookup.objects.get()
    assert (lookup.missing, lookup.next_attempt) == (1, NOW + complete.MISSING[0])
    assert "1 of them arXiv does not know yet" in health.lookups(NOW)
    for day in range(1, 6):
        run(NOW + timedelta(days=day))
    lookup.refresh_from_db()
    assert (lookup.next_attempt, lookup.why) == (None, "arXiv does not know this ID.")
    assert "1 given up" in health.lookups(NOW)


def test_a_malformed_id_spoils_no_batch(known):
    bring(known[0].id, known[1].id)
    broken = make_paper(arxiv_id="26zz.1")
    Lookup.objects.want([broken.pk], NOW)
    run()
    assert [lookup.why for lookup in Lookup.objects.all()] == ["This is no arXiv ID."]


def test_a_paper_that_arxiv_refuses_is_soon_alone_in_its_request(known, monkeypatch):
    papers = bring(*(f"2601.{n:05d}" for n in range(30)))
    bad, sizes, asked = papers[7].arxiv_id, [], arxiv.by_ids

    def refuse(bases, *rest):
        sizes.append(len(bases))
        return asked(["abc"] if bad in bases else bases, *rest)

    monkeypatch.setattr(arxiv, "by_ids", refuse)
    run()
    assert Lookup.objects.get(next_attempt=None).paper == papers[7]
    assert Lookup.objects.filter(missing=1).count() == 29
    assert len(sizes) < 20


def test_a_busy_arxiv_pauses_the_whole_queue_and_blames_no_paper(server, known):
    bring(*(paper.id for paper in known))
    server.misbehave("/api/*", "status", code=429, retry_after="1200")
    run()
    pause = LookupPause.objects.get()
    assert (pause.until, pause.failures) == (NOW + timedelta(seconds=1200), 1)
    assert set(Lookup.objects.values_list("tries", "missing", "next_attempt")) == {(0, 0, NOW)}
    assert "3 papers wait for arXiv’s record" in health.lookups(NOW)
    assert "Lookups pause for 20 min: " in health.lookups(NOW)
    assert not complete.take_batch(NOW + timedelta(minutes=19))
    server.behave()
    Host.objects.all().delete()
    run(NOW + timedelta(minutes=21))
    assert Lookup.objects.count() == 0
    assert LookupPause.objects.get().failures == 0


def test_announcements_come_first_and_a_killed_workers_batch_comes_again(known):
    bring(*(paper.id for paper in known))
    category = make_source(kind="arxiv", address="cs.LG", next_fetch=NOW)
    assert not complete.take_batch(NOW)
    type(category).objects.claim([category.pk], NOW)
    assert not complete.take_batch(NOW)
    type(category).objects.filter(pk=category.pk).update(claimed_until=None, next_fetch=NOW + timedelta(hours=9))
    assert len(Lookup.objects.claim(NOW)) == 3  # and then the worker is killed
    assert not complete.is_open(NOW)
    run(NOW + timedelta(minutes=7))
    assert Lookup.objects.count() == 0


def test_old_papers_are_queued_in_slices_newest_first_and_once(monkeypatch):
    monkeypatch.setattr(complete, "SLICE", 2)
    old = [make_paper(comment="9 pages" if n == 1 else "") for n in range(4)]
    make_paper(arxiv_id="")
    withdrawn = make_paper(comment="This paper has been withdrawn")
    assert [complete.enqueue_old(NOW) for _ in range(5)] == [2, 2, 1, 0, 0]
    assert set(Lookup.objects.values_list("paper", flat=True)) == {old[0].pk, old[2].pk, old[3].pk}
    withdrawn.refresh_from_db()
    assert withdrawn.standing == "withdrawn"


def test_records_from_the_api_need_no_lookup_and_those_from_announcements_do(server):
    now = NOW
    endpoints = arxiv.Endpoints(feed=server.arxiv_feed_url, api=server.arxiv_api_url)
    with clients.turn() as turn:
        searched = arxiv.search("cat:cs.LG", turn.fetcher(), now, endpoints, 5).items
        announced = arxiv.pull("stat.ML", arxiv.LastFetch(last_success=now), turn.fetcher(), now, endpoints).items
    store(make_source(), searched, now)
    assert Lookup.objects.count() == 0
    done = store(make_source(), announced, now)
    assert Lookup.objects.count() == done.added > 0
