"""sharing.shares: send a paper to a channel: one act, one message, never lost, and everybody sees what became of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from ..models import Channel, Event, Paper, Person, Share
from ..refused import Gone
from . import links, messages

# ── what people do ───────────────────────────────────────────────────────────────────────────


def share(person: Person, paper: Paper, channel: Channel, note: str, act: UUID, now: datetime) -> Share:
    """Put the message into the outbox. The same act sent twice, by a double click say, is one message.

    Raises Gone when the channel takes no messages, the act was another message's, or the paper was merged away.
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
        known = Share.objects.select_related("channel").filter(act=act).first()
        if known is None:
            raise
        same = (known.person_id, known.paper_id, known.channel, known.note) == (person.pk, paper.pk, channel, note)
        if not same or known.state == Share.State.CANCELLED:
            sentence = f"This form was sent already, to {known.channel}. Share once more to send another message."
            raise Gone(sentence, "channel") from error
        return known
    return made


def cancel(share: Share, now: datetime) -> None:
    """Take back what has not gone out. Raises Gone when it is too late."""
    left = Share.objects.unclaimed(now).filter(pk=share.pk)
    if not left.update(state=Share.State.CANCELLED, next_attempt=None, claimed_until=None):
        raise Gone("It is too late: the message is on its way or has been sent.")


def send_again(share: Share, now: datetime) -> None:
    """Try at once what failed, was cancelled or waits for its next attempt. Raises Gone when that is no use."""
    if not share.channel.is_open:
        raise Gone(f"{share.channel.name} takes no messages: {share.channel.closed_because or 'it was removed.'}")
    stopped = Share.objects.filter(pk=share.pk, state__in=[Share.State.FAILED, Share.State.CANCELLED])
    fresh = {"state": Share.State.WAITING, "next_attempt": now, "attempts": 0, "claimed_until": None, "last_error": ""}
    if not stopped.update(**fresh) and not Share.objects.unclaimed(now).filter(pk=share.pk).update(next_attempt=now):
        raise Gone("There is nothing to send again: the message is on its way or has been sent.")


def channels_for(person: Person) -> list[Channel]:
    """The open channels, the one that this person wrote to last before the others."""
    channels = list(Channel.objects.open())
    last = Share.objects.filter(person=person).newest_first().values_list("channel", flat=True).first()
    return sorted(channels, key=lambda channel: channel.pk != last)


def of_paper(paper: Paper) -> list[Share]:
    return list(Share.objects.filter(paper=paper).select_related("channel", "person").newest_first()[:20])


# ── what the message says ────────────────────────────────────────────────────────────────────


def message(share: Share, url: str = "") -> messages.Message:
    """The message of this share, with the votes as they are now. `url`: another address than its link's."""
    paper = share.paper
    votes = [vote.value for vote in paper.votes.all()]
    return messages.Message(
        id=share.act,
        sharer=share.person.name,
        title=paper.title,
        authors=tuple(paper.authors_shown),
        note=share.note,
        up=votes.count(1),
        down=votes.count(-1),
        url=url or settings.PUBLIC_URL + (paper if share.link.revoked_at else share.link).get_absolute_url(),
        paper_url=settings.PUBLIC_URL + paper.get_absolute_url(),
        original=paper.link,
        arxiv_id=paper.arxiv_id,
        channel=share.channel.name,
        at=share.at,
    )


def content(share: Share, said: messages.Message) -> dict[str, Any]:
    """The body that goes to this share’s channel."""
    return messages.slack(said) if share.channel.kind == Channel.Kind.SLACK else messages.webhook(said)
