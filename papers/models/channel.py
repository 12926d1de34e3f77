"""models.channel: the webhooks that receive shares: those of the team's chat, or of its own programs."""

from datetime import datetime
from urllib.parse import urlsplit

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from .person import Person
from .secret import SecretField

SHOWN = 4  # characters of a secret that stay readable, to distinguish channels


class ChannelQuerySet(models.QuerySet["Channel"]):
    def not_removed(self) -> "ChannelQuerySet":
        """Channels in the list, by name."""
        return self.filter(removed_at=None).order_by(Lower("name"), "pk")

    def open(self) -> "ChannelQuerySet":
        """Channels that accept messages."""
        return self.not_removed().filter(closed_at=None)

    def closed(self) -> "ChannelQuerySet":
        """Channels whose webhook rejected a message for good and that nobody has fixed yet."""
        return self.not_removed().exclude(closed_at=None)


class Channel(models.Model):
    """A webhook. Anybody with its address can post there, so it is encrypted here and masked on pages."""

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
            return "unreadable, because it was saved under another SECRET_KEY"
        parts = urlsplit(self.address)
        host = parts.hostname or ""
        end = self.address[-SHOWN:] if len(parts.path) + len(parts.query) > 4 * SHOWN else ""
        return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}/…{end}"

    def close(self, now: datetime, because: str) -> bool:
        """Stop sending to this address; False if an admin has changed the address meanwhile."""
        with transaction.atomic():
            current = Channel.objects.select_for_update().get(pk=self.pk)
            if current.address != self.address and current.removed_at is None:
                return False
            if current.closed_at is None:
                current.closed_at, current.closed_because = now, because[:500]
                current.save(update_fields=["closed_at", "closed_because"])
        return True
