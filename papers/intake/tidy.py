"""intake.tidy: let go of what nobody looks at any more."""

from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings

from ..models import FetchLog

LOGS_KEPT = timedelta(days=90)


def tidy(now: datetime) -> int:
    """Delete old rows of the fetch log, and sessions that have run out; returns how many log rows went."""
    gone, _ = FetchLog.objects.filter(at__lt=now - LOGS_KEPT).delete()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return gone
