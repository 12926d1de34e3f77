"""reading.votes: one vote per person and paper, which can be changed."""

from datetime import timedelta

import pytest

from papers.models import Stage, Vote
from papers.reading import acts, votes
from tests.makers import NOW, make_paper, make_person, make_vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def me():
    return make_person()


@pytest.fixture
def paper():
    return make_paper()


def test_second_vote_replaces_the_first(me, paper):
    votes.cast(me, paper, 1, NOW)
    votes.cast(me, paper, -1, NOW + timedelta(hours=1))
    assert [(vote.value, vote.at) for vote in Vote.objects.all()] == [(-1, NOW + timedelta(hours=1))]


def test_repeating_a_vote_changes_nothing(me, paper):
    votes.cast(me, paper, 1, NOW)
    assert votes.cast(me, paper, 1, NOW + timedelta(hours=1)) == []
    assert Vote.objects.get().at == NOW


def test_a_vote_can_be_taken_back(me, paper):
    votes.cast(me, paper, 1, NOW)
    votes.cast(me, paper, 0, NOW)
    assert not Vote.objects.exists()


def test_voting_also_skims_the_paper(me, paper):
    votes.cast(me, paper, -1, NOW)
    assert Stage.objects.get(person=me, paper=paper).skimmed_at == NOW


@pytest.mark.parametrize("value", [7, 2, -2])
def test_invalid_vote_is_refused(me, paper, value):
    with pytest.raises(ValueError, match="1, -1 or 0"):
        votes.cast(me, paper, value, NOW)
    assert not Vote.objects.exists()


def test_undo_restores_the_old_vote_with_its_time(me, paper):
    make_vote(me, paper, 1, at=NOW)
    acts.undo(me, votes.cast(me, paper, -1, NOW + timedelta(hours=1)))
    assert [(vote.value, vote.at) for vote in Vote.objects.all()] == [(1, NOW)]
    assert not Stage.objects.exists()


def test_undoing_a_first_vote_removes_it(me, paper):
    acts.undo(me, votes.cast(me, paper, 1, NOW))
    assert not Vote.objects.exists()
    assert not Stage.objects.exists()
