"""ranking.record: a summary of each source, in words."""

from datetime import timedelta

import pytest

from papers.models import Source
from papers.ranking import record
from tests.makers import NOW, make_application, make_paper, make_source

pytestmark = pytest.mark.django_db
LONG_AGO = NOW - timedelta(days=200)


def words():
    return [one.words for one in record.records(Source.objects.with_recent(NOW).order_by("name"), NOW)]


def test_a_new_source_is_counted_and_an_old_one_has_a_pace():
    new, old = make_source("a", created_at=NOW - timedelta(days=2)), make_source("b", created_at=LONG_AGO)
    make_source("c", created_at=NOW)
    for source in (new, old):
        for _ in range(9):
            make_paper(source=source)
    assert words() == [["9 so far"], ["2 a week"], ["nothing yet"]]


def test_a_flood_is_not_counted_to_its_end(monkeypatch):
    monkeypatch.setattr("papers.models.source.RECENT_AT_MOST", 60)
    monkeypatch.setattr(record, "RECENT_AT_MOST", 60)
    source = make_source(created_at=LONG_AGO)
    for _ in range(61):
        make_paper(source=source)
    assert words() == [["over 2 a day"]]


def test_reading_is_told_once_enough_was_skimmed():
    make_source("a", created_at=LONG_AGO, yield_read=0.2, yield_skimmed=9)
    make_source("b", created_at=LONG_AGO, yield_read=0.2, yield_skimmed=10)
    assert words() == [["none in 30 days"], ["none in 30 days", "1 in 5 read"]]


def test_a_paper_of_two_sources_was_used_from_both():
    one, other = make_source("a", created_at=LONG_AGO), make_source("b", created_at=LONG_AGO)
    paper = make_paper(source=one)
    other.sightings.create(paper=paper, at=NOW)
    make_application(paper)
    make_application(paper)
    assert [line[-1] for line in words()] == ["1 used", "1 used"]
