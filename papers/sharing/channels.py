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
    """The channels, with how many messages were sent, wait and failed, and when the last one went."""
    state = {each: Count("shares", filter=Q(shares__state=each)) for each in ("sent", "waiting", "failed")}
    return (
        Channel.objects.not_removed().annotate(**state, last_sent=Max("shares__sent_at")).prefetch_related("projects")
    )


def offered(person: Person, paper: Paper) -> tuple[list[Channel], Channel | None]:
    """The open channels by name, and the one to begin with: the one that this person used last, else the channel of
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
    """A new channel. A signed webhook gets a key, to be shown once. Raises Refused for a name that is taken."""
    channel = Channel(kind=kind, name=name, address=address, created_by=person, created_at=now)
    if kind == Channel.Kind.WEBHOOK:
        channel.signing_key = _new_key()
    _save(channel)
    return channel


def change(channel: Channel, *, name: str, address: str = "") -> None:
    """Another name, or another address (empty: as it was). A closed channel with a new address is open again."""
    fields: dict[str, Any] = {"name": name}
    if address:
        fields |= {"address": address, "closed_at": None, "closed_because": ""}
    for field, value in fields.items():
        setattr(channel, field, value)
    _save(channel, update_fields=list(fields))


def new_key(channel: Channel) -> None:
    """Another signing key; from now on the old one signs nothing."""
    channel.signing_key = _new_key()
    channel.save(update_fields=["signing_key"])


def reopen(channel: Channel) -> None:
    """It takes messages again. What failed meanwhile is sent again by whoever still wants it."""
    Channel.objects.filter(pk=channel.pk).update(closed_at=None, closed_because="")


@transaction.atomic
def remove(channel: Channel, now: datetime) -> None:
    """Take it out of use, with its secrets. What was sent through it stays on the papers; what waited has failed;
    what a worker has in hand says itself what became of it."""
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
        raise Refused("There is a channel of this name already.", "name") from error
