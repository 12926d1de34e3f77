"""ops.prepare: everything a start does before the services: queue, migrations, static files, the first admin's link.

`python -m ops.prepare` may run on many machines at once: a database lock lets one at a time through, and where nothing
has changed it does nothing.
"""

import hashlib
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

import django
from celery import current_app
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from ops import broker
from ops.archive import key
from ops.database import LOCK
from ops.run import StartError, in_a_sentence


def prepare() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            finish_a_restore()
            migrate()
            if settings.CELERY_BROKER_URL == "pgmq://":
                broker.install()
            if settings.EMBEDDED:
                release()
            collect_static()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    if settings.CELERY_BROKER_URL != "pgmq://":
        reach_broker()


def finish_a_restore() -> None:
    """Finish a restore that was interrupted between data and key, or undo it."""
    key.settle(connection.connection)


def release() -> None:
    """Release the claims of killed workers; we hold the supervisor's lock, so none of ours is running."""
    from papers.models import Host, Job, Share, Source  # noqa: PLC0415 (models load only after setup)

    for model in (Source, Host, Share, Job):
        model.objects.all().release()
    if settings.CELERY_BROKER_URL == "pgmq://":
        broker.release_messages()


def reach_broker() -> None:
    """Check that a separate broker answers."""
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=1, timeout=10)
    except BrokerError as error:
        raise StartError(f"Cannot connect to CELERY_BROKER_URL: {' '.join(str(error).split())}") from error


def migrate() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=1, stdout=sys.stderr)


def collect_static() -> None:
    """Collect, hash and compress the static files, unless exactly these have been collected before."""
    if settings.DEBUG:
        return  # served straight from static/
    digest = hashlib.sha256((settings.BASE_DIR / "requirements.lock").read_bytes())
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = os.stat(storage.path(path))
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / "collected"
    if not stamp.exists() or stamp.read_text() != digest.hexdigest():
        stamp.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(digest.hexdigest())


def first_admin_link(now: datetime) -> str:
    """Create a one-time link for whoever started this install, as long as it has no admin. Older links stop working."""
    from papers.models import OneTimeLink, Person  # noqa: PLC0415 (as above)

    if Person.objects.admins().exists():
        return ""
    _, token = OneTimeLink.objects.mint(OneTimeLink.Kind.FIRST_ADMIN, now, timedelta(days=3), role=Person.Role.ADMIN)
    return settings.PUBLIC_URL + reverse("onetime", args=[token])


def main() -> None:
    settings.DATABASES["default"]["OPTIONS"].pop("pool")  # one connection is enough, and it fails at once
    django.setup()
    try:
        prepare()
    except OperationalError as error:
        name = "the embedded database" if settings.EMBEDDED else "DATABASE_URL"
        raise StartError(f"Cannot connect to {name}: {' '.join(str(error).split())}") from error
    if link := first_admin_link(timezone.now()):
        print(link)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.exit(in_a_sentence(main))
