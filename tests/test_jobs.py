"""jobs: work that a person waits for is limited, done once, and always ends with an answer or a sentence."""

import itertools
from datetime import timedelta

import pytest

from papers import jobs
from papers.models import Job
from papers.refused import TooMany
from papers.sources.wire.sentences import FetchError
from tests.makers import NOW, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(monkeypatch):
    """Create a job that this function carries out."""

    clock = itertools.count(-60)

    def leave(doing=lambda person, wish: {"seen": wish}, person=None, **wish):
        monkeypatch.setitem(jobs._DOERS, "look", doing)
        return jobs.ask(person or make_person(), "look", wish, NOW + timedelta(seconds=next(clock)))

    return leave


def do_next():
    job = Job.objects.claim_next(NOW)
    jobs.do(job)
    return Job.objects.get(pk=job.pk)


def test_the_result_is_stored_on_the_job(ask):
    ask(address="cs.LG")
    job = do_next()
    assert (job.state, job.answer, job.error, job.claimed_until) == ("done", {"seen": {"address": "cs.LG"}}, "", None)


def raising(error):
    def doing(person, wish):
        raise error

    return doing


def test_a_failure_is_a_sentence_for_the_person(ask):
    ask(raising(FetchError("blog.example did not answer in time.")))
    job = do_next()
    assert (job.state, job.problem(NOW)) == ("failed", "blog.example did not answer in time.")


def test_an_unexpected_error_is_reported_and_logged_and_the_next_job_runs(ask, caplog):
    person = make_person()
    ask(raising(RuntimeError("broken \0 off")), person, address="1")
    first = do_next()
    ask(raising(FetchError("no \0 such \ud800 thing")), person, address="2")
    second = do_next()
    assert "failed unexpectedly (RuntimeError)" in first.error
    assert "Traceback" in caplog.text
    assert second.error == "no such thing"


def test_the_oldest_comes_first_and_none_is_taken_twice(ask):
    person = make_person()
    first = ask(person=person, address="1")
    second = ask(person=person, address="2")
    assert [Job.objects.claim_next(NOW) for _ in range(3)] == [first, second, None]


def test_a_crashed_claim_expires_and_a_late_worker_changes_nothing(ask):
    ask()
    slow = Job.objects.claim_next(NOW)
    again = Job.objects.claim_next(NOW + Job.CLAIM + timedelta(seconds=1))
    assert again == slow
    again.finish("done", {"by": "the second"})
    slow.finish("failed", error="Too late.")
    assert (Job.objects.get().state, Job.objects.get().answer) == ("done", {"by": "the second"})


def test_a_job_nobody_took_is_given_up_with_a_sentence(ask):
    job = ask()
    later = job.created_at + Job.GOOD_FOR
    assert Job.objects.claim_next(later) is None
    assert "Is a worker running?" in job.problem(later)


def test_the_whole_team_has_a_limit(ask, monkeypatch):
    monkeypatch.setattr(jobs, "MOST_OF_ALL", 3)
    for _ in range(3):
        ask()
    with pytest.raises(TooMany, match="Try again in a minute"):
        ask()
