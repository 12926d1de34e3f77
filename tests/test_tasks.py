"""tasks: a tick wakes as many as can work, each takes all that is due, and each thing is done once."""

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
    """The names of the tasks that were put into the queue."""
    names = []
    for name in ("refresh_due", "deliver_due", "answer_due"):
        monkeypatch.setattr(getattr(tasks, name), "apply_async", lambda name=name, **options: names.append(name))
    return names


@pytest.fixture
def pulled(monkeypatch):
    """The sources that were pulled, in order."""
    seen = []

    def refresh(source, now):
        seen.append(source.pk)
        Source.objects.filter(pk=source.pk).update(next_fetch=now + timedelta(hours=1), claimed_until=None)
        return True

    monkeypatch.setattr(pipeline, "refresh", refresh)
    return seen


# ── pulling ──────────────────────────────────────────────────────────────────────────────────


def test_a_tick_wakes_no_more_than_there_are_hosts_or_lanes(woken, settings):
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


def test_all_that_is_due_is_pulled_host_by_host(pulled):
    soon = timezone.now() - timedelta(minutes=1)
    blog = make_source(address="https://blog.example/feed")
    one, two = (make_source(kind="arxiv", address=address, next_fetch=soon).pk for address in ("cs.LG", "cs.CL"))
    other = make_source(address="https://blog.example:8443/feed")
    tasks.refresh_due()
    assert pulled == [one, two, blog.pk, other.pk]


def test_the_source_that_somebody_waits_for_comes_first(pulled):
    first, second = make_source(), make_source()
    tasks.refresh_due(second.pk)
    assert pulled == [second.pk, first.pk]


def test_what_is_not_due_paused_or_a_person_stays(pulled):
    make_source(next_fetch=timezone.now() + timedelta(minutes=1))
    make_source(state="paused")
    make_source(kind="person", address="person:1", person=make_person())
    muted = make_source(state="muted")
    tasks.refresh_due()
    assert pulled == [muted.pk]


def test_a_host_that_is_being_asked_is_left_alone(pulled):
    now = timezone.now()
    working = make_source(kind="arxiv", address="cs.LG", claimed_until=now + timedelta(minutes=5))
    waiting = make_source(kind="arxiv", address="cs.CL")
    tasks.refresh_due()
    assert pulled == []
    Source.objects.filter(pk=working.pk).update(claimed_until=now - timedelta(minutes=1))  # its worker was killed
    tasks.refresh_due()
    assert sorted(pulled) == [working.pk, waiting.pk]


def test_a_host_that_another_thread_asks_is_left_alone(pulled):
    make_source(address="https://blog.example/feed")
    other = make_source()
    with tasks.PULLING.host("blog.example:443"):
        tasks.refresh_due()
    assert pulled == [other.pk]


def test_a_host_that_is_busy_does_not_hold_the_others_up(monkeypatch):
    asked = []
    monkeypatch.setattr(pipeline, "refresh", lambda source, now: bool(asked.append(source.address)))
    for address in ("https://busy.example/1", "https://busy.example/2", "https://blog.example/1"):
        make_source(address=address)
    tasks.refresh_due()
    assert asked == ["https://busy.example/1", "https://blog.example/1"]


def test_whoever_finds_enough_at_work_leaves(pulled):
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


def test_a_worker_that_is_asked_to_end_takes_nothing_more(pulled, monkeypatch):
    monkeypatch.setattr(tasks, "_ending", (ending := threading.Event()))
    ending.set()
    make_source()
    make_share(at=timezone.now())
    tasks.refresh_due()
    tasks.deliver_due()
    assert pulled == []
    assert Share.objects.get().attempts == 0


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_pulls_a_source(pulled):
    source = make_source()
    at_once(*[lambda: tasks._refresh(source.pk)] * 6)
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


def test_messages_that_are_due_go_out_and_those_that_wait_stay(delivered):
    now = timezone.now()
    due = make_share(at=now)
    make_share(at=now, next_attempt=now + timedelta(minutes=5))
    make_share(at=now, state="sent", sent_at=now)
    make_share(at=now, claimed_until=now + timedelta(minutes=1))
    tasks.deliver_due()
    assert delivered == [due.pk]


def test_a_channel_that_another_thread_writes_to_does_not_hold_the_others_up(delivered):
    slow, quick = make_channel(), make_channel()
    make_share(channel=slow, at=timezone.now())
    there = make_share(channel=quick, at=timezone.now())
    with tasks.SENDING.host(str(slow.pk)):
        tasks.deliver_due()
    assert delivered == [there.pk]


@pytest.mark.django_db(transaction=True)
def test_a_message_is_tried_once_however_many_hear_of_it(delivered):
    shares = [make_share(at=timezone.now()) for _ in range(5)]
    at_once(*[tasks.deliver_due] * 6)
    assert sorted(delivered) == [share.pk for share in shares]


# ── jobs ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_each_job_is_done_once_by_as_many_as_are_free(monkeypatch):
    done = []
    monkeypatch.setitem(jobs._DOERS, "add", lambda person, wish: done.append(wish["url"]) or {})
    person, now = make_person(), timezone.now()
    for number in range(jobs.MOST_OF_ONE):
        jobs.ask(person, "add", {"url": number}, now)
    at_once(*[tasks.answer_due] * 8)
    assert sorted(done) == list(range(jobs.MOST_OF_ONE))
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
