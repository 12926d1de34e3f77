"""sharing.channels: create, change, reopen and remove the channels that shares go to."""

import secrets
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, OuterRef, Q, Subquery

from ..models import Channel, Paper, Person, Project, Share
from ..models.channel import ChannelQuerySet
from ..refused import Refused
from . import messages

REMOVED = "The channel was removed."


def listed() -> ChannelQuerySet:
    """The channels, with counts of sent, waiting and failed messages, and the time of the last one."""
    state = {each: Count("shares", filter=Q(shares__state=each)) for each in ("sent", "waiting", "failed")}
    return (
        Channel.objects.not_removed().annotate(**state, last_sent=Max("shares__sent_at")).prefetch_related("projects")
    )


def offered(person: Person, paper: Paper) -> tuple[list[Channel], Channel | None]:
    """The open channels by name, and the preselected one: the one this person used last, else the channel of
    a project where the paper is applied, else the one that worked last; one whose last message failed comes last.
    """
    ended = Share.objects.filter(channel=OuterRef("pk"), state__in=[Share.State.SENT, Share.State.FAILED])
    open_ones = Channel.objects.open().annotate(
        worked=Max("shares__sent_at"), last_state=Subquery(ended.newest_first().values("state")[:1])
    )
    channels: list[Channel] = list(open_ones)
    used = Share.objects.filter(person=person).newest_first().values_list("channel", flat=True).first()
    projects = set(Project.objects.filter(applications__paper=paper).values_list("channel", flat=True))

    def rank(channel: Any) -> tuple[bool, bool, bool, float]:
        worked = channel.worked.timestamp() if channel.worked else 0.0
        failed = channel.last_state == Share.State.FAILED
        return (channel.pk != used, channel.pk not in projects, failed, -worked)

    return channels, min(channels, key=rank, default=None)


def create(person: Person, now: datetime, *, kind: str, name: str, address: str) -> Channel:
    """Create a channel. A signed webhook gets a key, to be shown once. Raises Refused if the name is taken."""
    channel = Channel(kind=kind, name=name, address=address, created_by=person, created_at=now)
    if kind == Channel.Kind.WEBHOOK:
        channel.signing_key = _new_key()
    _save(channel)
    return channel


def change(channel: Channel, *, name: str, address: str = "") -> None:
    """Change the name, or the address unless empty. A new address reopens a closed channel."""
    fields: dict[str, Any] = {"name": name}
    if address:
        fields |= {"address": address, "closed_at": None, "closed_because": ""}
    for field, value in fields.items():
        setattr(channel, field, value)
    _save(channel, update_fields=list(fields))


def new_key(channel: Channel) -> None:
    """Replace the signing key; the old one stops working at once."""
    channel.signing_key = _new_key()
    channel.save(update_fields=["signing_key"])


def reopen(channel: Channel) -> None:
    """Let the channel accept messages again. Messages that failed meanwhile are not resent automatically."""
    Channel.objects.filter(pk=channel.pk).update(closed_at=None, closed_because="")


@transaction.atomic
def remove(channel: Channel, now: datetime) -> None:
    """Remove the channel and its secrets. Sent messages stay on the papers, and waiting ones fail; a message that a
    worker is sending records its own outcome."""
    Project.objects.filter(channel=channel).update(channel=None)
    waiting = Share.objects.unclaimed(now).filter(channel=channel)
    waiting.update(state=Share.State.FAILED, next_attempt=None, claimed_until=None, last_error=REMOVED)
    channel.removed_at, channel.address, channel.signing_key = now, "", ""
    channel.save(update_fields=["removed_at", "address", "signing_key"])


def _new_key() -> str:
    return messages.new_signing_key(secrets.token_bytes(32))


def _save(channel: Channel, **options: Any) -> None:
    try:
        with transaction.atomic():
            channel.save(**options)
    except IntegrityError as error:
        if "one_channel_per_name" not in str(error):
            raise
        raise Refused("There is already a channel with this name.", "name") from error
