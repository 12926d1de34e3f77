"""tasks: a tick wakes as many workers as can help, each takes everything due, and each thing is done once."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from papers import jobs, tasks
from papers.intake import pipeline
from papers.models import Job, Share, Source
from papers.sharing import outbox
from tests.makers import make_channel, make_person, make_share, make_source
from tests.workers import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def woken(monkeypatch):
    """Collect the names of queued tasks."""
    names = []
    for name in ("refresh_due", "deliver_due", "answer_due"):
        monkeypatch.setattr(getattr(tasks, name), "apply_async", lambda name=name, **options: names.append(name))
    return names


@pytest.fixture
def pulled(monkeypatch):
    """Collect the sources that were pulled, in order."""
    pulled_ids = []

    def refresh(source, now, turn, book):
        pulled_ids.append(source.pk)
        Source.objects.filter(pk=source.pk).update(next_fetch=now + timedelta(hours=1), claimed_until=None)
        return True

    monkeypatch.setattr(pipeline, "_refresh", refresh)
    return pulled_ids


# ── pulling ──────────────────────────────────────────────────────────────────────────────────


def test_a_tick_wakes_no_more_workers_than_there_are_hosts_or_lanes(woken, settings):
    settings.WORKER_CONCURRENCY = 2
    tasks.tick()
    assert woken == []
    make_source(kind="arxiv", address="cs.LG")
    make_source(kind="arxiv", address="cs.CL")  # the same host
    tasks.tick()
    assert woken == ["refresh_due"]
    for _ in range(3):
        make_source()
    tasks.tick()
    assert woken == ["refresh_due"] * 3


def test_everything_due_is_pulled_host_by_host(pulled):
    soon = timezone.now() - timedelta(minutes=1)
    blog = make_source(address="https://blog.example/feed")
    first, second = (make_source(kind="arxiv", address=address, next_fetch=soon).pk for address in ("cs.LG", "cs.CL"))
    other = make_source(address="https://blog.example:8443/feed")
    tasks.refresh_due()
    assert pulled == [first, second, blog.pk, other.pk]


def test_the_source_that_somebody_waits_for_comes_first(pulled):
    first, second = make_source(), make_source()
    tasks.refresh_due(second.pk)
    assert pulled == [second.pk, first.pk]


def test_sources_not_due_paused_or_a_person_are_left_alone(pulled):
    make_source(next_fetch=timezone.now() + timedelta(minutes=1))
    make_source(state="paused")
    make_source(kind="person", address="person:1", person=make_person())
    muted = make_source(state="muted")
    tasks.refresh_due()
    assert pulled == [muted.pk]


def test_a_host_in_use_is_left_alone(pulled):
    now = timezone.now()
    working = make_source(kind="arxiv", address="cs.LG", claimed_until=now + timedelta(minutes=5))
    waiting = make_source(kind="arxiv", address="cs.CL")
    tasks.refresh_due()
    assert pulled == []
    Source.objects.filter(pk=working.pk).update(claimed_until=now - timedelta(minutes=1))  # its worker was killed
    tasks.refresh_due()
    assert sorted(pulled) == [working.pk, waiting.pk]


def test_a_host_used_by_another_thread_is_left_alone(pulled):
    make_source(address="https://blog.example/feed")
    other = make_source()
    with tasks.PULLING.host("blog.example:443"):
        tasks.refresh_due()
    assert pulled == [other.pk]


def test_a_busy_host_does_not_delay_the_others(monkeypatch):
    addresses = []
    monkeypatch.setattr(pipeline, "_refresh", lambda source, *_: bool(addresses.append(source.address)))
    for address in ("https://busy.example/1", "https://busy.example/2", "https://blog.example/1"):
        make_source(address=address)
    tasks.refresh_due()
    assert addresses == ["https://busy.example/1", "https://blog.example/1"]


def test_a_worker_leaves_when_enough_are_working(pulled):
    make_source()
    lanes = [tasks.PULLING.lane() for _ in range(tasks.settings.WORKER_CONCURRENCY)]
    for lane in lanes:
        assert lane.__enter__()
    tasks.refresh_due()
    assert pulled == []
    for lane in lanes:
        lane.__exit__(None, None, None)
    tasks.refresh_due()
    assert len(pulled) == 1


def test_a_long_turn_leaves_the_rest_of_a_host_to_the_next_tick(pulled, monkeypatch):
    monkeypatch.setattr(tasks, "TURN_SECONDS", -1)
    make_source()
    tasks.refresh_due()
    assert pulled == []


def test_a_worker_told_to_stop_takes_nothing_more(pulled, monkeypatch):
    monkeypatch.setattr(tasks, "_ending", (ending := threading.Event()))
    ending.set()
    make_source()
    make_share(at=timezone.now())
    tasks.refresh_due()
    tasks.deliver_due()
    assert pulled == []
    assert Share.objects.get().attempts == 0


@pytest.mark.django_db(transaction=True)
def test_only_one_of_many_workers_pulls_a_source(pulled):
    source = make_source()
    at_once(*[lambda: tasks.refresh_due(source.pk)] * 6)
    assert pulled == [source.pk]


# ── messages ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def delivered(monkeypatch):
    tried = []

    def deliver(share, now):
        tried.append(share.pk)
        Share.objects.filter(pk=share.pk).update(state="sent", sent_at=now, next_attempt=None, claimed_until=None)

    monkeypatch.setattr(outbox, "deliver", deliver)
    return tried


def test_a_tick_wakes_a_worker_for_due_messages(woken):
    now = timezone.now()
    make_share(at=now, next_attempt=now + timedelta(minutes=5))
    tasks.tick()
    assert "deliver_due" not in woken
    make_share(at=now)
    tasks.tick()
    assert "deliver_due" in woken


def test_due_messages_go_out_and_others_wait(delivered):
    now = timezone.now()
    due = make_share(at=now)
    make_share(at=now, next_attempt=now + timedelta(minutes=5))
    make_share(at=now, state="sent", sent_at=now)
    make_share(at=now, claimed_until=now + timedelta(minutes=1))
    tasks.deliver_due()
    assert delivered == [due.pk]


def test_a_channel_used_by_another_thread_does_not_delay_the_others(delivered):
    slow, quick = make_channel(), make_channel()
    make_share(channel=slow, at=timezone.now())
    share = make_share(channel=quick, at=timezone.now())
    with tasks.SENDING.host(str(slow.pk)):
        tasks.deliver_due()
    assert delivered == [share.pk]


@pytest.mark.django_db(transaction=True)
def test_a_message_is_tried_once_however_many_workers_wake_up(delivered):
    shares = [make_share(at=timezone.now()) for _ in range(5)]
    at_once(*[tasks.deliver_due] * 6)
    assert sorted(delivered) == [share.pk for share in shares]


# ── jobs ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_each_job_is_done_once_by_many_workers(monkeypatch):
    urls = []
    monkeypatch.setitem(jobs._DOERS, "add", lambda person, wish: urls.append(wish["url"]) or {})
    person, now = make_person(), timezone.now()
    for number in range(jobs.MOST_OF_ONE):
        jobs.ask(person, "add", {"url": number}, now)
    at_once(*[tasks.answer_due] * 8)
    assert sorted(urls) == list(range(jobs.MOST_OF_ONE))
    assert {job.state for job in Job.objects.all()} == {"done"}


def test_a_tick_finds_the_jobs_of_a_killed_worker(woken):
    now = timezone.now()
    job = jobs.ask(make_person(), "add", {"url": "https://blog.example/"}, now)
    Job.objects.update(claimed_until=now + timedelta(minutes=1))
    tasks.tick()
    assert woken == []
    Job.objects.filter(pk=job.pk).update(claimed_until=now - timedelta(seconds=1))
    tasks.tick()
    assert woken == ["answer_due"]
