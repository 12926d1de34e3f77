"""insight.steps: the time of a paper's first step, and credit for it."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from papers.insight import steps
from papers.models import Author, Authorship, Sighting
from papers.refused import TooMuch
from tests.makers import NOW, make_application, make_paper, make_person, make_source, make_stage, make_vote

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=100)
ALL = steps.Window.of(None, LATER)


def days(number):
    return NOW + timedelta(days=number)


def test_paper_counts_when_it_first_reaches_a_step():
    paper = make_paper(arrived_at=days(0))
    make_stage(make_person(), paper, read_at=days(2), skimmed_at=days(1))
    make_stage(make_person(), paper, read_at=days(60), skimmed_at=days(50))
    early, late = steps.Window(None, days(30)), steps.Window(days(30), days(90))
    for step in ("skimmed", "read"):
        assert (steps.reached(step, early), steps.reached(step, late)) == (1, 0), step


def test_windows_add_up():
    for day in range(10):
        paper = make_paper(arrived_at=days(day))
        make_vote(make_person(), paper, at=days(day + 1))
        make_application(paper, at=days(day + 2))
    for step in ("pulled", "voted", "applied"):
        halves = [steps.Window(None, days(6)), steps.Window(days(6), LATER)]
        assert sum(steps.reached(step, half) for half in halves) == steps.reached(step, ALL) == 10


def test_vote_down_does_not_count_as_vote_up():
    make_vote(make_person(), make_paper(), value=-1)
    assert steps.reached("voted", ALL) == 0


def test_paper_applied_twice_counts_once():
    paper = make_paper()
    make_application(paper, at=days(1))
    make_application(paper, at=days(2))
    assert steps.reached("applied", ALL) == 1
    assert [one.papers for one in steps.credits("source", "applied", ALL)] == [1]


def test_whole_counting_credits_each_source_and_fractional_divides():
    one, two = make_source(), make_source()
    shared, alone = make_paper(source=one), make_paper(source=one)
    Sighting.objects.create(paper=shared, source=two, at=NOW)
    assert alone
    whole = {gave.unit: (gave.papers, gave.credit) for gave in steps.credits("source", "pulled", ALL)}
    assert whole == {one.pk: (2, 2.0), two.pk: (1, 1.0)}
    fractional = {
        gave.unit: (gave.papers, gave.credit) for gave in steps.credits("source", "pulled", ALL, fractional=True)
    }
    assert fractional == {one.pk: (2, 1.5), two.pk: (1, 0.5)}


def test_authors_and_categories_are_credited():
    paper = make_paper(categories=["cs.LG", "stat.ML"])
    author = Author.objects.create(name="Ada Example", key="ada example")
    for position in (0, 3):  # the same printed name twice
        Authorship.objects.create(paper=paper, author=author, position=position)
    assert steps.credits("author", "pulled", ALL) == [steps.UnitCredit(author.pk, 1, 1.0)]
    assert steps.credits("category", "pulled", ALL, fractional=True) == [
        steps.UnitCredit("cs.LG", 1, 0.5),
        steps.UnitCredit("stat.ML", 1, 0.5),
    ]
    assert steps.names("author", [author.pk]) == {author.pk: "Ada Example"}
    assert steps.names("category", ["cs.LG", "odd"]) == {"cs.LG": "cs.LG Machine Learning", "odd": "odd"}


def test_reading_of_fewer_than_three_people_is_hidden():
    ada, bo, cleo = (make_person() for _ in range(3))
    make_stage(ada, make_paper(), read_at=days(1))
    assert steps.why_hidden(ada, "read", ALL) == ""  # one's own
    assert "only 1 person has read" in steps.why_hidden(bo, "read", ALL)
    make_stage(bo, make_paper(), read_at=days(2))
    assert "only 2 people have read" in steps.why_hidden(ada, "read", ALL)
    make_stage(cleo, make_paper(), read_at=days(3))
    assert steps.why_hidden(ada, "read", ALL) == ""
    assert "only 1 person" in steps.why_hidden(ada, "read", steps.Window(days(2), LATER))


def test_shared_steps_are_visible_to_everybody():
    assert [steps.why_hidden(make_person(), step, ALL) for step in ("pulled", "voted", "applied")] == ["", "", ""]


def test_slow_query_is_cancelled_with_a_sentence(monkeypatch):
    monkeypatch.setattr(steps, "PATIENCE", timedelta(seconds=1))
    with pytest.raises(TooMuch, match="Choose a shorter period"), steps.patience(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(5)")


def test_other_database_errors_are_raised():
    with pytest.raises(OperationalError), steps.patience():
        raise OperationalError("gone")
