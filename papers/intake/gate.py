"""intake.gate: limit requests to one at a time per host, across all processes. The state is in the database."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db.models import Q, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from ..database import patiently
from ..models import Host
from ..refused import TooMany

ARXIV = "arxiv.org"
ARXIV_PACE = 3.0  # seconds between requests, by arXiv's terms of use; its hosts count as one
HELD_AT_MOST = timedelta(minutes=3)  # after that, its holder has crashed


class BusyError(TooMany):
    """The host's turn comes later than the caller can wait."""


class Gate:
    """A gate for a fetcher: `with gate(host): …` allows one request at a time, at the host's pace.

    `pace` and `arxiv_pace` are the seconds between the end of one request and the start of the next. `wait` is the
    number of seconds that the caller waits for its turn before BusyError is raised. A host is kept for `keep` seconds,
    so that a row of quick requests to it is written down once; `close` gives it back.
    """

    def __init__(self, pace: float, wait: float, arxiv_pace: float = ARXIV_PACE, keep: float = 0.0):
        self._pace, self._arxiv_pace, self._wait, self._keep = pace, arxiv_pace, wait, keep
        self._host = ""  # the one that we keep
        self._busy_until: datetime | None = None
        self._entered = 0.0
        self._next_at: datetime | None = None

    @contextmanager
    def __call__(self, host: str) -> Iterator[None]:
        if host == self._host and time.monotonic() - self._entered < self._keep:
            assert self._next_at
            time.sleep(max((self._next_at - timezone.now()).total_seconds(), 0))
        else:
            self.close()
            self._busy_until = _enter(host, self._wait)
            self._host, self._entered = host, time.monotonic()
        try:
            yield
        finally:
            pace = self._arxiv_pace if host == ARXIV else self._pace
            self._next_at = timezone.now() + timedelta(seconds=pace)
            if pace > self._keep or not self._keep:
                self.close()

    def close(self) -> None:
        """Give the host back, if we keep one."""
        if self._host:
            # Only if the host is still ours: if we were too slow, another process has taken it.
            ours = Host.objects.filter(pk=self._host, busy_until=self._busy_until)
            next_at = Greatest("next_at", Value(self._next_at))
            patiently(lambda: ours.update(busy_until=None, next_at=next_at))
            self._host = ""


def hold(host: str, until: datetime) -> None:
    """Stop all requests to this host until then, because it told one of us to wait (Retry-After)."""
    Host.objects.get_or_create(pk=host, defaults={"next_at": until})
    Host.objects.filter(pk=host, next_at__lt=until).update(next_at=until)


def _enter(host: str, wait: float) -> datetime:
    """Take the host; returns the time until which it is ours."""
    deadline = time.monotonic() + wait
    while True:
        now = timezone.now()
        free = Q(busy_until=None) | Q(busy_until__lt=now)
        until = now + HELD_AT_MOST
        if Host.objects.filter(free, pk=host, next_at__lte=now).update(busy_until=until):
            return until
        row, created = Host.objects.get_or_create(pk=host, defaults={"next_at": now})
        if created:
            continue
        pause = _pause(row, now)
        if time.monotonic() + pause > deadline:
            raise BusyError(_sentence(host, row, now))
        time.sleep(pause)


def _pause(row: Host, now: datetime) -> float:
    """The seconds until it is worth trying again."""
    wait = max((row.next_at - now).total_seconds(), 0.01)
    return max(wait, 0.2) if row.busy_until and row.busy_until > now else wait


def _sentence(host: str, row: Host, now: datetime) -> str:
    if row.next_at > now:
        return f"{host} may not be asked again before {row.next_at:%H:%M} UTC. Try again then."
    return f"{host} is still answering another request of ours. Try again in a minute."
