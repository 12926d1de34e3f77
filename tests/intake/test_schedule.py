"""intake.schedule: the time of the next fetch."""

from datetime import UTC, datetime, timedelta

import pytest

from papers.intake import schedule
from papers.intake.schedule import after_failure, after_success

WEDNESDAY = datetime(2026, 3, 4, 15, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(params=["sooner", "later"], autouse=True)
def chance(request, monkeypatch):
    """Repeat the tests, because the schedule contains random numbers."""
    monkeypatch.setattr(schedule.random, "uniform", min if request.param == "sooner" else max)


@pytest.mark.parametrize("failures", range(1, 40))
def test_wait_after_failures_grows_up_to_a_day(failures):
    wait = after_failure(WEDNESDAY, failures) - WEDNESDAY
    assert min(timedelta(minutes=4) * 2 ** min(failures - 1, 8), 0.9 * DAY) <= wait <= 1.1 * DAY


def test_retry_after_is_respected_up_to_a_day():
    assert after_failure(WEDNESDAY, 1, retry_after=7200) >= WEDNESDAY + 2 * HOUR
    assert after_failure(WEDNESDAY, 1, retry_after=10**9) <= WEDNESDAY + 1.1 * DAY


@pytest.mark.parametrize("quiet", [None, timedelta(0), 8 * HOUR, 4 * DAY, 900 * DAY])
def test_feed_is_fetched_between_twice_a_day_and_twice_an_hour(quiet):
    last_new = WEDNESDAY - quiet if quiet is not None else None
    wait = after_success("feed", "https://blog.example/feed", WEDNESDAY, last_new) - WEDNESDAY
    assert timedelta(minutes=27) <= wait <= 1.1 * timedelta(hours=12)


def test_recently_active_feed_is_fetched_sooner():
    lately, long_ago = (after_success("feed", "x", WEDNESDAY, WEDNESDAY - quiet) for quiet in (HOUR, 30 * DAY))
    assert lately < long_ago


def test_ttl_of_a_feed_is_a_lower_bound_up_to_a_day():
    assert after_success("feed", "x", WEDNESDAY, WEDNESDAY, wait_seconds=20 * 3600) == WEDNESDAY + 20 * HOUR
    assert after_success("feed", "x", WEDNESDAY, WEDNESDAY, wait_seconds=10**8) == WEDNESDAY + DAY


def test_search_is_fetched_once_a_day():
    wait = after_success("arxiv", "search: all:x", WEDNESDAY, None) - WEDNESDAY
    assert 0.9 * DAY <= wait <= 1.1 * DAY


@pytest.mark.parametrize("day", range(1, 15))  # over the change to summer time on 8 March
@pytest.mark.parametrize("hour", [0, 3, 5, 12, 23])
def test_category_is_fetched_when_arxiv_announces(day, hour):
    now = datetime(2026, 3, day, hour, tzinfo=UTC)
    following = after_success("arxiv", "cs.LG", now, None)
    there = following.astimezone(schedule.NEW_YORK)
    assert following > now
    assert there.weekday() < 5
    if now.astimezone(schedule.NEW_YORK).weekday() >= 5:
        assert (there.strftime("%a"), there.hour) == ("Mon", 0)


def test_category_with_nothing_new_today_is_fetched_again_the_same_day():
    assert after_success("arxiv", "cs.LG", WEDNESDAY, WEDNESDAY - DAY) < WEDNESDAY + 4 * HOUR


def test_category_with_todays_papers_waits_until_the_next_midnight_in_new_york():
    following = after_success("arxiv", "cs.LG", WEDNESDAY, WEDNESDAY - HOUR)
    assert following.astimezone(schedule.NEW_YORK).strftime("%a %H") == "Thu 00"
