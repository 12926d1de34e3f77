"""sources.sandbox: reads bytes from outside in a child process, which may use so much time and memory and no more.

Parsers and cleaners of other people's markup have inputs that hold them for minutes, and caps on size do not bound
work. So whatever reads such bytes runs in a child that is made for the one call: forked from a small server process
that holds the parsers and nothing of ours (no database, no keys, no locks), and gone afterwards. Each child has a pipe
of its own, so that one that is killed takes nothing with it that another waits for.
"""

import multiprocessing
import os
import pickle
import resource
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any, TypeVar

from .http import FetchError

CPU_SECONDS = 10  # of computing for one call
WALL_SECONDS = 40.0  # for the same on a busy machine
MEMORY = 512 << 20  # bytes of address space
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


def run(call: Callable[..., T], *args: Any) -> T:
    """The result of `call(*args)`, made in a child process. Call, arguments and result have to be picklable.

    Raises TooHardError when the child exceeds its limits or dies, and whatever the call itself raises.
    """
    with _turns:
        child, answers = _start(call, args)
        try:
            if not answers.poll(WALL_SECONDS):
                raise TooHardError(f"Reading what came takes longer than {WALL_SECONDS:g} seconds, so it was given up.")
            answer = pickle.loads(answers.recv_bytes())  # noqa: S301 (of our own child)
        except EOFError:
            raise TooHardError(GIVEN_UP) from None
        finally:
            answers.close()
            if child.is_alive():
                child.kill()
    if isinstance(answer, _Raised):
        answer.error.add_note(answer.where)
        raise answer.error
    return answer


def _start(call: Callable[..., T], args: tuple[Any, ...]) -> tuple[ForkServerProcess, Connection]:
    """A child at work, and the end of the pipe on which it answers."""
    for last in (False, False, True):
        answers, back = _context.Pipe(duplex=False)
        try:
            child = _context.Process(target=_work, args=(back, call, args), daemon=True)
            child.start()
            return child, answers
        except (OSError, EOFError):  # the server was killed a moment ago: the next start makes another
            answers.close()
            if last:
                raise
            time.sleep(0.2)
        finally:
            back.close()
    raise AssertionError


class _Raised:
    """An exception on its way back from a child, with the traceback that would be lost."""

    def __init__(self, error: Exception):
        self.error = error
        self.where = f"In the child process:\n{''.join(traceback.format_exception(error))}"


def _work(back: Connection, call: Callable[..., T], args: tuple[Any, ...]) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer: T | _Raised
    try:
        answer = call(*args)
    except MemoryError:
        os._exit(1)
    except Exception as error:
        answer = _Raised(error)
    back.send_bytes(_packed(answer))


def _packed(answer: object) -> bytes:
    try:
        packed = pickle.dumps(answer)
        if isinstance(answer, _Raised):
            pickle.loads(packed)  # noqa: S301 (made a line above; exceptions exist that can be packed, not unpacked)
    except Exception as trouble:
        error = answer.error if isinstance(answer, _Raised) else trouble
        packed = pickle.dumps(_Raised(RuntimeError(f"{type(error).__name__}: {error}")))
    return packed
