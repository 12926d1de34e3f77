"""intake.retention: delete what nobody looks at any more: old logs, and what has run out."""

from datetime import datetime, timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q

from ..models import FetchLog, Heartbeat, Job, OneTimeLink

MACHINES_KEPT = timedelta(days=7)  # after a worker or beat was seen there last
ATTEMPTS_KEPT = timedelta(days=7)  # wrong passwords count for a quarter of an hour; they name addresses of visitors
JOBS_KEPT = timedelta(days=1)
LINKS_KEPT = timedelta(days=30)  # after they were used or ran out; a late click is told what became of its link


def delete_old(now: datetime) -> dict[str, int]:
    """Delete old logs and expired sessions, links and sign-in attempts. Returns how many rows of each went."""
    over = Q(used_at__lt=now - LINKS_KEPT) | Q(expires_at__lt=now - LINKS_KEPT)
    old_attempts = {"attempt_time__lt": now - ATTEMPTS_KEPT}
    going = {
        "fetches": FetchLog.objects.filter(at__lt=now - timedelta(days=settings.KEEP_LOGS_DAYS)),
        "links": OneTimeLink.objects.filter(over),
        "attempts": AccessAttempt.objects.filter(**old_attempts),
        "failures": AccessFailureLog.objects.filter(**old_attempts),
        "jobs": Job.objects.filter(created_at__lt=now - JOBS_KEPT),
        "heartbeats": Heartbeat.objects.filter(seen_at__lt=now - MACHINES_KEPT),
        "sessions": Session.objects.filter(expire_date__lt=now),
        "visits": AccessLog.objects.filter(**old_attempts),
    }
    return {what: rows.delete()[0] for what, rows in going.items()}
