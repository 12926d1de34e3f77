"""health: check all parts of this install, and report to admins what does not work.

views.health decides how much a stranger may see.
"""

import functools
import platform
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, Min
from django.utils.module_loading import import_string

from .models import Article, Backup, Channel, Heartbeat, Inquiry, Lookup, LookupPause, Share, Source
from .reading.facts import LABELS
from .templatetags.when import span

OVERDUE = timedelta(hours=1)  # a due source is pulled within minutes, unless nobody pulls
BACKUP_AGE = timedelta(days=7)
LITTLE = 1 << 30  # bytes of disk
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an install. `sentence` is for the team: it may name sources and machines."""

    name: str
    ok: bool
    sentence: str


# ── is it well? ──────────────────────────────────────────────────────────────────────────────


def look(now: datetime) -> list[Part]:
    """Check all parts. If the database does not answer, the others are unknown."""
    try:
        connection.ensure_connection()
        parts = [Part("database", True, "Answering."), _migrations()]
        if not parts[-1].ok:  # tables may be missing
            return parts + [Part(name, False, "Unknown until then.") for name in ("worker", "beat", "sources")]
        return [*parts, *_services(now), _sources(now)]
    except (DatabaseError, InterfaceError) as error:
        sentence = " ".join(str(error).split())
        others = [Part(name, False, "Unknown.") for name in ("migrations", "worker", "beat", "sources")]
        return [Part("database", False, f"Not answering: {sentence}"), *others]


def troubles(now: datetime) -> list[str]:
    """List the problems shown to admins on every first page, in two queries."""
    return [f"{part.name.capitalize()}: {part.sentence}" for part in [*_services(now), _sources(now)] if not part.ok]


@functools.cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


def _migrations() -> Part:
    missing = _known_migrations() - set(MigrationRecorder(connection).applied_migrations())
    if not missing:
        return Part("migrations", True, "All applied.")
    count = f"{len(missing)} {'is' if len(missing) == 1 else 'are'} not applied"
    return Part("migrations", False, f"{count}: restart Tenth, or run python -m ops.prepare.")


def _services(now: datetime) -> list[Part]:
    seen = Heartbeat.objects.last_seen()
    without = {
        "worker": "Nothing is fetched or sent without one.",
        "beat": "Nothing is fetched on schedule without it.",
    }
    return [_service(name, seen.get(name), without[name], now) for name in ("worker", "beat")]


def _service(name: str, seen: datetime | None, without: str, now: datetime) -> Part:
    if seen is None:
        return Part(name, False, f"Not seen yet. {without}")
    if seen <= now - Heartbeat.FRESH:
        return Part(name, False, f"Not seen for {_since(seen, now)}. {without}")
    seconds = max(0, round((now - seen).total_seconds()))
    return Part(name, True, f"Seen {seconds} second{'' if seconds == 1 else 's'} ago.")


def _sources(now: datetime) -> Part:
    oldest = Source.objects.due(now).order_by("next_fetch", "pk").first()
    if oldest is None or oldest.next_fetch is None:
        return Part("sources", True, "None overdue.")
    sentence = f"{oldest.name} has been due for {_since(oldest.next_fetch, now)}."
    return Part("sources", oldest.next_fetch > now - OVERDUE, sentence)


def _since(then: datetime, now: datetime) -> str:
    return span((now - then).total_seconds()) or "less than a minute"


# ── what an admin needs to see ───────────────────────────────────────────────────────────────


def report(now: datetime) -> dict[str, Any]:
    """The context of /settings/health, which is drawn only if the database answers."""
    pulled = Source.objects.in_condition("failing").order_by("-failures", "name")
    waiting = Share.objects.waiting()
    failed = Share.objects.filter(state=Share.State.FAILED)
    return {
        "parts": look(now),
        "heartbeats": [(beat, beat.is_fresh(now)) for beat in Heartbeat.objects.newest_first()[:50]],
        "queue": import_string(settings.QUEUE_DEPTH)(),
        "broker": {"pgmq": "the database", "amqp": "RabbitMQ", "amqps": "RabbitMQ"}.get(
            settings.CELERY_BROKER_URL.partition(":")[0], "Redis"
        ),
        "sources": pulled[:SHOWN],
        "sources_more": max(0, pulled.count() - SHOWN),
        "waiting": waiting.count(),
        "stuck": list(_shown(waiting.exclude(last_error=""))),
        "failed": failed.count(),
        "failed_last": list(_shown(failed)),
        "lookups": lookups(now),
        "pages": pages(now),
        "catalogues": [catalogue(name, now) for name in settings.ENRICH],
        "channels": list(Channel.objects.closed()),
        "backup": Backup.objects.order_by("-at").first(),
        "no_backup_since": now - BACKUP_AGE,
        "database_size": _figure("SELECT pg_database_size(current_database())"),
        "postgresql": _figure("SHOW server_version"),
        "disk": _disk(),
        "little": LITTLE,
        "version": settings.VERSION,
        "django": django.get_version(),
        "python": platform.python_version(),
    }


def lookups(now: datetime) -> str:
    """Say how many papers wait for arXiv's own record, since when, and why if they are held."""
    waiting = Lookup.objects.waiting()
    count, since = waiting.count(), waiting.aggregate(since=Min("since"))["since"]
    given_up = Lookup.objects.filter(next_attempt=None).count()
    words = f"{count:,} {'paper waits' if count == 1 else 'papers wait'} for arXiv’s record"
    words = f"{words}, the first since {_since(since, now)}." if count else "No paper waits for arXiv’s record."
    pause = LookupPause.objects.filter(pk="arxiv", until__gt=now).first()
    if pause and pause.until and count:
        words += f" Lookups pause for {_since(now, pause.until)}: {pause.why}"
    unknown = waiting.filter(missing__gt=0).count()
    if unknown:
        words += f" {unknown:,} of them arXiv does not know yet, and is asked again."
    return words + (f" {given_up:,} given up, because arXiv does not know or cannot give them." if given_up else "")


def pages(now: datetime) -> str:
    """Say how many posts' pages wait, and what came of those fetched in the last 30 days."""
    waiting = Article.objects.waiting().count()
    since = Article.objects.filter(fetched_at__gt=now - timedelta(days=30))
    counts = dict(since.values_list("outcome").annotate(Count("pk")).order_by("outcome"))
    words = {
        Article.Outcome.TAKEN: "taken",
        Article.Outcome.PAYWALL: "for subscribers only",
        Article.Outcome.ROBOTS: "left alone, as robots.txt asks",
        Article.Outcome.EMPTY: "without an article",
        Article.Outcome.FAILED: "failed",
    }
    came = ", ".join(f"{counts[outcome]:,} {word}" for outcome, word in words.items() if outcome in counts)
    return f"{waiting:,} waiting. {f'In 30 days: {came}.' if came else 'None fetched in 30 days.'}"


def catalogue(name: str, now: datetime) -> str:
    """Say how many papers wait for a catalogue, how many it knew, and why it pauses."""
    asked = Inquiry.objects.filter(catalogue=name)
    waiting = asked.filter(next_attempt__isnull=False).count()
    known = asked.filter(known=True).count()
    words = f"{LABELS[name]}: {waiting:,} waiting, {known:,} known of {asked.exclude(asked_at=None).count():,} asked."
    pause = LookupPause.objects.filter(pk=name, until__gt=now).first()
    return f"{words} It pauses for {_since(now, pause.until)}: {pause.why}" if pause and pause.until else words


def _shown(shares: Any) -> Any:
    lean = ("paper__search", "paper__abstract", "paper__abstract_html")
    return shares.select_related("paper", "channel").defer(*lean).newest_first()[:SHOWN]


def _figure(question: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def _disk() -> dict[str, Any]:
    place: Path = settings.DATA_DIR
    while not place.exists():
        place = place.parent
    usage = shutil.disk_usage(place)
    return {"free": usage.free, "total": usage.total, "place": place}
