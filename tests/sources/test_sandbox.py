"""sources.sandbox: what reads bytes from outside may hang, eat or die, and the caller hears of it in a sentence."""

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


def test_the_result_comes_back():
    assert sandbox.run(add, "a", "b\ud800") == "ab\ud800"
    assert sandbox.run(add, b"a" * 5_000_000, b"b") == b"a" * 5_000_000 + b"b"


def test_what_the_call_raises_comes_back_whole():
    with pytest.raises(FetchError, match="nothing there") as caught:
        sandbox.run(refuse, "nothing there")
    assert (caught.value.code, caught.value.permanent) == (404, True)


def test_an_unexpected_error_says_where_it_happened():
    with pytest.raises(KeyError) as caught:
        sandbox.run(stumble)
    assert "in stumble" in caught.value.__notes__[0]


def test_an_error_that_cannot_travel_is_told_by_its_name():
    with pytest.raises(RuntimeError, match="OddError: odd"):
        sandbox.run(be_odd)


def test_endless_work_is_cut_off(monkeypatch):
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 2.0)
    with pytest.raises(TooHardError, match="longer than 2 seconds"):
        sandbox.run(spin)


def test_endless_memory_is_refused():
    with pytest.raises(TooHardError, match="too much memory"):
        sandbox.run(eat)


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGSEGV, signal.SIGXCPU])
def test_a_child_that_is_killed_takes_nothing_with_it(by):
    with pytest.raises(TooHardError):
        sandbox.run(die, by)
    assert sandbox.run(add, 1, 2) == 3


def test_a_child_has_limits_for_each_call_and_nothing_of_the_product():
    limit, django, pid = sandbox.run(see_limits)
    assert limit >= sandbox.CPU_SECONDS
    assert not django
    assert pid != os.getpid()


def test_a_child_that_did_well_is_used_again_and_not_for_ever(monkeypatch):
    first = sandbox.run(see_limits)[2]
    assert sandbox.run(see_limits)[2] == first
    with pytest.raises(KeyError):
        sandbox.run(stumble)
    assert sandbox.run(see_limits)[2] == first
    for _ in range(sandbox.MOST_CALLS):
        last = sandbox.run(see_limits)[2]
    assert last != first


def test_each_call_has_its_whole_time(monkeypatch):
    for _ in range(3):
        assert sandbox.run(burn, 0.7) is None
    limit, _, _ = sandbox.run(see_limits)
    assert limit > sandbox.CPU_SECONDS + 1


def test_a_child_that_was_killed_while_it_waited_costs_nothing():
    os.kill(sandbox.run(see_limits)[2], signal.SIGKILL)
    assert sandbox.run(add, 1, 2) == 3


def test_one_that_is_cut_off_leaves_no_process_behind(monkeypatch):
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


def test_the_server_of_the_children_may_be_killed():
    sandbox.run(add, 1, 2)
    for child in psutil.Process().children():
        if "forkserver" in " ".join(child.cmdline()):
            child.kill()
    assert sandbox.run(add, 1, 2) == 3


def test_many_threads_may_ask_at_once():
    answers = []
    threads = [threading.Thread(target=lambda n=n: answers.append(sandbox.run(add, n, n))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answers) == [2 * n for n in range(8)]
