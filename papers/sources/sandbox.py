"""sources.sandbox: reads bytes from outside in child processes, which may use so much time and memory and no more.

Parsers and cleaners of other people's markup have inputs that hold them for minutes, and caps on size do not bound
work. So whatever reads such bytes runs in a child, forked from a small server process that holds the parsers and
nothing of ours (no database, no keys, no locks). Each child has a pipe of its own, so that one that is killed takes
nothing with it that another waits for. One that did well is used again.
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

CPU_SECONDS = 10  # of computing for one call
WALL_SECONDS = 40.0  # for the same on a busy machine
MEMORY = 512 << 20  # bytes of address space
MOST_CALLS = 500  # of one child
GIVEN_UP = (
    f"Reading what came takes more than {CPU_SECONDS} seconds of computing, or too much memory, so it was given up."
)
AT_ONCE = max(2, os.cpu_count() or 1)

T = TypeVar("T")


class TooHardError(FetchError):
    """Reading what came was given up: it takes too much time or memory. The text is a sentence for people."""


_context = multiprocessing.get_context("forkserver")
# Loaded once, in the server that the children are forked from.
_context.set_forkserver_preload(["papers.sources.feed", "papers.sources.page", "papers.intake.draft"])
_turns = threading.BoundedSemaphore(AT_ONCE)
_idle: "list[_Child]" = []  # those that wait for the next call
os.register_at_fork(after_in_child=_idle.clear)  # they are the other process's


def run(call: Callable[..., T], *args: Any) -> T:
    """The result of `call(*args)`, made in a child process. Call, arguments and result have to be picklable.

    Raises TooHardError when the child exceeds its limits or dies, and whatever the call itself raises.
    """
    with _turns:
        answer = _tried(call, args)
    if isinstance(answer, _Raised):
        answer.error.add_note(answer.where)
        raise answer.error
    return answer


def _tried(call: Callable[..., T], args: tuple[Any, ...]) -> T | "_Raised":
    began = time.monotonic()
    while _idle:
        try:
            return _answer(_idle.pop(), call, args)
        except IndexError:  # another thread took it
            break
        except (EOFError, OSError):
            if time.monotonic() - began > 1:
                raise TooHardError(GIVEN_UP) from None
            # It died at once: it was killed while it waited. Another one does it.
    child = _Child()
    try:
        return _answer(child, call, args)
    except (EOFError, OSError):
        raise TooHardError(GIVEN_UP) from None


def _answer(child: "_Child", call: Callable[..., T], args: tuple[Any, ...]) -> T | "_Raised":
    """Raises EOFError or OSError when the child is gone."""
    try:
        child.line.send((call, args))
        if not child.line.poll(WALL_SECONDS):
            raise TooHardError(f"Reading what came takes longer than {WALL_SECONDS:g} seconds, so it was given up.")
        answer, fit = pickle.loads(child.line.recv_bytes())  # noqa: S301 (of our own child)
    except BaseException:
        child.end()
        raise
    if fit:
        _idle.append(child)
    else:
        child.end()
    return answer


class _Child:
    """A process that does one call after the other, and our end of its pipe."""

    def __init__(self) -> None:
        for last in (False, False, True):
            self.line, theirs = _context.Pipe()
            try:
                self.process = _context.Process(target=_work, args=(theirs,), daemon=True)
                self.process.start()
                return
            except (OSError, EOFError):  # the server was killed a moment ago: the next start makes another
                self.line.close()
                if last:
                    raise
                time.sleep(0.2)
            finally:
                theirs.close()

    def end(self) -> None:
        self.line.close()
        if self.process.is_alive():
            self.process.kill()


class _Raised:
    """An exception on its way back from a child, with the traceback that would be lost."""

    def __init__(self, error: Exception):
        self.error = error
        self.where = f"In the child process:\n{''.join(traceback.format_exception(error))}"


def _work(line: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in range(1, MOST_CALLS + 1):
        try:
            call, args = line.recv()
        except EOFError:
            return
        used = math.ceil(time.process_time())
        resource.setrlimit(resource.RLIMIT_CPU, (used + CPU_SECONDS, resource.RLIM_INFINITY))
        answer: object
        try:
            answer = call(*args)
        except MemoryError:
            os._exit(1)
        except Exception as error:
            answer = _Raised(error)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > MEMORY // 4
        line.send_bytes(_packed((answer, number < MOST_CALLS and not grown)))


def _packed(result: tuple[object, bool]) -> bytes:
    answer, fit = result
    try:
        packed = pickle.dumps(result)
        if isinstance(answer, _Raised):
            pickle.loads(packed)  # noqa: S301 (made a line above; exceptions exist that can be packed, not unpacked)
    except Exception as trouble:
        error = answer.error if isinstance(answer, _Raised) else trouble
        packed = pickle.dumps((_Raised(RuntimeError(f"{type(error).__name__}: {error}")), fit))
    return packed
