"""intake.gate: one request at a time per host, across all workers."""

import os
import signal
import time
from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from papers.intake import gate
from papers.intake.gate import BusyError, Gate
from papers.models import Host
from tests.workers import at_once, start

pytestmark = pytest.mark.django_db(transaction=True)


def visit(host, times, pace=0.1, wait=10.0, stay=0.05):
    """Ask a host through the gate, as a worker does; when it was entered and left is added to `times`."""
    with Gate(pace, wait, arxiv_pace=pace * 3)(host):
        began = time.monotonic()
        time.sleep(stay)
        times.append((began, time.monotonic()))


def gaps(times):
    times.sort()
    return [began - ended for (_, ended), (began, _) in pairwise(times)]


def test_host_gets_one_request_at_a_time_at_its_pace():
    times = []
    assert at_once(*[lambda: visit("blog.example", times)] * 4) == [None] * 4
    assert len(times) == 4
    assert min(gaps(times)) >= 0.1


def test_arxiv_has_its_own_pace():
    times = []
    at_once(*[lambda: visit("arxiv.org", times)] * 3)
    assert min(gaps(times)) >= 0.3


def test_hosts_do_not_wait_for_each_other():
    times = []
    began = time.monotonic()
    at_once(*[lambda host=host: visit(host, times, stay=0.5) for host in ("a.example", "b.example:81", "b.example:82")])
    assert time.monotonic() - began < 1.2


def test_caller_that_cannot_wait_gets_a_busy_error():
    times = []
    with Gate(0, 1)("blog.example"), pytest.raises(BusyError, match=r"blog\.example is still answering another"):
        visit("blog.example", times, wait=0.3)
    visit("blog.example", times, wait=0.3)


def test_held_host_gets_no_requests_from_anybody():
    gate.hold("blog.example", timezone.now() + timedelta(hours=1))
    began = time.monotonic()
    with pytest.raises(BusyError, match="may not be asked again before"):
        visit("blog.example", [], wait=60)
    assert time.monotonic() - began < 1


def test_shorter_hold_does_not_shorten_a_longer_one():
    until = timezone.now() + timedelta(hours=1)
    gate.hold("blog.example", until)
    gate.hold("blog.example", timezone.now())
    assert Host.objects.get().next_at == until


def test_hold_set_during_a_request_stays():
    until = timezone.now() + timedelta(hours=1)
    with Gate(0, 1)("blog.example"):
        gate.hold("blog.example", until)
    assert Host.objects.get().next_at == until


def test_host_is_released_after_an_error():
    with pytest.raises(ZeroDivisionError), Gate(0, 1)("blog.example"):
        1 / 0  # noqa: B018
    visit("blog.example", [], wait=0.2)


def test_host_held_by_a_killed_worker_becomes_free(monkeypatch):
    monkeypatch.setattr(gate, "HELD_AT_MOST", timedelta(seconds=0.8))
    pid = start(lambda: visit("blog.example", [], stay=30))
    while not Host.objects.exclude(busy_until=None).exists():
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    with pytest.raises(BusyError):
        visit("blog.example", [], wait=0.1)
    visit("blog.example", [], wait=3)


def test_a_kept_host_is_entered_once_for_a_row_of_requests_and_then_given_back():
    kept = Gate(0.1, 1, keep=5)
    times = []
    for _ in range(3):
        with kept("blog.example"):
            times.append((time.monotonic(), time.monotonic()))
    assert min(gaps(times)) >= 0.1  # at its pace all the same
    with pytest.raises(BusyError):
        visit("blog.example", [], wait=0.1)
    kept.close()
    visit("blog.example", [], wait=0.5)


def test_a_kept_host_is_given_back_for_another_and_after_a_while():
    kept = Gate(0, 1, keep=0.3)
    with kept("blog.example"), pytest.raises(BusyError):
        visit("blog.example", [], wait=0)
    with kept("other.example"):
        visit("blog.example", [], wait=0)
    before = Host.objects.get(pk="other.example").busy_until
    time.sleep(0.3)
    with kept("other.example"):
        assert Host.objects.get(pk="other.example").busy_until > before


def test_a_host_with_a_long_pace_is_not_kept():
    with Gate(0, 1, arxiv_pace=3, keep=2)("arxiv.org"):
        pass
    assert not Host.objects.get().busy_until
