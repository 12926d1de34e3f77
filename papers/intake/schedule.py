"""intake.schedule: choose the time of a source's next fetch. Plain Python."""

import random
from datetime import datetime, time, timedelta

from ..sources.arxiv import NEW_YORK

ARXIV_RETRY = timedelta(hours=3)  # while a day has brought nothing, to catch a late batch the same morning
ARXIV_REBUILT = time(0, 20)  # the feed is rebuilt at midnight and takes a few minutes to reach all servers
QUERY_EVERY = timedelta(hours=24)  # "search results do not change until new articles are added": arXiv's API manual
SOONEST, LATEST = timedelta(minutes=30), timedelta(hours=12)
FIRST_RETRY, LAST_RETRY = timedelta(minutes=5), timedelta(days=1)


def after_success(kind: str, address: str, now: datetime, last_new: datetime | None, wait_seconds: int = 0) -> datetime:
    """The next fetch after a successful one. A feed's own ttl and cache headers are a lower bound, up to a day."""
    if kind == "arxiv":
        return now + _jitter(QUERY_EVERY) if address.startswith("search:") else _arxiv_feed(now, last_new)
    quiet = now - last_new if last_new else timedelta(hours=8)
    wait = min(max(quiet / 8, SOONEST), LATEST)  # the longer a feed has been quiet, the less often we fetch it
    return now + max(_jitter(wait), min(timedelta(seconds=wait_seconds), LAST_RETRY))


def after_failure(now: datetime, failures: int, retry_after: float = 0) -> datetime:
    """The next fetch after `failures` failures in a row: five minutes, doubled each time, up to a day."""
    wait = min(FIRST_RETRY * 2 ** min(failures - 1, 12), LAST_RETRY)
    return now + max(_jitter(wait), min(timedelta(seconds=retry_after), LAST_RETRY))


def _arxiv_feed(now: datetime, last_new: datetime | None) -> datetime:
    """Soon after midnight in New York, Monday to Friday; every few hours on a weekday that has brought nothing yet.

    >>> saturday = datetime(2026, 3, 7, 15, tzinfo=NEW_YORK)
    >>> _arxiv_feed(saturday, None).astimezone(NEW_YORK).strftime("%a %H:%M")[:6]
    'Mon 00'
    """
    today = now.astimezone(NEW_YORK).date()
    day = today + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    rebuilt = datetime.combine(day, ARXIV_REBUILT, NEW_YORK).astimezone(now.tzinfo)
    rebuilt += timedelta(minutes=random.uniform(0, 20))  # noqa: S311 (no secret)
    retry = now + _jitter(ARXIV_RETRY)
    has_todays = last_new is not None and last_new.astimezone(NEW_YORK).date() == today
    if has_todays or retry.astimezone(NEW_YORK).weekday() >= 5:
        return rebuilt
    return min(retry, rebuilt)


def _jitter(wait: timedelta) -> timedelta:
    """Vary the wait by a tenth, so that sources added together do not stay in step."""
    return wait * random.uniform(0.9, 1.1)  # noqa: S311 (no secret)
