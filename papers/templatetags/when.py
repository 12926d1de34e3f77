"""templatetags.when: times as people say them: 12 min ago, in 3 h, and beyond a week the date."""

from datetime import date, datetime

from django import template
from django.utils import timezone

register = template.Library()

WEEK = 7 * 86400


def span(seconds: float) -> str:
    """A duration in its largest unit; nothing below a minute.

    >>> [span(s) for s in (5, 70, 3 * 3600, 20 * 3600, 50 * 3600)]
    ['', '1 min', '3 h', '20 h', '2 days']
    """
    if seconds < 60:
        return ""
    if seconds < 3570:
        return f"{seconds / 60:.0f} min"
    if seconds < 36 * 3600:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 86400:.0f} days"


@register.filter
def day(at: datetime | date, now: datetime | None = None) -> str:
    """A date, with its year where that is not this year's.

    >>> from datetime import UTC
    >>> now = datetime(2026, 3, 4, tzinfo=UTC)
    >>> day(datetime(2026, 1, 25, tzinfo=UTC), now), day(datetime(2025, 11, 25, tzinfo=UTC), now)
    ('25 Jan', '25 Nov 2025')
    """
    local = timezone.localtime(at).date() if isinstance(at, datetime) else at
    this_year = timezone.localtime(now).year
    return f"{local.day} {local:%b}" + ("" if local.year == this_year else f" {local.year}")


@register.filter
def ago(at: datetime, now: datetime) -> str:
    """
    >>> from datetime import UTC
    >>> now = datetime(2026, 3, 4, tzinfo=UTC)
    >>> ago(datetime(2026, 3, 1, tzinfo=UTC), now), ago(datetime(2025, 2, 1, tzinfo=UTC), now), ago(now, now)
    ('3 days ago', '1 Feb 2025', 'just now')
    """
    seconds = (now - at).total_seconds()
    if seconds > WEEK:
        return day(at, now)
    duration = span(seconds)
    return f"{duration} ago" if duration else "just now"


@register.filter
def until(at: datetime, now: datetime) -> str:
    seconds = (at - now).total_seconds()
    if seconds > WEEK:
        return f"on {day(at, now)}"
    duration = span(seconds)
    return f"in {duration}" if duration else "any moment now"
