"""reading.queue: the papers waiting for a person, newest first, and the reasons for an empty queue."""

from datetime import UTC, datetime, timedelta

import pytest

from papers.models import FetchLog
from papers.reading import queue, stages
from tests.makers import NOW, make_paper, make_person, make_source, make_vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def me():
    return make_person(time_zone="Europe/Oslo")


@pytest.fixture
def source():
    return make_source(last_success=NOW)


def titles(page):
    return [card.paper.title for card in page.cards]


def make_queue(source, count):
    return [make_paper(f"{n}", source=source, arrived_at=NOW - timedelta(minutes=n)) for n in range(count)]


def test_queue_lists_each_paper_once_newest_first(me, source):
    papers = make_queue(source, 3)
    make_vote(make_person(), papers[1])
    assert titles(queue.take(me, NOW)) == ["0", "1", "2"]


def test_papers_triaged_by_me_are_gone_and_by_others_are_not(me, source):
    kept, passed, read, voted, others = make_queue(source, 5)
    stages.keep(me, kept, NOW)
    stages.skip(me, passed, NOW)
    stages.read(me, read, NOW)
    make_vote(me, voted)
    stages.read(make_person(), others, NOW)
    assert titles(queue.take(me, NOW)) == ["3", "4"]


def test_papers_of_muted_and_paused_sources_show_only_if_an_active_one_has_them(me, source):
    muted = make_source(state="muted")
    make_paper("Muted alone", source=muted)
    both = make_paper("Both", source=muted)
    both.sightings.create(source=source, at=NOW)
    make_paper("Paused alone", source=make_source(state="paused"))
    assert titles(queue.take(me, NOW)) == ["Both"]


def test_horizon_filter_shows_only_its_papers(me, source):
    make_paper("Core", source=source)
    make_paper("Moon", source=make_source(horizon="moonshot"))
    assert titles(queue.take(me, NOW, horizon="moonshot")) == ["Moon"]


def test_paging_is_stable_when_new_papers_arrive(me, source):
    make_queue(source, 7)
    first = queue.take(me, NOW, limit=3)
    make_paper("fresh", source=source, arrived_at=NOW + timedelta(minutes=1))
    second = queue.take(me, NOW, first.next, limit=3)
    third = queue.take(me, NOW, second.next, limit=3)
    assert titles(first) + titles(second) + titles(third) == [str(n) for n in range(7)]
    assert third.next == ""


def test_papers_with_equal_times_are_paged(me, source):
    for n in range(5):
        make_paper(f"{n}", source=source, arrived_at=NOW)
    first = queue.take(me, NOW, limit=2)
    rest = queue.take(me, NOW, first.next, limit=5)
    assert sorted(titles(first) + titles(rest)) == [str(n) for n in range(5)]


def test_walk_has_a_limit_and_the_next_continues_there(me, source, monkeypatch):
    monkeypatch.setattr(queue, "REACH", 3)
    papers = make_queue(source, 6)
    stages.clear(me, papers[:4], NOW)
    first = queue.take(me, NOW)
    assert titles(first) == []
    assert titles(queue.take(me, NOW, first.next)) == ["4", "5"]


@pytest.mark.parametrize("cursor", ["x", "-", "1-", "9" * 39, "99999999999999999999-1", "1-99999999999999999999999999"])
def test_made_up_cursor_does_no_harm(me, source, cursor):
    make_queue(source, 2)
    queue.take(me, NOW, cursor)


def test_card_explains_its_score(me):
    source = make_source(yield_read=1 / 6, yield_skimmed=60)
    paper = make_paper(source=source)
    make_vote(make_person(), paper)
    make_vote(make_person(), paper)
    (card,) = queue.take(me, NOW).cards
    assert card.score.words == "1 in 6 from this source gets read · 2 votes up"
    assert (card.up, card.down, card.mine) == (2, 0, 0)


def test_day_begins_at_the_persons_own_midnight(me, source):
    early, late = make_queue(source, 2)
    stages.read(me, early, datetime(2026, 3, 3, 22, 59, tzinfo=UTC))  # 23:59 of yesterday in Oslo
    stages.read(me, late, datetime(2026, 3, 3, 23, 1, tzinfo=UTC))
    assert queue.today(me, NOW) == {"triaged": 1, "read": 1, "minutes": 10}


def test_paper_triaged_twice_today_counts_once(me, source):
    (paper,) = make_queue(source, 1)
    stages.keep(me, paper, NOW)
    stages.read(me, paper, NOW)
    assert queue.today(me, NOW)["triaged"] == 1


# ── nothing today, and why ──────────────────────────────────────────────────────────────────


def test_empty_queue_without_sources_leads_to_the_first_run(me):
    assert queue.why_empty(me, NOW).first_run


def test_empty_queue_because_all_sources_are_off(me):
    make_source(state="muted")
    assert queue.why_empty(me, NOW).sentences == ["All sources are muted or paused."]


def test_empty_queue_because_nothing_could_be_fetched(me):
    broken = make_source(failures=3, last_error="Not found (404).")
    why = queue.why_empty(me, NOW)
    assert (why.title, why.failing) == ("No papers yet", [broken])


def test_empty_queue_without_internet_has_one_sentence(me):
    for source in (make_source(failures=1, last_error="Not found."), make_source(failures=1, last_error="Refused.")):
        FetchLog.objects.create(source=source, at=NOW, took_ms=1, outcome="failed", note=source.last_error)
    why = queue.why_empty(me, NOW)
    assert why.failing == []
    assert why.sentences == [
        "None of the 2 sources could be reached: is this machine connected to the internet? Tenth keeps trying."
    ]
    FetchLog.objects.create(source=source, at=NOW, took_ms=1, outcome="failed", status=503)  # so there is a way out
    assert len(queue.why_empty(me, NOW).failing) == 2


def test_empty_queue_because_everything_is_triaged(me, source):
    stages.read(me, make_paper(source=source), NOW)
    assert queue.why_empty(me, NOW).title == "All done"


def test_empty_queue_on_a_weekend_mentions_arxiv(me):
    make_source(kind="arxiv", address="cs.LG", last_success=NOW)
    saturday = datetime(2026, 3, 7, 12, tzinfo=UTC)
    assert any("weekends" in sentence for sentence in queue.why_empty(me, saturday).sentences)
    assert not any("weekends" in sentence for sentence in queue.why_empty(me, NOW).sentences)


def test_empty_queue_because_of_the_filter(me, source):
    assert "moonshot" in queue.why_empty(me, NOW, horizon="moonshot").title


def test_unknown_lengths_count_as_typical_of_the_source(me):
    source = make_source(typical_minutes=7)
    make_paper(source=source, minutes=0)
    read = make_paper(source=source, minutes=0)
    assert queue.take(me, NOW).hours == "14 min"
    stages.read(me, read, NOW)
    assert queue.today(me, NOW)["minutes"] == 7
