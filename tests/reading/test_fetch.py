"""reading.fetch: the written-out queries say what the QuerySets say."""

from datetime import UTC, datetime, timedelta

import pytest

from papers.models import Author, Authorship, Comment, Event, Name, Paper, ShareLink, Sighting, Source, Stage, Vote
from papers.reading import fetch
from tests.makers import NOW, make_paper, make_person, make_share, make_source, make_stage, make_vote

pytestmark = pytest.mark.django_db

END = (datetime(9999, 1, 1, tzinfo=UTC), 0)


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
def test_what_waits_is_what_the_querysets_say(me, papers, horizon):
    expected = list(Paper.objects.untriaged_by(me).of_active_sources(horizon).newest_first())
    found = fetch.waiting(me, END, 1000, 100, horizon)
    assert found == expected
    assert [vars(paper)["title"] for paper in found] == [paper.title for paper in expected]
    after = Paper.place(expected[0].cursor)
    assert fetch.waiting(me, after, 1000, 2, horizon) == expected[1:3]


def test_no_card_asks_for_more_of_a_paper(me, papers, django_assert_num_queries):
    (paper, *_) = fetch.waiting(me, END, 1000, 100)
    loaded = Paper.objects.for_cards().get(pk=paper.pk)
    assert paper.get_deferred_fields() == loaded.get_deferred_fields()


def test_a_walk_ends_and_says_where_the_next_begins(me, papers):
    in_order = list(Paper.objects.newest_first())
    assert set(fetch.waiting(me, END, 5, 100)) <= set(in_order[:5])
    assert fetch.beyond(END, 5) == in_order[5].arrived_at
    assert fetch.beyond(END, 1000) is None


def test_sightings_votes_and_stages_are_those_of_the_models(me, papers):
    ids = [paper.pk for paper in papers]
    seen = {
        (pk, one.source_id, one.at, one.announce_type, one.link)
        for pk, some in fetch.sightings(ids).items()
        for one in some
    }
    assert seen == set(Sighting.objects.values_list("paper_id", "source_id", "at", "announce_type", "link"))
    origins = {one.source for some in fetch.sightings(ids).values() for one in some}
    assert origins == set(Source.objects.values_list("pk", "name", "kind", "horizon", "yield_read", "yield_skimmed"))
    cast = {(pk, one.person, one.value, one.at) for pk, some in fetch.votes(ids).items() for one in some}
    assert cast == {(vote.paper_id, vote.person, vote.value, vote.at) for vote in Vote.objects.all()}
    assert fetch.stages(me, ids) == {stage.paper_id: stage.now for stage in Stage.objects.filter(person=me)}


def test_what_was_judged_is_counted_as_the_querysets_count(me, papers):
    since = NOW - timedelta(hours=1)
    assert fetch.judged(me, since) == Stage.objects.judged_by(me, since).progress(since)
    assert fetch.judged(me, since)["judged"] == 3
    assert fetch.judged(me, NOW + timedelta(hours=1)) == {"judged": 0, "read": 0, "minutes": 0}


def test_a_paper_is_found_by_any_of_its_names(papers):
    paper = papers[5]
    found = fetch.named([("doi", "10.5555/nothing"), ("arxiv", paper.arxiv_id)])
    assert found == paper
    assert found.get_deferred_fields() == {"search", "byline_folded"}
    assert fetch.named([("short", paper.arxiv_id)]) is None


def test_the_record_says_what_there_is(me, papers):
    paper = papers[5]
    assert fetch.record(paper.pk) == fetch.Record("", discussed=False, eventful=False, shared=False, linked=False)
    Name.objects.create(paper=paper, kind="doi", value="10.5555/a.b")
    Comment.objects.create(paper=paper, person=me, text="Yes.", at=NOW)
    Event.objects.create(paper=paper, kind="added", at=NOW)
    share = make_share(paper)
    everything = fetch.Record("10.5555/a.b", discussed=True, eventful=True, shared=True, linked=True)
    assert fetch.record(paper.pk) == everything
    ShareLink.objects.filter(pk=share.link_id).update(revoked_at=NOW)
    assert fetch.record(paper.pk) == everything._replace(linked=False)


def test_authors_come_in_their_order(papers):
    for position, name in enumerate(("Zoë", "Abe")):
        author = Author.objects.create(name=name, key=name.lower())
        Authorship.objects.create(paper=papers[5], position=position, author=author, affiliation="Here" * position)
    assert fetch.signed(papers[5].pk) == [("Zoë", ""), ("Abe", "Here")]
