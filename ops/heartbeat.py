"""ops.heartbeat: worker and beat record twice a minute that they are alive, each as part of its work.

They write straight to the database, because beat loads neither Django's apps nor our models. Beat signs in its own
loop; a worker signs when a task has reached it through the queue and the pool.
"""

import logging
import socket
import time
from typing import Any

import celery.beat
import psycopg
from celery.signals import task_prerun

from ops.database import parameters

EVERY = 30.0  # seconds; models.Heartbeat.FRESH allows for four missed ones
PATIENCE = 5  # seconds the database gets to answer

SIGN = """
INSERT INTO papers_heartbeat (name, host, seen_at) VALUES (%s, %s, now())
ON CONFLICT (name, host) DO UPDATE SET seen_at = excluded.seen_at
"""

log = logging.getLogger("tenth")
_unheard: set[str] = set()  # services whose last signature failed: logged once, not twice a minute


def sign(name: str) -> bool:
    """Record that this service is alive on this machine; False when the database could not be reached."""
    try:
        with psycopg.connect(**{**parameters(), "connect_timeout": PATIENCE}, autocommit=True) as database:
            database.execute(f"SET statement_timeout = '{PATIENCE}s'")
            database.execute(SIGN, [name, socket.gethostname()[:255]])
    except psycopg.Error as error:
        if name not in _unheard:
            log.warning("The %s cannot record in the database that it is alive: %s", name, " ".join(str(error).split()))
            _unheard.add(name)
        return False
    _unheard.discard(name)
    return True


class Scheduler(celery.beat.Scheduler):
    """Celery's scheduler, which also signs in its loop when a signature is due."""

    signed = float("-inf")

    def tick(self, *args: Any, **kwargs: Any) -> float:
        wait = super().tick(*args, **kwargs)
        if time.monotonic() - self.signed >= EVERY:
            sign("beat")
            self.signed = time.monotonic()
        return min(wait, EVERY)


_signed = float("-inf")


@task_prerun.connect
def sign_as_worker(**_: Any) -> None:
    """Sign for the worker when it takes a task from the queue; a stuck worker takes none.

    The beat sends a task for this purpose every EVERY seconds (papers.tasks.pulse).
    """
    global _signed
    now = time.monotonic()
    if now - _signed >= EVERY / 2:
        _signed = now  # two threads may both sign at once, which is harmless
        sign("worker")
