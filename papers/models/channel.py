"""models.channel: where shares go: an incoming webhook of the team's chat, or of a program of its own."""

from datetime import datetime
from urllib.parse import urlsplit

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from .person import Person
from .secret import SecretField

SHOWN = 4  # characters of a secret that stay readable, so that two channels can be told apart


class ChannelQuerySet(models.QuerySet["Channel"]):
    def here(self) -> "ChannelQuerySet":
        """Those that were not removed, by name."""
        return self.filter(removed_at=None).order_by(Lower("name"), "pk")

    def open(self) -> "ChannelQuerySet":
        """Those that take messages."""
        return self.here().filter(closed_at=None)

    def closed(self) -> "ChannelQuerySet":
        """Those that the far side turned away, and that nobody has mended yet."""
        return self.here().exclude(closed_at=None)


class Channel(models.Model):
    """A webhook. Its address lets anybody write there, so it is a secret: encrypted here, masked on pages."""

    class Kind(models.TextChoices):
        SLACK = "slack", "Slack or Mattermost"
        WEBHOOK = "webhook", "Signed webhook"

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    address = SecretField()
    signing_key = SecretField(blank=True)  # whsec_…, for Kind.WEBHOOK
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.CharField(max_length=500, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                condition=Q(removed_at=None),
                name="one_channel_per_name",
                violation_error_message="There is a channel of this name already.",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="channel_has_a_name"),
            models.CheckConstraint(condition=Q(kind__in=["slack", "webhook"]), name="channel_kind_is_known"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_because="") | Q(closed_at__isnull=False) & ~Q(closed_because=""),
                name="closed_channel_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and self.removed_at is None

    @property
    def masked(self) -> str:
        """The address without its secret: https://hooks.slack.com/…Ab3x."""
        if not self.address:
            return "cannot be read: SECRET_KEY is another than the one it was saved under"
        parts = urlsplit(self.address)
        host = parts.hostname or ""
        end = self.address[-SHOWN:] if len(parts.path) + len(parts.query) > 4 * SHOWN else ""
        return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}/…{end}"

    def close(self, now: datetime, because: str) -> bool:
        """Take no more messages at this address; False when an admin has given it another meanwhile."""
        with transaction.atomic():
            there = Channel.objects.select_for_update().get(pk=self.pk)
            if there.address != self.address and there.removed_at is None:
                return False
            if there.closed_at is None:
                there.closed_at, there.closed_because = now, because[:500]
                there.save(update_fields=["closed_at", "closed_because"])
        return True
