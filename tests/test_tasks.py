"""tasks: due sources are handed to workers, one batch a host, and each is pulled once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from papers import tasks
from papers.intake import pipeline
from papers.models import Source
from papers.reading import outbox
from tests.makers import make_person, make_share, make_source
from tests.workers import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def handed(monkeypatch):
    batches = []
    monkeypatch.setattr(tasks.refresh_sources, "apply_async", lambda args, **options: batches.append(args[0]))
    return batches


@pytest.fixture
def pulled(monkeypatch):
    seen = []
    monkeypatch.setattr(pipeline, "refresh", lambda source, now: seen.append(source.pk))
    return seen


def test_due_sources_go_out_in_one_batch_a_host(handed):
    one, two = (make_source(kind="arxiv", address=address).pk for address in ("cs.LG", "cs.CL"))
    search = make_source(kind="arxiv", address="search: all:x").pk
    blog = make_source(address="https://blog.example/feed").pk
    other = make_source(address="https://blog.example:8443/feed").pk
    tasks.tick()
    assert sorted(map(sorted, handed)) == sorted([[one, two, search], [blog], [other]])


def test_what_is_not_due_paused_or_a_person_stays(handed):
    now = timezone.now()
    make_source(next_fetch=now + timedelta(minutes=1))
    make_source(state="paused")
    make_source(kind="person", address="person:1", person=make_person())
    muted = make_source(state="muted")
    tasks.tick()
    assert handed == [[muted.pk]]


def test_a_host_that_is_being_asked_waits_for_a_later_tick(handed):
    now = timezone.now()
    working = make_source(kind="arxiv", address="cs.LG", claimed_until=now + timedelta(minutes=5))
    make_source(kind="arxiv", address="cs.CL")
    tasks.tick()
    assert handed == []
    Source.objects.filter(pk=working.pk).update(claimed_until=now - timedelta(minutes=1))  # its worker was killed
    tasks.tick()
    assert len(handed) == 1


def test_a_batch_claims_each_source_and_skips_what_is_gone(pulled):
    one, two = make_source(), make_source(claimed_until=timezone.now() + timedelta(minutes=5))
    tasks.refresh_sources([one.pk, two.pk, 999_999])
    assert pulled == [one.pk]


def test_a_long_batch_leaves_the_rest_to_the_next_tick(pulled, monkeypatch):
    monkeypatch.setattr(tasks, "BATCH_SECONDS", -1)
    tasks.refresh_sources([make_source().pk])
    assert pulled == []


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_pulls_a_source(pulled):
    source = make_source()
    at_once(*[lambda: tasks.refresh_source(source.pk)] * 6)
    assert pulled == [source.pk]


def test_messages_that_are_due_go_out_and_those_that_wait_stay(handed, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.deliver_share, "apply_async", lambda args, **options: sent.append(args[0]))
    now = timezone.now()
    due = make_share(at=now)
    make_share(at=now, next_attempt=now + timedelta(minutes=5))
    make_share(at=now, state="sent", sent_at=now)
    make_share(at=now, claimed_until=now + timedelta(minutes=1))
    tasks.tick()
    assert sent == [due.pk]


def test_a_message_is_tried_once_however_many_workers_hear_of_it(monkeypatch):
    tried = []
    monkeypatch.setattr(outbox, "deliver", lambda share, now: tried.append(share.pk))
    share = make_share(at=timezone.now())
    tasks.deliver_share(share.pk)
    tasks.deliver_share(share.pk)
    tasks.deliver_share(share.pk + 999)
    assert tried == [share.pk]
