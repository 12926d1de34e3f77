"""intake.lanes: limit how much of one kind of work a worker does at once, with one job per host."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Lanes:
    """At most `most` threads of this process on one kind of work, each at its own host.

    A thread that finds no free lane leaves, because the busy ones will take everything that is due.
    """

    def __init__(self, most: int):
        self._free = threading.BoundedSemaphore(most)
        self._hosts: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def lane(self) -> Iterator[bool]:
        """Take a lane for as long as the block lasts; False when none is free."""
        taken = self._free.acquire(blocking=False)
        try:
            yield taken
        finally:
            if taken:
                self._free.release()

    @contextmanager
    def host(self, name: str) -> Iterator[bool]:
        """Take this host for as long as the block lasts; False when another thread has it."""
        with self._lock:
            taken = name not in self._hosts
            self._hosts.add(name)
        try:
            yield taken
        finally:
            if taken:
                with self._lock:
                    self._hosts.discard(name)
