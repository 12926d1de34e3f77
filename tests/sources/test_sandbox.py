"""sources.sandbox: a call that hangs, uses too much memory or crashes is reported in a sentence."""

import os
import signal
import threading
import time

import psutil
import pytest

from papers.sources import sandbox
from papers.sources.sandbox import TooHardError
from papers.sources.wire.sentences import FetchError


def add(one, two):
    return one + two


def refuse(sentence):
    raise FetchError(sentence, code=404, permanent=True)


def stumble():
    return {}["no such key"]


class OddError(Exception):
    def __init__(self):
        super().__init__("odd")
        self.handle = threading.Lock()  # which cannot travel


def be_odd():
    raise OddError


def spin():
    while True:
        pass


def eat():
    eaten = []
    while True:
        eaten.append(bytearray(50_000_000))


def die(by):
    os.kill(os.getpid(), by)


def see_limits():
    import resource
    import sys

    return resource.getrlimit(resource.RLIMIT_CPU)[0], "django" in sys.modules, os.getpid()


def burn(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def sleep():
    time.sleep(60)


def children():
    return {child for child in psutil.Process().children(recursive=True) if child.status() != psutil.STATUS_ZOMBIE}


def test_result_is_returned():
    assert sandbox.run(add, "a", "b\ud800") == "ab\ud800"
    assert sandbox.run(add, b"a" * 5_000_000, b"b") == b"a" * 5_000_000 + b"b"


def test_exception_of_the_call_is_raised():
    with pytest.raises(FetchError, match="nothing there") as caught:
        sandbox.run(refuse, "nothing there")
    assert (caught.value.code, caught.value.permanent) == (404, True)


def test_unexpected_error_carries_the_childs_traceback():
    with pytest.raises(KeyError) as caught:
        sandbox.run(stumble)
    assert "in stumble" in caught.value.__notes__[0]


def test_error_that_cannot_be_pickled_is_reported_by_name():
    with pytest.raises(RuntimeError, match="OddError: odd"):
        sandbox.run(be_odd)


def test_endless_work_is_stopped(monkeypatch):
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 2.0)
    with pytest.raises(TooHardError, match="more than 2 seconds"):
        sandbox.run(spin)


def test_memory_is_limited():
    with pytest.raises(TooHardError, match="too much memory"):
        sandbox.run(eat)


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGSEGV, signal.SIGXCPU])
def test_killed_child_does_not_affect_the_next_call(by):
    with pytest.raises(TooHardError):
        sandbox.run(die, by)
    assert sandbox.run(add, 1, 2) == 3


def test_child_has_limits_and_does_not_load_django():
    limit, django, pid = sandbox.run(see_limits)
    assert limit >= sandbox.CPU_SECONDS
    assert not django
    assert pid != os.getpid()


def test_child_is_reused_but_not_forever(monkeypatch):
    first = sandbox.run(see_limits)[2]
    assert sandbox.run(see_limits)[2] == first
    with pytest.raises(KeyError):
        sandbox.run(stumble)
    assert sandbox.run(see_limits)[2] == first
    for _ in range(sandbox.MOST_CALLS):
        last = sandbox.run(see_limits)[2]
    assert last != first


def test_each_call_has_the_full_cpu_limit(monkeypatch):
    for _ in range(3):
        assert sandbox.run(burn, 0.7) is None
    limit, _, _ = sandbox.run(see_limits)
    assert limit > sandbox.CPU_SECONDS + 1


def test_child_killed_while_idle_is_replaced():
    os.kill(sandbox.run(see_limits)[2], signal.SIGKILL)
    assert sandbox.run(add, 1, 2) == 3


def test_stopped_call_leaves_no_process_behind(monkeypatch):
    with pytest.raises(TooHardError):
        sandbox.run(die, signal.SIGKILL)  # so that none waits
    before = children()
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 0.5)
    with pytest.raises(TooHardError):
        sandbox.run(sleep)
    deadline = time.monotonic() + 10
    while children() - before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not children() - before


def test_fork_server_may_be_killed():
    sandbox.run(add, 1, 2)
    for child in psutil.Process().children():
        if "forkserver" in " ".join(child.cmdline()):
            child.kill()
    assert sandbox.run(add, 1, 2) == 3


def test_many_threads_can_call_at_once():
    answers = []
    threads = [threading.Thread(target=lambda n=n: answers.append(sandbox.run(add, n, n))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answers) == [2 * n for n in range(8)]
