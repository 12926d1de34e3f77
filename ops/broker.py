"""ops.broker: the queue inside PostgreSQL (PGMQ), for installs without RabbitMQ or Redis."""

from datetime import timedelta
from typing import Any

from celery import current_app, shared_task
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError
from pgmq.install import get_embedded_install_sql
from psycopg import sql
from psycopg.conninfo import make_conninfo

QUEUE = "tenth"
# Seconds until an unacknowledged message is delivered again. This is not renewed while a task runs or waits prefetched,
# so it is longer than two of the longest tasks (papers.tasks.ROUND_SECONDS plus the last fetch of a round).
VISIBILITY = 900

# PGMQ's own function drops and recreates the trigger, and Kombu calls it in every process that publishes or consumes:
# two calls at once fail, and each locks the queue. Ours takes PGMQ's lock and creates the trigger once.
ENABLE_NOTIFY_ONCE = """
CREATE OR REPLACE FUNCTION pgmq.enable_notify_insert(queue_name TEXT, throttle_interval_ms INTEGER DEFAULT 250)
RETURNS void AS $$
DECLARE
  qtable TEXT := pgmq.format_table_name(queue_name, 'q');
BEGIN
  INSERT INTO pgmq.notify_insert_throttle (queue_name, throttle_interval_ms) VALUES ($1, $2)
    ON CONFLICT ON CONSTRAINT notify_insert_throttle_queue_name_key DO NOTHING;
  IF EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = format('pgmq.%I', qtable)::regclass
             AND tgname = 'trigger_notify_queue_insert_listeners') THEN
    RETURN;
  END IF;
  PERFORM pgmq.acquire_queue_lock(queue_name);
  EXECUTE format('CREATE OR REPLACE TRIGGER trigger_notify_queue_insert_listeners AFTER INSERT ON pgmq.%I '
                 'FOR EACH ROW EXECUTE FUNCTION pgmq.notify_queue_listeners()', qtable);
END;
$$ LANGUAGE plpgsql;
"""


def _quoted(value: str) -> str:
    """Quote a value for libpq: pgmq splits our connection string and joins the parts again without quotes."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def options() -> dict[str, Any]:
    """Kombu's transport options for PGMQ (each is explained in docs/decisions/0001-embedded-postgres-and-pgmq.md)."""
    database = settings.DATABASES["default"]
    extras = {name: value for name, value in database["OPTIONS"].items() if name != "pool"}
    parts = {
        "host": _quoted(database.get("HOST") or ""),
        "port": database.get("PORT") or "5432",
        "dbname": _quoted(database["NAME"]),
        "user": _quoted(database.get("USER") or ""),
        # pgmq keeps these five and drops the rest (sslmode and so on), so the rest is appended to the last of them.
        "password": " ".join(
            [
                _quoted(database.get("PASSWORD") or ""),
                *(f"{name}={_quoted(str(value))}" for name, value in extras.items()),
            ]
        ),
    }
    return {
        "conn_string": make_conninfo(**parts),
        "init_extension": False,
        "pool_size": 2,
        "use_notify": True,
        "wait_time_seconds": 0,
        "polling_interval": 0.2,
        "visibility_timeout": VISIBILITY,
    }


def external_options(url: str) -> dict[str, Any]:
    """Kombu's transport options for RabbitMQ or Redis.

    RabbitMQ needs none: it redelivers a lost worker's messages at once. Redis gets timeouts, or a page that queues a
    task would wait forever for a Redis that has stopped responding.
    """
    if not url.startswith("redis"):
        return {}
    return {"visibility_timeout": VISIBILITY, "socket_connect_timeout": 4, "socket_timeout": 3}


def install() -> None:
    """Create PGMQ's schema and our queue if they are missing. Runs under the lock of ops.prepare."""
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SELECT to_regclass('pgmq.meta') IS NOT NULL")
        if not cursor.fetchone()[0]:
            cursor.execute(get_embedded_install_sql())
            cursor.execute(ENABLE_NOTIFY_ONCE)
        cursor.execute("SELECT to_regclass('pgmq.q_' || %s) IS NOT NULL", [QUEUE])
        if not cursor.fetchone()[0]:
            cursor.execute("SELECT pgmq.create(%s), pgmq.enable_notify_insert(%s)", [QUEUE, QUEUE])


def depth() -> int | None:
    """Return how many messages are waiting for a worker, or None when the broker cannot be asked."""
    if settings.CELERY_BROKER_URL == "pgmq://":
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('pgmq.meta') IS NOT NULL")
            if not cursor.fetchone()[0]:
                return None
            cursor.execute("SELECT queue_visible_length FROM pgmq.metrics(%s)", [QUEUE])
            return int(cursor.fetchone()[0])
    try:
        with current_app.connection_for_read() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=3)
            try:
                channel: Any = broker.default_channel
                return int(channel.queue_declare(QUEUE, passive=True).message_count)
            except broker.channel_errors:  # nothing was ever queued, or Redis has dropped the empty list
                return 0
    except (OperationalError, OSError):
        return None


def release_messages() -> None:
    """Make messages that a killed worker had taken visible again. Call this only when no worker can be running."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE pgmq.q_{QUEUE} SET vt = now() WHERE vt > now()")  # noqa: S608 (a constant)


@shared_task
def delete_archived() -> int:
    """Delete old archived messages, which PGMQ never does by itself. Returns how many."""
    before = timezone.now() - timedelta(days=settings.KEEP_LOGS_DAYS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'pgmq' AND starts_with(tablename, 'a_')")
        deleted = 0
        for (table,) in cursor.fetchall():
            archive = sql.Identifier("pgmq", table)
            cursor.execute(sql.SQL("DELETE FROM {} WHERE archived_at < %s").format(archive), [before])
            deleted += cursor.rowcount
    return deleted
