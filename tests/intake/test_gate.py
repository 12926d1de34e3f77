"""intake.gate: one polite queue in front of each host, over all workers."""

import os
import signal
import time
from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from papers.intake import gate
from papers.intake.gate import BusyError, host_gate
from papers.models import Host
from tests.workers import at_once, start

pytestmark = pytest.mark.django_db(transaction=True)


def visit(host, times, pace=0.1, wait=10.0, stay=0.05):
    """Ask a host through the gate, as a worker does; when it was entered and left is added to `times`."""
    with host_gate(pace, wait, arxiv_pace=pace * 3)(host):
        began = time.monotonic()
        time.sleep(stay)
        times.append((began, time.monotonic()))


def gaps(times):
    times.sort()
    return [began - ended for (_, ended), (began, _) in pairwise(times)]


def test_a_host_is_asked_by_one_at_a_time_at_its_pace():
    times = []
    assert at_once(*[lambda: visit("blog.example", times)] * 4) == [None] * 4
    assert len(times) == 4
    assert min(gaps(times)) >= 0.1


def test_arxiv_has_a_pace_of_its_own():
    times = []
    at_once(*[lambda: visit("arxiv.org", times)] * 3)
    assert min(gaps(times)) >= 0.3


def test_hosts_do_not_wait_for_each_other():
    times = []
    began = time.monotonic()
    at_once(*[lambda host=host: visit(host, times, stay=0.5) for host in ("a.example", "b.example:81", "b.example:82")])
    assert time.monotonic() - began < 1.2


def test_whoever_cannot_wait_is_told_so():
    times = []
    with host_gate(0, 1)("blog.example"), pytest.raises(BusyError, match=r"blog\.example is answering another"):
        visit("blog.example", times, wait=0.3)
    visit("blog.example", times, wait=0.3)


def test_a_host_that_asked_for_time_is_left_alone_by_all():
    gate.hold("blog.example", timezone.now() + timedelta(hours=1))
    began = time.monotonic()
    with pytest.raises(BusyError, match="asked us to wait until"):
        visit("blog.example", [], wait=60)
    assert time.monotonic() - began < 1


def test_a_shorter_hold_does_not_shorten_a_longer_one():
    until = timezone.now() + timedelta(hours=1)
    gate.hold("blog.example", until)
    gate.hold("blog.example", timezone.now())
    assert Host.objects.get().next_at == until


def test_a_hold_that_comes_during_a_visit_stays():
    until = timezone.now() + timedelta(hours=1)
    with host_gate(0, 1)("blog.example"):
        gate.hold("blog.example", until)
    assert Host.objects.get().next_at == until


def test_an_error_inside_gives_the_host_back():
    with pytest.raises(ZeroDivisionError), host_gate(0, 1)("blog.example"):
        1 / 0  # noqa: B018
    visit("blog.example", [], wait=0.2)


def test_what_a_killed_worker_held_comes_free(monkeypatch):
    monkeypatch.setattr(gate, "HELD_AT_MOST", timedelta(seconds=0.8))
    pid = start(lambda: visit("blog.example", [], stay=30))
    while not Host.objects.exclude(busy_until=None).exists():
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    with pytest.raises(BusyError):
        visit("blog.example", [], wait=0.1)
    visit("blog.example", [], wait=3)
