import doctest

from papers.ranking import score as module
from papers.ranking.score import score


def test_the_worked_examples_hold():
    assert doctest.testmod(module).failed == 0


def test_votes_up_raise_and_votes_down_lower_the_chance():
    plain = score(0.2, 50, 0, 0, 0).value
    assert score(0.2, 50, 1, 0, 0).value > plain > score(0.2, 50, 0, 1, 0).value


def test_chance_fades_with_age():
    assert score(0.2, 50, 0, 0, 10).value < score(0.2, 50, 0, 0, 0).value


def test_chance_is_valid_at_any_age():
    for days in (-(10**7), 0, 365 * 56, 365 * 2000, 10**9):
        assert 0 <= score(0.2, 50, 0, 0, days).value <= 1, days


def test_many_votes_keep_the_chance_in_bounds():
    assert 0 < score(0.0, 50, 0, 1000, 10_000).value < score(1.0, 50, 1000, 0, 0).value < 1


def test_source_with_little_data_is_not_mentioned():
    assert score(0.5, 3, 0, 0, 0).words == ""
    assert score(None, 0, 1, 1, 0).words == "1 vote up · 1 vote down"
