"""intake.schedule: when a source is asked again. Plain Python."""

import random
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

ARXIV_ZONE = ZoneInfo("America/New_York")
ARXIV_LOOK = timedelta(hours=3)  # while a day has brought nothing: a late or stale batch is caught the same morning
ARXIV_REBUILT = time(0, 20)  # the feed is rebuilt at midnight; a little later it is everywhere
QUERY_EVERY = timedelta(hours=24)  # "search results do not change until new articles are added": arXiv's API manual
SOONEST, LATEST = timedelta(minutes=30), timedelta(hours=12)
FIRST_RETRY, LAST_RETRY = timedelta(minutes=5), timedelta(days=1)


def after_success(kind: str, address: str, now: datetime, last_new: datetime | None, wait_seconds: int = 0) -> datetime:
    """The next fetch after one that went well. A feed's own ttl and cache headers are a lower bound, up to a day."""
    if kind == "arxiv":
        return now + _jitter(QUERY_EVERY) if address.startswith("search:") else _arxiv_feed(now, last_new)
    quiet = now - last_new if last_new else timedelta(hours=8)
    wait = min(max(quiet / 8, SOONEST), LATEST)  # what published lately is asked often, what slept for weeks seldom
    return now + max(_jitter(wait), min(timedelta(seconds=wait_seconds), LAST_RETRY))


def after_failure(now: datetime, failures: int, retry_after: float = 0) -> datetime:
    """The next fetch after `failures` failed ones in a row: five minutes, doubled each time, a day at most."""
    wait = min(FIRST_RETRY * 2 ** min(failures - 1, 12), LAST_RETRY)
    return now + max(_jitter(wait), min(timedelta(seconds=retry_after), LAST_RETRY))


def _arxiv_feed(now: datetime, last_new: datetime | None) -> datetime:
    """Soon after midnight in New York, Monday to Friday; every few hours while such a day has brought nothing.

    >>> saturday = datetime(2026, 3, 7, 15, tzinfo=ZoneInfo("UTC"))
    >>> _arxiv_feed(saturday, None).astimezone(ARXIV_ZONE).strftime("%a %H:%M")[:6]
    'Mon 00'
    """
    today = now.astimezone(ARXIV_ZONE).date()
    day = today + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    rebuilt = datetime.combine(day, ARXIV_REBUILT, ARXIV_ZONE).astimezone(now.tzinfo)
    rebuilt += timedelta(minutes=random.uniform(0, 20))  # noqa: S311 (no secret)
    again = now + _jitter(ARXIV_LOOK)
    had_it = last_new is not None and last_new.astimezone(ARXIV_ZONE).date() == today
    if had_it or again.astimezone(ARXIV_ZONE).weekday() >= 5:
        return rebuilt
    return min(again, rebuilt)


def _jitter(wait: timedelta) -> timedelta:
    """A tenth longer or shorter, so that sources added together do not stay in step."""
    return wait * random.uniform(0.9, 1.1)  # noqa: S311 (no secret)
