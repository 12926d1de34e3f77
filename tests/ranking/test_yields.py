import doctest

from papers.ranking import yields
from papers.ranking.yields import Counts, by_source


def test_the_worked_examples_hold():
    assert doctest.testmod(yields).failed == 0


def test_long_record_outweighs_the_prior():
    assert abs(by_source([Counts(1, "feed", 2000, 1000)])[1] - 0.5) < 0.01


def test_new_source_stays_near_its_kind():
    found = by_source([Counts(1, "feed", 400, 40), Counts(2, "feed", 1, 1)])
    assert found[1] < found[2] < 0.2


def test_sources_are_shrunk_toward_their_own_kind():
    found = by_source([Counts(1, "arxiv", 1000, 10), Counts(2, "feed", 1000, 500), Counts(3, "feed", 2, 0)])
    assert found[3] > 10 * found[1]
