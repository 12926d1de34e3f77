"""sources.sandbox: parse bytes from outside in child processes with limited time and memory.

For every parser and cleaner of markup, some inputs keep it busy for minutes, and limits on size do not limit work. So
this code runs in a child, forked from a small server process that holds only the parsers: no database, no keys, no
locks. Each child has its own pipe, so killing one never blocks another. A child that stays within its limits is reused.
"""

import math
import multiprocessing
import os
import pickle
import resource
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from .wire.sentences import FetchError

CPU_SECONDS = 10  # per call
WALL_SECONDS = 40.0  # per call, on a busy machine
MEMORY = 512 << 20  # bytes of address space
MOST_CALLS = 500  # per child
GIVEN_UP = f"Parsing took more than {CPU_SECONDS} seconds of computing, or too much memory, so it was stopped."
AT_ONCE = max(2, os.cpu_count() or 1)

T = TypeVar("T")


class TooHardError(FetchError):
    """Parsing was given up because it takes too much time or memory. The text is a sentence for people."""


_context = multiprocessing.get_context("forkserver")
# Imported once, in the server from which the children are forked.
_context.set_forkserver_preload(
    ["papers.sources.feed", "papers.sources.page", "papers.sources.lists", "papers.intake.draft"]
)
_slots = threading.BoundedSemaphore(AT_ONCE)
_idle: "list[_Child]" = []  # children that wait for the next call
os.register_at_fork(after_in_child=_idle.clear)  # they belong to the parent process


def run(call: Callable[..., T], *args: Any) -> T:
    """Run `call(*args)` in a child process. The call, its arguments and its result must be picklable.

    Raises TooHardError when the child exceeds its limits or dies, and whatever the call itself raises.
    """
    with _slots:
        result = _run_in_child(call, args)
    if isinstance(result, _Raised):
        result.error.add_note(result.trace)
        raise result.error
    return result


def _run_in_child(call: Callable[..., T], args: tuple[Any, ...]) -> T | "_Raised":
    began = time.monotonic()
    while _idle:
        try:
            return _exchange(_idle.pop(), call, args)
        except IndexError:  # another thread took it
            break
        except (EOFError, OSError):
            if time.monotonic() - began > 1:
                raise TooHardError(GIVEN_UP) from None
            # It failed at once, so it was killed while idle: use another one.
    child = _Child()
    try:
        return _exchange(child, call, args)
    except (EOFError, OSError):
        raise TooHardError(GIVEN_UP) from None


def _exchange(child: "_Child", call: Callable[..., T], args: tuple[Any, ...]) -> T | "_Raised":
    """Send a call to a child and wait for the result. Raises EOFError or OSError when the child is gone."""
    try:
        child.pipe.send((call, args))
        if not child.pipe.poll(WALL_SECONDS):
            raise TooHardError(f"Parsing took more than {WALL_SECONDS:g} seconds, so it was stopped.")
        result, reusable = pickle.loads(child.pipe.recv_bytes())  # noqa: S301 (from our own child)
    except BaseException:
        child.end()
        raise
    if reusable:
        _idle.append(child)
    else:
        child.end()
    return result


class _Child:
    """A process that handles one call after another, and our end of its pipe."""

    def __init__(self) -> None:
        for last in (False, False, True):
            self.pipe, theirs = _context.Pipe()
            try:
                self.process = _context.Process(target=_work, args=(theirs,), daemon=True)
                self.process.start()
                return
            except (OSError, EOFError):  # the server was killed a moment ago; the next attempt starts a new one
                self.pipe.close()
                if last:
                    raise
                time.sleep(0.2)
            finally:
                theirs.close()

    def end(self) -> None:
        self.pipe.close()
        if self.process.is_alive():
            self.process.kill()


class _Raised:
    """An exception raised in a child, with its traceback, which pickling would lose."""

    def __init__(self, error: Exception):
        self.error = error
        self.trace = f"In the child process:\n{''.join(traceback.format_exception(error))}"


def _work(pipe: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in range(1, MOST_CALLS + 1):
        try:
            call, args = pipe.recv()
        except EOFError:
            return
        used = math.ceil(time.process_time())
        resource.setrlimit(resource.RLIMIT_CPU, (used + CPU_SECONDS, resource.RLIM_INFINITY))
        result: object
        try:
            result = call(*args)
        except MemoryError:
            os._exit(1)
        except Exception as error:
            result = _Raised(error)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > MEMORY // 4
        pipe.send_bytes(_pickled(result, reusable=number < MOST_CALLS and not grown))


def _pickled(result: object, reusable: bool) -> bytes:
    try:
        pickled = pickle.dumps((result, reusable))
        if isinstance(result, _Raised):
            pickle.loads(pickled)  # noqa: S301 (pickled a line above; some exceptions cannot be unpickled)
    except Exception as pickle_error:
        error = result.error if isinstance(result, _Raised) else pickle_error
        pickled = pickle.dumps((_Raised(RuntimeError(f"{type(error).__name__}: {error}")), reusable))
    return pickled
