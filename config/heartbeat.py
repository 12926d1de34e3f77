"""config.heartbeat: worker and beat say twice a minute that they live, each for itself.

Straight to the database: beat loads neither Django's apps nor our models, and a tick that no worker takes must not
look as if beat were dead. Beat signs in its own loop. A worker signs in a thread of its main process, as long as it
is connected to the queue: when all its hands are full it still lives.
"""

import logging
import socket
import threading
import time
from typing import Any

import celery.beat
import psycopg
from celery.signals import worker_ready, worker_shutting_down

from config.database import parameters

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


class Pulse(threading.Thread):
    """Signs for a worker until it is asked to end."""

    def __init__(self, consumer: Any) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self.consumer = consumer
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            if getattr(self.consumer, "connection", None) is not None:  # else it has lost the queue, and seeks it
                sign("worker")
            self.over.wait(EVERY)


_pulse: Pulse | None = None


@worker_ready.connect
def begin(sender: Any, **_: Any) -> None:
    """Also when a worker has found a lost queue again, with a new consumer."""
    global _pulse
    end()
    _pulse = Pulse(sender)
    _pulse.start()


@worker_shutting_down.connect
def end(**_: Any) -> None:
    if _pulse:
        _pulse.over.set()
