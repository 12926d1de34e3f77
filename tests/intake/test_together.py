"""intake, concurrently: workers that store the same papers, and one that is killed."""

import os
import signal
import time

import pytest
from django.db import connection, transaction

from papers.intake import merge, store
from papers.models import Author, Authorship, Event, Name, Paper, Sighting, Version
from papers.sources.item import Item, Signer
from tests.makers import NOW, make_paper, make_person, make_source, make_vote
from tests.workers import at_once, start

pytestmark = pytest.mark.django_db(transaction=True)


def items(numbers, **fields):
    return [
        Item(
            **{
                "title": f"On case {n}",
                "link": f"https://arxiv.org/abs/2603.{n:05d}",
                "authors": tuple(Signer(f"Author {(n * 7 + k) % 40}") for k in range(5)),
                "version": 1,
                "announce_type": "cross",
                **fields,
            }
        )
        for n in numbers
    ]


def counts():
    return [model.objects.count() for model in (Paper, Name, Sighting, Version, Authorship)]


def test_concurrent_workers_store_the_same_papers_once():
    sources = [make_source() for _ in range(4)]
    pulls = [items(range(200)), items(range(199, -1, -1)), items(range(100, 300)), items(range(50, 250))]
    done = at_once(
        *[lambda s=s, p=p: store.store(s, p, NOW) for s, p in zip(sources, pulls, strict=True)],
    )
    assert sum(each.added for each in done) == 300
    assert sum(each.joined for each in done) == 500
    assert counts() == [300, 300, 800, 300, 1500]
    assert Author.objects.count() == 40


def test_concurrent_storing_merging_and_voting_loses_nothing():
    person, source = make_person(), make_source()
    papers = [make_paper(arxiv_id=f"2603.{n:05d}") for n in range(20)]
    posts = [make_paper(arxiv_id="") for _ in range(20)]
    done = at_once(
        lambda: [merge.merge(paper.pk, post.pk, NOW) for paper, post in zip(papers, posts, strict=True)],
        lambda: [merge.merge(paper.pk, post.pk, NOW) for paper, post in zip(papers[::-1], posts[::-1], strict=True)],
        lambda: store.store(source, items(range(40), version=2), NOW),
        lambda: [make_vote(person, paper) for paper in papers],
    )
    assert not [each for each in done if isinstance(each, Exception)]
    assert sum(done[0]) + sum(done[1]) == 20
    assert Paper.objects.count() == 40
    assert Paper.objects.filter(version=2).count() == 40
    assert person.votes.count() == 20
    assert Event.objects.filter(kind="merged").count() == 20


def test_worker_killed_while_storing_loses_and_duplicates_nothing():
    source, pull = make_source(), items(range(300))
    for wait in (0.0, 0.02, 0.05, 0.08, 0.11, 0.15):
        pid = start(lambda: [store.store(source, pull[: 50 * n], NOW) for n in range(1, 7)])
        time.sleep(wait)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        papers, names, sightings, versions, authorships = counts()
        assert (names, sightings, versions, authorships) == (papers, papers, papers, papers * 5)  # whole or not at all
        assert papers % 50 == 0
    store.store(source, pull, NOW)
    assert counts() == [300, 300, 300, 300, 1500]


def test_worker_killed_before_its_commit_leaves_nothing():
    source = make_source()

    def stuck():
        with transaction.atomic():
            store.store(source, items(range(30)), NOW)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(4242)")
            time.sleep(60)

    pid = start(stuck)
    with connection.cursor() as cursor:
        for _ in range(500):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4242 AND granted")
            if cursor.fetchone()[0]:
                break
            time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert counts() == [0, 0, 0, 0, 0]
    assert store.store(source, items(range(30)), NOW).added == 30
