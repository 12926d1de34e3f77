"""sharing.outbox: deliver messages to their channels, with retries at the receiver's pace, and record what went wrong.

If a worker dies after the answer but before recording it, the message is sent once more. A signed webhook can tell by
its id, which is the same at each attempt.
"""

import random
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings

from ..database import patiently
from ..intake.clients import send
from ..intake.gate import BusyError, hold
from ..models import Channel, Person, Share
from ..refused import Refused
from ..sources.wire.addresses import gate_name
from ..sources.wire.post import Answer
from ..sources.wire.sentences import FetchError
from . import messages, shares

# After each failed attempt: three days in all (Standard Webhooks, "Retries").
WAITS = [timedelta(minutes=m) for m in (1, 5, 30, 2 * 60, 5 * 60, 10 * 60, 14 * 60, 20 * 60, 24 * 60)]
JITTER = 0.1  # share of a wait, either way, so that a channel that recovers does not get everything at once
IN_LINE = 15.0  # seconds that a message waits for a busy host
GONE = {403, 404, 410}  # the webhook is gone or not for us: retrying is useless
LATER = {408, 425, 429}  # and all of 5xx


class UndeliveredError(Refused):
    """A failed attempt, with a sentence for people.

    `again`: another attempt may help, after `wait` seconds if the receiver named a time. `gone`: the channel no longer
    accepts messages.
    """

    def __init__(self, sentence: str, *, again: bool = False, gone: bool = False, wait: float | None = None):
        super().__init__(sentence)
        self.again, self.gone, self.wait = again, gone, wait


def deliver(share: Share, now: datetime) -> None:
    """Make one attempt at a share that this worker has claimed. The outcome is stored on the row."""
    channel = share.channel
    if share.attempts > len(WAITS) + 1:  # every attempt so far ended without a recorded outcome
        _stop(
            share,
            f"It was tried {share.attempts - 1} times, and the worker stopped each time. The worker’s log says why.",
        )
        return
    if not channel.is_open:
        _stop(share, f"{channel.name} takes no messages: {channel.closed_because or 'it was removed.'}")
        return
    try:
        _send(channel, shares.content(share, shares.message(share)), share.act, now)
    except BusyError as error:  # the host is busy: no attempt was made
        _note(share, next_attempt=now + WAITS[0], attempts=share.attempts - 1, last_error=str(error)[:500])
    except UndeliveredError as error:
        mended = error.gone and not channel.close(now, str(error))
        if (error.again or mended) and share.attempts <= len(WAITS):
            _note(share, next_attempt=now + _wait(share.attempts, error.wait), last_error=str(error)[:500])
        else:
            _stop(share, str(error))
    else:
        _note(share, state=Share.State.SENT, next_attempt=None, sent_at=now, last_error="")


def test(channel: Channel, person: Person, now: datetime) -> None:
    """Send a test message at once. Raises UndeliveredError and BusyError."""
    message = messages.Message(
        id=uuid4(),
        sharer=person.name,
        title=f"A test: messages from Tenth arrive in {channel.name}",
        authors=(),
        note="",
        up=0,
        url=settings.PUBLIC_URL,
        paper_url=settings.PUBLIC_URL,
        original=settings.PUBLIC_URL,
        arxiv_id="",
        channel=channel.name,
        at=now,
    )
    content = (
        messages.slack(message) if channel.kind == Channel.Kind.SLACK else {**messages.webhook(message), "type": "test"}
    )
    _send(channel, content, message.id, now)


# ── one attempt ──────────────────────────────────────────────────────────────────────────────


def _send(channel: Channel, content: dict[str, Any], id: UUID, now: datetime) -> None:
    """Raises UndeliveredError, or BusyError if the host stays busy."""
    if not channel.address:
        sentence = "Its address cannot be read, because SECRET_KEY has changed. An admin can enter it again."
        raise UndeliveredError(sentence, gone=True)
    body, headers = messages.request(channel.kind, content, id, channel.signing_key, now)
    try:
        answer = send(channel.address, body, headers, IN_LINE)
    except FetchError as error:
        raise UndeliveredError(str(error), again=not error.permanent) from error
    if trouble := _trouble(channel, answer):
        if trouble.wait:
            hold(gate_name(channel.address), now + timedelta(seconds=trouble.wait))
        raise trouble


def _trouble(channel: Channel, answer: Answer) -> UndeliveredError | None:
    """The error that the answer means; None if the message arrived."""
    host, status = urlsplit(channel.address).hostname, answer.status
    status_line = f"{status} {_phrase(status)}".strip()
    # Slack and compatible services name the problem in a word or two of plain text.
    if answer.text.strip() and len(answer.text) < 200 and "html" not in answer.content_type:
        status_line += f": {' '.join(answer.text.split())}"
    if 200 <= status < 300:
        if "html" not in answer.content_type:
            return None
        sentence = f"{host} answered with a web page, so this address is no webhook. An admin can correct it."
        return UndeliveredError(sentence)
    if status in GONE:
        return UndeliveredError(f"{host} takes no more messages at this address ({status_line}).", gone=True)
    if status in LATER or status >= 500:
        return UndeliveredError(f"{host} could not take it ({status_line}).", again=True, wait=answer.retry_after)
    if 300 <= status < 400:
        return UndeliveredError(
            f"{host} sends us elsewhere ({status_line}), which is not followed. An admin can correct the address."
        )
    return UndeliveredError(f"{host} refused the message ({status_line}).")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:  # a code of the receiver's own
        return ""


def _wait(attempts: int, retry_after: float | None) -> timedelta:
    """The time until the next attempt: our own wait, or the receiver's if it is longer."""
    ours = WAITS[attempts - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 (no secret)
    return max(ours, timedelta(seconds=retry_after or 0))


# ── what is noted ────────────────────────────────────────────────────────────────────────────


def _stop(share: Share, because: str) -> None:
    _note(share, state=Share.State.FAILED, next_attempt=None, last_error=because[:500])


def _note(share: Share, **fields: Any) -> None:
    """Store the outcome, unless we were too slow and have lost the claim."""
    ours = Share.objects.filter(pk=share.pk, claimed_until=share.claimed_until)
    patiently(lambda: ours.update(claimed_until=None, **fields))
