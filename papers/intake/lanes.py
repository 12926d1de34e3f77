"""intake.lanes: how much of one kind of work a worker does at once, and never two things at one host."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Lanes:
    """So many threads of this process at a kind of work, each with a host of its own.

    Whoever finds no lane free leaves: those who are at work take all that is due.
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
        """Be the only one at this host; False when another thread is there."""
        with self._lock:
            taken = name not in self._hosts
            self._hosts.add(name)
        try:
            yield taken
        finally:
            if taken:
                with self._lock:
                    self._hosts.discard(name)
