"""insight.portrait: a source as its papers show it."""

import doctest
from datetime import timedelta

import pytest

from papers.insight import portrait as module
from papers.insight.portrait import portrait, rhythm
from papers.models import Sighting
from tests.makers import NOW, make_paper, make_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def source():
    return make_source("Kettle")


def brought(source, days, **fields):
    at = NOW - timedelta(days=days)
    return make_paper(source=source, arrived_at=at, **{"published_at": at, **fields})


def test_worked_examples_hold():
    assert doctest.testmod(module).failed == 0


def test_source_without_papers_has_no_portrait(source):
    assert portrait(source, NOW) is None


def test_months_count_papers_with_their_median_length_code_and_other_sources(source):
    first = brought(source, 1, minutes=10, code_links=["https://github.com/a/b"])
    brought(source, 2, minutes=30)
    brought(source, 3, minutes=12)
    brought(source, 3, minutes=0)  # its length is unknown
    brought(source, 40, minutes=0)
    Sighting.objects.create(source=make_source(), paper=first, at=NOW)
    latest, earlier = portrait(source, NOW).months
    assert (latest.papers, latest.minutes, latest.code, latest.shared) == (4, 12, 1, 1)
    assert (earlier.papers, earlier.minutes, earlier.begin.month) == (1, None, 1)


def test_source_that_brings_only_old_papers_is_told(source):
    for _ in range(3):
        brought(source, 1, published_at=NOW - timedelta(days=400))
    assert portrait(source, NOW).oddities == (
        "It brought 3 papers, none of them of the last 30 days.",
        "All of its papers came out more than 30 days before they got here.",
    )


def test_papers_that_lack_something_are_counted(source):
    for number in range(10):
        brought(source, 1, title=f"Title {max(number, 2)}", byline="" if number < 2 else "Ada Example")
    assert portrait(source, NOW).oddities == (
        "2 of 10 papers have no authors.",
        "2 of 10 papers have the title of another one from here.",
    )


@pytest.mark.parametrize(
    ("counts", "weeks", "sentence"),
    [
        ([1, 1, 1, 1, 0, 0, 0], 13, ""),  # too few
        ([5, 0, 0, 0, 0, 0, 0], 0.5, ""),  # for too short
        ([0, 0, 0, 0, 0, 6, 5], 2, "About 6 a week, mostly on Saturdays and Sundays."),
        ([2, 3, 2, 3, 2, 2, 3], 13, "About 6 a month, on any day."),
        ([0, 0, 0, 5, 0, 0, 0], 26, "Less than one or two a month, mostly on Thursdays."),
    ],
)
def test_rhythm_is_said_in_a_sentence(counts, weeks, sentence):
    assert rhythm(counts, weeks) == sentence


def test_only_the_newest_papers_are_looked_at(source, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(module, "NEWEST", 3)
    for days in range(5):
        brought(source, days)
    with django_assert_num_queries(3):
        result = portrait(source, NOW)
    assert (result.papers, result.is_all) == (3, False)
