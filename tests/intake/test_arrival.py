"""intake.arrival: the entries of a first pull arrive when they came out, undated ones by their place in the feed."""

from datetime import UTC, datetime, timedelta

import pytest

from papers.intake.arrival import spread

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)


def ago(days):
    return None if days is None else NOW - timedelta(days=days)


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ([1, 5, 9], [1, 5, 9]),
        ([1, None, None, 7], [1, 3, 5, 7]),
        ([9, None, 5], [9, 7, 5]),  # the oldest first
        ([None, None, None], [1, 2, 3]),
        ([-3], [0]),
        ([], []),
    ],
)
def test_entries_arrive_in_the_order_of_the_feed(dates, expected):
    assert [(NOW - at) / timedelta(days=1) for at in spread([ago(each) for each in dates], NOW)] == expected


@pytest.mark.parametrize("rises", [False, True])
def test_undated_entries_at_either_end_stay_beside_their_neighbour(rises):
    dates = [None, ago(3), ago(5), None, None]
    spread_out = spread(dates[::-1] if rises else dates, NOW)
    newest_first = spread_out[::-1] if rises else spread_out
    assert newest_first == sorted(newest_first, reverse=True)
    assert max(newest_first) < NOW - timedelta(days=2)
    assert min(newest_first) > NOW - timedelta(days=6)


def test_one_dated_entry_does_not_put_the_others_on_top():
    assert max(spread([None, ago(4), None], NOW)) < NOW - timedelta(days=3)
