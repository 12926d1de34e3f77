"""templatetags.when: times as people say them: 12 min ago, in 3 h."""

from datetime import date, datetime

from django import template
from django.utils import timezone

register = template.Library()


def _span(seconds: float) -> str:
    """
    >>> [_span(s) for s in (5, 70, 3 * 3600, 50 * 3600, 90 * 86400)]
    ['', '1 min', '3 h', '2 days', '3 months']
    """
    if seconds < 60:
        return ""
    if seconds < 3570:
        return f"{seconds / 60:.0f} min"
    if seconds < 36 * 3600:
        return f"{seconds / 3600:.0f} h"
    if seconds < 60 * 86400:
        return f"{seconds / 86400:.0f} days"
    return f"{seconds / 30 / 86400:.0f} months"


@register.filter
def day(at: datetime | date) -> str:
    """25 Nov; with its year when that is not this one."""
    local = timezone.localtime(at).date() if isinstance(at, datetime) else at
    return f"{local.day} {local:%b}" + ("" if local.year == timezone.localdate().year else f" {local.year}")


@register.filter
def ago(at: datetime, now: datetime) -> str:
    span = _span((now - at).total_seconds())
    return f"{span} ago" if span else "just now"


@register.filter
def until(at: datetime, now: datetime) -> str:
    span = _span((at - now).total_seconds())
    return f"in {span}" if span else "any moment now"
