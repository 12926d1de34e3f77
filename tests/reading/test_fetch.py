"""reading.fetch: the raw SQL returns the same papers as the QuerySets."""

from datetime import UTC, datetime

import pytest

from papers.models import Cursor, Paper, Sighting
from papers.reading import fetch
from tests.makers import NOW, make_paper, make_person, make_source, make_stage, make_vote

pytestmark = pytest.mark.django_db

END = Cursor(datetime(9999, 1, 1, tzinfo=UTC))


@pytest.fixture
def me():
    return make_person("Ada")


@pytest.fixture
def papers(me):
    """A dozen, at every stage, by sources in every state."""
    sources = [make_source(state=state) for state in ("active", "muted", "paused")]
    sources.append(make_source(horizon="moonshot"))
    made = [make_paper(source=sources[number % 4]) for number in range(16)]
    for number, step in enumerate(("skimmed", "kept", "passed", "read")):
        make_stage(me, made[number * 4], **{f"{step}_at": NOW})
        make_stage(make_person(), made[number * 4], read_at=NOW)
    Sighting.objects.create(source=sources[0], paper=made[1], at=NOW)
    make_vote(me, made[3], -1)
    make_vote(make_person("Ben"), made[3])
    return made


@pytest.mark.parametrize("horizon", ["", "core", "moonshot"])
def test_waiting_papers_equal_the_querysets(me, papers, horizon):
    active = Sighting.objects.filter(source__state="active", source__horizon__startswith=horizon)
    expected = list(Paper.objects.untriaged_by(me).filter(sightings__in=active).distinct().newest_first())
    papers = fetch.waiting(me, END, 1000, 100, horizon)
    assert papers == expected
    assert [vars(paper)["title"] for paper in papers] == [paper.title for paper in expected]
    assert fetch.waiting(me, expected[0].cursor, 1000, 2, horizon) == expected[1:3]


def test_all_columns_of_a_card_are_loaded(me, papers, django_assert_num_queries):
    (paper, *_) = fetch.waiting(me, END, 1000, 100)
    loaded = Paper.objects.for_cards().get(pk=paper.pk)
    assert paper.get_deferred_fields() == loaded.get_deferred_fields()


def test_walk_ends_and_the_next_begins_there(me, papers):
    in_order = list(Paper.objects.newest_first())
    assert set(fetch.waiting(me, END, 5, 100)) <= set(in_order[:5])
    assert fetch.beyond(END, 5) == in_order[5].arrived_at
    assert fetch.beyond(END, 1000) is None
