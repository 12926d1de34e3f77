"""intake.merge: two records of one paper become one, and nothing that people did is lost."""

from datetime import timedelta

import pytest

from papers import words
from papers.intake.merge import merge
from papers.models import (
    Author,
    Authorship,
    Comment,
    Event,
    Name,
    Paper,
    Share,
    ShareLink,
    Sighting,
    Stage,
    Version,
    Vote,
)
from tests.makers import NOW, make_paper, make_person, make_share, make_source, make_stage, make_vote

pytestmark = pytest.mark.django_db
EARLIER, LATER = NOW - timedelta(days=2), NOW + timedelta(days=1)


@pytest.fixture
def keep():
    return make_paper("On arXiv", version=2)


@pytest.fixture
def lose():
    return make_paper("In a journal", arxiv_id="", kind="journal", journal_ref="J. Inv. 3")


def test_empty_fields_are_filled_from_the_other_record(keep, lose):
    assert merge(keep.pk, lose.pk, NOW)
    paper = Paper.objects.get()
    assert (paper.title, paper.arxiv_id, paper.journal_ref) == ("On arXiv", keep.arxiv_id, "J. Inv. 3")
    assert paper.arrived_at == min(keep.arrived_at, lose.arrived_at)


def test_values_from_arxiv_win_whichever_record_is_kept(keep, lose):
    assert merge(lose.pk, keep.pk, NOW)
    paper = Paper.objects.get()
    assert (paper.pk, paper.title, paper.kind, paper.version) == (lose.pk, "On arXiv", "arxiv", 2)
    assert (paper.arxiv_id, paper.link) == (keep.arxiv_id, keep.link)


def test_merged_record_is_searched_by_its_own_words(keep, lose):
    merge(keep.pk, lose.pk, NOW)
    kept = Paper.objects.get(pk=keep.pk)
    assert kept.title_words == words.index(kept.title)
    assert kept.byline_folded == words.index(kept.byline)


def test_all_names_and_the_old_address_lead_to_the_kept_record(keep, lose):
    merge(keep.pk, lose.pk, NOW)
    names = {(name.kind, name.value) for name in Name.objects.filter(paper=keep)}
    assert names == {("arxiv", keep.arxiv_id), ("link", lose.link), ("short", lose.short)}


def test_repeated_merges_keep_every_old_address(keep, lose):
    third = make_paper(arxiv_id="")
    merge(lose.pk, third.pk, NOW)
    merge(keep.pk, lose.pk, NOW)
    assert set(Name.objects.filter(kind="short").values_list("value", flat=True)) == {lose.short, third.short}


def test_latest_vote_of_a_person_wins(keep, lose):
    ada, bo, cy = (make_person() for _ in range(3))
    make_vote(ada, keep, 1, at=NOW)
    make_vote(ada, lose, -1, at=LATER)
    make_vote(bo, keep, 1, at=NOW)
    make_vote(bo, lose, -1, at=EARLIER)
    make_vote(cy, lose, -1)
    merge(keep.pk, lose.pk, NOW)
    assert dict(Vote.objects.values_list("person", "value")) == {ada.pk: -1, bo.pk: 1, cy.pk: -1}


def test_stages_keep_the_highest_step_and_the_earliest_times(keep, lose):
    ada, bo, cy = (make_person() for _ in range(3))
    make_stage(ada, keep, skimmed_at=NOW, kept_at=NOW)
    make_stage(ada, lose, skimmed_at=EARLIER, read_at=LATER)
    make_stage(bo, keep, passed_at=EARLIER)
    make_stage(bo, lose, kept_at=NOW)
    make_stage(cy, lose, passed_at=NOW)
    merge(keep.pk, lose.pk, NOW)
    mine = Stage.objects.get(person=ada)
    assert (mine.now, mine.skimmed_at, mine.kept_at, mine.read_at) == ("read", EARLIER, NOW, LATER)
    assert [Stage.objects.get(person=person).now for person in (bo, cy)] == ["kept", "passed"]


def test_comments_events_and_sightings_move(keep, lose):
    both, person = make_source(), make_person()
    Sighting.objects.create(source=both, paper=keep, at=NOW)
    Sighting.objects.create(source=both, paper=lose, at=EARLIER)
    Comment.objects.create(paper=lose, person=person, text="Worth it", at=NOW)
    Event.objects.create(kind="added", paper=lose, person=person, at=NOW)
    Version.objects.create(paper=keep, number=1, at=NOW, seen_at=NOW)
    merge(keep.pk, lose.pk, LATER)
    assert Sighting.objects.filter(paper=keep).count() == 3
    assert Sighting.objects.get(source=both).at == EARLIER
    assert Comment.objects.get().paper == keep
    assert list(Event.objects.order_by("at").values_list("kind", "paper")) == [("added", keep.pk), ("merged", keep.pk)]
    assert Event.objects.get(kind="merged").data == {"title": "In a journal", "slug": lose.short}


def test_authors_are_those_of_the_byline(keep, lose):
    for paper, name in ((keep, "Ada Example"), (lose, "A. Example")):
        author = Author.objects.create(name=name, key=name.lower())
        Authorship.objects.create(paper=paper, position=0, author=author)
    merge(keep.pk, lose.pk, NOW)
    assert Authorship.objects.get().author.name == "Ada Example"


def test_two_arxiv_papers_are_never_merged(keep):
    other = make_paper()
    assert not merge(keep.pk, other.pk, NOW)
    assert Paper.objects.count() == 2


def test_merging_again_does_nothing(keep, lose):
    assert merge(keep.pk, lose.pk, NOW)
    assert not merge(keep.pk, lose.pk, NOW)
    assert not merge(keep.pk, keep.pk, NOW)
    assert Event.objects.filter(kind="merged").count() == 1


def test_shares_and_links_move(keep, lose):
    ada = make_person()
    ours, theirs = make_share(keep, ada), make_share(lose, ada)
    assert merge(keep.pk, lose.pk, NOW)
    assert set(Share.objects.filter(paper=keep)) == {ours, theirs}
    assert set(ShareLink.objects.filter(paper=keep)) == {ours.link, theirs.link}  # both messages lead to the paper
