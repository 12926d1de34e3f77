"""jobs: requests to other servers that a worker makes while a person waits: links, previews, tests.

A web request never waits for another server. It leaves a job, shows a waiting page, and polls for the result; the
number of jobs at once is bounded.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone

from .intake import subscriptions
from .intake.draft import plain
from .models import Channel, Job, Person
from .reading import adding, lists
from .refused import Gone, Refused, TooMany
from .sharing import outbox

MOST_OF_ONE = 5  # waiting jobs per person
MOST_OF_ALL = 40

_log = logging.getLogger(__name__)


def ask(person: Person, kind: str, wish: dict[str, Any], now: datetime) -> Job:
    """Leave a job for a worker. The same request of the same person, sent twice, is one job. Raises TooMany."""
    waiting = Job.objects.waiting(now)
    if same := waiting.filter(person=person, kind=kind, wish=wish).first():
        return same
    if waiting.filter(person=person).count() >= MOST_OF_ONE:
        raise TooMany(
            f"{MOST_OF_ONE} of your requests are still being looked up. Wait for one to finish, and try again."
        )
    if waiting.count() >= MOST_OF_ALL:
        raise TooMany("Too many things are being looked up right now. Try again in a minute.")
    return Job.objects.create(person=person, kind=kind, wish=wish, created_at=now)


def do(job: Job) -> None:
    """Do a job that this worker has claimed. The outcome is stored on the row."""
    try:
        answer = _DOERS[job.kind](job.person, job.wish)
    except Refused as refusal:
        job.finish(Job.State.FAILED, error=plain(refusal.sentence, 1_000))
    except Exception as error:  # tell the person, and go on with the next job
        _log.exception("Job %s (%s) failed", job.pk, job.kind)
        sentence = f"This failed unexpectedly ({type(error).__name__}). The worker’s log has the details."
        job.finish(Job.State.FAILED, error=sentence)
    else:
        job.finish(Job.State.DONE, answer)


def _add(person: Person, wish: dict[str, Any]) -> dict[str, Any]:
    if "list" in wish:
        return lists.add(person, wish["list"], set(wish["picked"]), timezone.now())
    title = wish["title"] if wish["by_hand"] else ""
    added = adding.add(person, wish["url"], timezone.now(), title=title, note=wish["note"], up=wish["up"])
    return {"paper": added.paper.pk, "created": added.created}


def _look(person: Person, wish: dict[str, Any]) -> dict[str, Any]:
    return subscriptions.look(wish["address"], timezone.now())


def _test(person: Person, wish: dict[str, Any]) -> dict[str, Any]:
    channel = Channel.objects.not_removed().filter(pk=wish["channel"]).first()
    if not channel:
        raise Gone("This channel has been removed in the meantime.")
    outbox.test(channel, person, timezone.now())
    return {}


_DOERS: dict[str, Callable[[Person, dict[str, Any]], dict[str, Any]]] = {
    Job.Kind.ADD: _add,
    Job.Kind.LOOK: _look,
    Job.Kind.TEST: _test,
}
