"""intake.retention: delete old logs and expired rows."""

from datetime import datetime, timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q

from ..models import FetchLog, Heartbeat, Job, OneTimeLink

MACHINES_KEPT = timedelta(days=7)  # since the last heartbeat
ATTEMPTS_KEPT = timedelta(days=7)  # wrong passwords count for 15 minutes; these rows hold visitors' IP addresses
JOBS_KEPT = timedelta(days=1)
LINKS_KEPT = timedelta(days=30)  # after use or expiry, so that a late click is told what happened to its link


def delete_old(now: datetime) -> dict[str, int]:
    """Delete old logs and expired sessions, links and sign-in attempts. Returns how many rows of each went."""
    finished = Q(used_at__lt=now - LINKS_KEPT) | Q(expires_at__lt=now - LINKS_KEPT)
    old_attempts = {"attempt_time__lt": now - ATTEMPTS_KEPT}
    expired = {
        "fetches": FetchLog.objects.filter(at__lt=now - timedelta(days=settings.KEEP_LOGS_DAYS)),
        "links": OneTimeLink.objects.filter(finished),
        "attempts": AccessAttempt.objects.filter(**old_attempts),
        "failures": AccessFailureLog.objects.filter(**old_attempts),
        "jobs": Job.objects.filter(created_at__lt=now - JOBS_KEPT),
        "heartbeats": Heartbeat.objects.filter(seen_at__lt=now - MACHINES_KEPT),
        "sessions": Session.objects.filter(expire_date__lt=now),
        "visits": AccessLog.objects.filter(**old_attempts),
    }
    return {name: rows.delete()[0] for name, rows in expired.items()}
