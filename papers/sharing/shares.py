"""sharing.shares: send a paper to a channel: one act, one message, never lost, and its state is visible."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from ..models import Channel, Event, Paper, Person, Share
from ..refused import Gone
from . import links, messages

LATELY = timedelta(days=7)  # for this long, the form warns that the paper was already sent to the channel

# ── what people do ───────────────────────────────────────────────────────────────────────────


def share(person: Person, paper: Paper, channel: Channel, note: str, act: UUID, now: datetime) -> Share:
    """Put the message into the outbox. The same act sent twice, as by a double click, is one message.

    Raises Gone if the channel accepts no messages, the act belongs to another message, or the paper was merged.
    """
    if not channel.is_open:
        raise Gone(f"{channel.name} takes no messages: {channel.closed_because or 'it was removed.'}", "channel")
    try:
        with transaction.atomic():
            link = links.link_for(person, paper, now)
            made = Share.objects.create(
                act=act, paper=paper, channel=channel, person=person, link=link, note=note, at=now, next_attempt=now
            )
            data = {"channel": channel.name}
            Event.objects.create(kind=Event.Kind.SHARED, paper=paper, person=person, at=now, data=data)
    except IntegrityError as error:
        existing = Share.objects.select_related("channel").filter(act=act).first()
        if existing is None:
            raise
        same = (existing.person_id, existing.paper_id, existing.channel, existing.note) == (
            person.pk,
            paper.pk,
            channel,
            note,
        )
        if not same or existing.state == Share.State.CANCELLED:
            sentence = f"This form was sent already, to {existing.channel}. Share once more to send another message."
            raise Gone(sentence, "channel") from error
        return existing
    return made


def cancel(share: Share, now: datetime) -> None:
    """Cancel a message that has not been sent. Raises Gone if it is too late."""
    left = Share.objects.unclaimed(now).filter(pk=share.pk)
    if not left.update(state=Share.State.CANCELLED, next_attempt=None, claimed_until=None):
        raise Gone("It is too late: the message is on its way or has been sent.")


def send_again(share: Share, now: datetime) -> None:
    """Send a failed, cancelled or waiting message at once. Raises Gone if it was sent or cannot be."""
    if not share.channel.is_open:
        raise Gone(f"{share.channel.name} takes no messages: {share.channel.closed_because or 'it was removed.'}")
    stopped = Share.objects.filter(pk=share.pk, state__in=[Share.State.FAILED, Share.State.CANCELLED])
    fresh = {"state": Share.State.WAITING, "next_attempt": now, "attempts": 0, "claimed_until": None, "last_error": ""}
    if not stopped.update(**fresh) and not Share.objects.unclaimed(now).filter(pk=share.pk).update(next_attempt=now):
        raise Gone("There is nothing to send again: the message is on its way or has been sent.")


def lately(paper: Paper, channel: Channel, now: datetime) -> Share | None:
    """The latest message about this paper to this channel, sent in the last days or under way."""
    there = Share.objects.filter(paper=paper, channel=channel, at__gt=now - LATELY, at__lte=now)
    gone = there.filter(state__in=[Share.State.SENT, Share.State.WAITING])
    return gone.select_related("person").newest_first().first()


def of_paper(paper: Paper) -> list[Share]:
    return list(Share.objects.filter(paper=paper).select_related("channel", "person").newest_first()[:20])


# ── what the message says ────────────────────────────────────────────────────────────────────


def message(share: Share, url: str = "") -> messages.Message:
    """The message of this share, with the current up votes. `url` replaces its link's address."""
    paper = share.paper
    return messages.Message(
        id=share.act,
        sharer=share.person.name,
        title=paper.plain_title,
        authors=tuple(paper.authors_shown),
        note=share.note,
        up=sum(vote.value > 0 for vote in paper.votes.all()),
        url=url or settings.PUBLIC_URL + (paper if share.link.revoked_at else share.link).get_absolute_url(),
        paper_url=settings.PUBLIC_URL + paper.get_absolute_url(),
        original=paper.link,
        arxiv_id=paper.arxiv_id,
        channel=share.channel.name,
        at=share.at,
    )


def content(share: Share, message: messages.Message) -> dict[str, Any]:
    """The body for this share’s channel."""
    return messages.slack(message) if share.channel.kind == Channel.Kind.SLACK else messages.webhook(message)
