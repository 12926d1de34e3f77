"""ops.heartbeat: worker and beat say twice a minute that they live, each by doing its work.

Straight to the database: beat loads neither Django's apps nor our models. Beat signs in its own loop, a worker when a
task has come to it through the queue and the pool.
"""

import logging
import socket
import time
from typing import Any

import celery.beat
import psycopg
from celery.signals import task_prerun

from ops.database import parameters

EVERY = 30.0  # seconds; models.Heartbeat.FRESH allows for four of them
PATIENCE = 5  # seconds that the database gets to answer

SIGN = """
INSERT INTO papers_heartbeat (name, host, seen_at) VALUES (%s, %s, now())
ON CONFLICT (name, host) DO UPDATE SET seen_at = excluded.seen_at
"""

log = logging.getLogger("tenth")
_unheard: set[str] = set()  # who could not sign the last time: said once, not twice a minute


def sign(name: str) -> bool:
    """Say that this service lives on this machine; False when the database could not be told."""
    try:
        with psycopg.connect(**{**parameters(), "connect_timeout": PATIENCE}, autocommit=True) as database:
            database.execute(f"SET statement_timeout = '{PATIENCE}s'")
            database.execute(SIGN, [name, socket.gethostname()[:255]])
    except psycopg.Error as error:
        if name not in _unheard:
            log.warning("The %s cannot tell the database that it lives: %s", name, " ".join(str(error).split()))
            _unheard.add(name)
        return False
    _unheard.discard(name)
    return True


class Scheduler(celery.beat.Scheduler):
    """Celery's, which signs at each turn of its loop when it is time to."""

    signed = float("-inf")

    def tick(self, *args: Any, **kwargs: Any) -> float:
        wait = super().tick(*args, **kwargs)
        if time.monotonic() - self.signed >= EVERY:
            sign("beat")
            self.signed = time.monotonic()
        return min(wait, EVERY)


_signed = float("-inf")


@task_prerun.connect
def worker_lives(**_: Any) -> None:
    """A worker signs when a task has come to it through the queue and its pool: a worker that is stuck takes none.

    The beat sends one for the purpose each EVERY seconds (papers.tasks.pulse).
    """
    global _signed
    now = time.monotonic()
    if now - _signed >= EVERY / 2:
        _signed = now  # two threads at once may both sign, which does no harm
        sign("worker")
