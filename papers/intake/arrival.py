"""intake.arrival: file the entries of a source's first pull under the days when they came out. Plain Python."""

from collections.abc import Sequence
from datetime import datetime, timedelta

APART = timedelta(minutes=1)  # from the one dated entry beside an undated one
ALONE = timedelta(days=1)  # between the entries of a source that gives no dates at all


def spread(dates: Sequence[datetime | None], now: datetime) -> list[datetime]:
    """Times of arrival for entries in a feed's order: their own dates, and for undated ones their place in the feed.

    An undated entry comes between its dated neighbours. A source without dates is spread over the days before `now`,
    its first entry the latest, because feeds begin with the newest.

    >>> day = timedelta(days=1)
    >>> now = datetime(2026, 3, 9)
    >>> [(now - at) / day for at in spread([now - day, None, now - 3 * day], now)]
    [1.0, 2.0, 3.0]
    """
    known = [at for at in dates if at]
    if not known:
        return [now - ALONE * (place + 1) for place in range(len(dates))]
    rises = known[0] < known[-1]  # some feeds begin with the oldest
    step = APART if rises else -APART
    before = _nearest(dates)
    after = _nearest(dates[::-1])[::-1]
    return [min(_between(*sides, step), now) for sides in zip(before, after, strict=True)]


def _between(before: tuple[datetime | None, int], after: tuple[datetime | None, int], step: timedelta) -> datetime:
    (previous, since), (following, until) = before, after
    if previous and following:
        return previous + (following - previous) * since / max(since + until, 1)
    if previous:
        return previous + step * since
    assert following
    return following - step * until


def _nearest(dates: Sequence[datetime | None]) -> list[tuple[datetime | None, int]]:
    """The nearest date at or before each place, and how many places away it is."""
    nearest: list[tuple[datetime | None, int]] = []
    last, away = None, 0
    for at in dates:
        last, away = (at, 0) if at else (last, away + 1)
        nearest.append((last, away))
    return nearest
