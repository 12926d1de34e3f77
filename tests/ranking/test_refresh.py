from datetime import timedelta

import pytest

from papers.ranking.refresh import refresh_minutes, refresh_yields
from tests.makers import NOW, make_paper, make_person, make_source, make_stage

pytestmark = pytest.mark.django_db


def test_source_gets_its_yield_from_skimmed_and_read_papers():
    source, person = make_source(), make_person()
    for number in range(10):
        read_at = NOW if number < 5 else None
        make_stage(person, make_paper(source=source), skimmed_at=NOW, read_at=read_at)
    refresh_yields(NOW)
    source.refresh_from_db()
    assert source.yield_skimmed == 10
    assert 0.1 < source.yield_read < 0.5


def test_paper_read_by_two_people_counts_once():
    source = make_source()
    paper = make_paper(source=source)
    for _ in range(2):
        make_stage(make_person(), paper, skimmed_at=NOW, read_at=NOW)
    refresh_yields(NOW)
    source.refresh_from_db()
    assert source.yield_skimmed == 1


def test_cleared_list_does_not_count():
    source = make_source()
    make_stage(make_person(), make_paper(source=source), passed_at=NOW)
    refresh_yields(NOW)
    source.refresh_from_db()
    assert (source.yield_read, source.yield_skimmed) == (None, 0)


def test_old_reading_does_not_count():
    source = make_source()
    make_stage(make_person(), make_paper(source=source), skimmed_at=NOW, read_at=NOW)
    refresh_yields(NOW)
    assert refresh_yields(NOW + timedelta(days=365)) == 1
    source.refresh_from_db()
    assert (source.yield_read, source.yield_skimmed) == (None, 0)


def test_second_refresh_changes_nothing():
    make_stage(make_person(), make_paper(), skimmed_at=NOW)
    refresh_yields(NOW)
    assert refresh_yields(NOW) == 0


def test_typical_minutes_are_the_median_of_known_lengths():
    source, silent = make_source(), make_source()
    for minutes in (0, 0, 4, 6, 20):
        make_paper(source=source, minutes=minutes)
    make_paper(source=silent, minutes=0)
    assert refresh_minutes() == 1
    source.refresh_from_db()
    silent.refresh_from_db()
    assert (source.typical_minutes, silent.typical_minutes) == (6, 10)
    assert refresh_minutes() == 0
