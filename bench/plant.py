"""bench.plant: a database and a real worker of the product, for benchmarks of pulling."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 300  # seconds
PULLED = ("papers_paper", "papers_name", "papers_author", "papers_authorship", "papers_sighting", "papers_version")


@contextmanager
def running(**environ: str) -> Iterator[dict[str, Any]]:
    """Start a database and the worker, with these settings. The block gets psycopg's arguments for the database."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that everything started is stopped
    with tempfile.TemporaryDirectory(prefix="tenth-bench-") as folder:
        Path(folder).chmod(0o711)  # lets in the account that runs PostgreSQL when we are root
        os.environ |= {
            "TENTH_VAR": str(Path(folder, "var")),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": "",
            "ENRICH": "",
            "ALLOW_PRIVATE_ADDRESSES": "1",
            "HOST_PACE_SECONDS": "0",
            "ARXIV_PACE_SECONDS": "0",
            "LOG_LEVEL": "WARNING",
            **environ,
        }
        from ops.embedded import Cluster

        cluster = Cluster(Path(folder, "var"))
        cluster.start()
        try:
            with _worker() as conninfo:
                yield conninfo
        finally:
            cluster.stop()
            shutil.rmtree(cluster.sockets, ignore_errors=True)


@contextmanager
def _worker() -> Iterator[dict[str, Any]]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from ops import broker
    from ops.run import services

    call_command("migrate", verbosity=0)
    broker.install()
    worker = subprocess.Popen(services()["worker"])
    try:
        settings = connection.settings_dict
        yield {"host": settings["HOST"], "dbname": settings["NAME"], "user": settings["USER"]}
    finally:
        worker.terminate()
        worker.wait(30)


def empty() -> None:
    """Empty the tables of papers and sources."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE papers_paper, papers_author, papers_source, papers_host CASCADE")


def pull_all() -> float:
    """Make all sources due; return the seconds from the first pull to the last of their log rows."""
    from django.utils import timezone

    from config.celery import app
    from papers.models import FetchLog, Source

    FetchLog.objects.all().delete()
    count = Source.objects.update(next_fetch=timezone.now())
    began = time.time()
    app.send_task("papers.tasks.tick")
    while FetchLog.objects.count() < count:
        if time.time() - began > PATIENCE:
            sys.exit("The worker did not finish.")
        time.sleep(0.02)
    ended = time.time()
    if failed := set(FetchLog.objects.filter(outcome="failed").values_list("note", flat=True)):
        sys.exit(f"Pulls failed: {failed}")
    return ended - FetchLog.objects.earliest("at").at.timestamp()


def transaction() -> int:
    """Return the number of the current transaction."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT txid_current()")
        return int(cursor.fetchone()[0])


def rows_written(since: int, tables: Sequence[str] = PULLED) -> int:
    """Return the number of rows of these tables that transactions after `since` inserted or updated."""
    from django.db import connection

    each = (f"SELECT count(*) AS n FROM {table} WHERE xmin::text::bigint > %(since)s" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT sum(n) FROM ({' UNION ALL '.join(each)}) AS tables", {"since": since})
        return int(cursor.fetchone()[0])
