import doctest

from papers.ranking import yields
from papers.ranking.yields import Counted, by_source


def test_the_worked_examples_hold():
    assert doctest.testmod(yields).failed == 0


def test_a_source_with_a_long_record_speaks_for_itself():
    assert abs(by_source([Counted(1, "feed", 2000, 1000)])[1] - 0.5) < 0.01


def test_a_lucky_newcomer_stays_near_its_kind():
    found = by_source([Counted(1, "feed", 400, 40), Counted(2, "feed", 1, 1)])
    assert found[1] < found[2] < 0.2


def test_kinds_are_shrunk_apart():
    found = by_source([Counted(1, "arxiv", 1000, 10), Counted(2, "feed", 1000, 500), Counted(3, "feed", 2, 0)])
    assert found[3] > 10 * found[1]
