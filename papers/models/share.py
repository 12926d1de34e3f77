"""models.share: messages about papers to channels, and public links to papers."""

import secrets
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from .channel import Channel
from .paper import Paper
from .person import Person

CLAIM = timedelta(minutes=2)  # longer than any delivery takes; after that, its worker has crashed


def new_token() -> str:
    """22 characters, 128 bits."""
    return secrets.token_urlsafe(16)


class ShareLink(models.Model):
    """A public link, /s/<token>: anybody who has it sees the paper's title, authors and link, until it is revoked."""

    token = models.CharField(max_length=32, default=new_token)
    paper = models.ForeignKey(Paper, models.PROTECT, related_name="links", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token"], name="one_paper_per_token")]
        indexes = [models.Index(fields=["paper", "created_at"], name="sharelink_paper")]

    def __str__(self) -> str:
        return f"link to {self.paper_id} by {self.person_id}"

    def get_absolute_url(self) -> str:
        return reverse("shared", args=[self.token])


class ShareQuerySet(models.QuerySet["Share"]):
    def waiting(self) -> "ShareQuerySet":
        return self.filter(state=Share.State.WAITING)

    def unclaimed(self, now: datetime) -> "ShareQuerySet":
        """Waiting messages that no worker has claimed."""
        return self.waiting().filter(Q(claimed_until=None) | Q(claimed_until__lt=now))

    def due(self, now: datetime) -> "ShareQuerySet":
        return self.unclaimed(now).filter(next_attempt__lte=now).order_by("next_attempt", "pk")

    def due_by_channel(self, now: datetime) -> dict[int, list[int]]:
        """The ids of the due messages by channel, in the order in which they are due."""
        channels: dict[int, list[int]] = {}
        for channel, pk in self.due(now).values_list("channel", "pk"):
            channels.setdefault(channel, []).append(pk)
        return channels

    def release(self) -> None:
        """Release the claims of killed workers. Only for when no worker can be running."""
        self.exclude(claimed_until=None).update(claimed_until=None)

    def newest_first(self) -> "ShareQuerySet":
        return self.order_by("-at", "-pk")


class Share(models.Model):
    """A message to one channel in the outbox, written in the same transaction as the share itself."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        SENT = "sent", "sent"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    act = models.UUIDField()  # from the form, so that submitting twice sends one message; also the webhook-id
    paper = models.ForeignKey(Paper, models.PROTECT, related_name="shares", db_index=False)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="shares", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    link = models.ForeignKey(ShareLink, models.PROTECT, related_name="+", db_index=False)
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["act"], name="one_message_per_act"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sent", "failed", "cancelled"]), name="share_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", next_attempt__isnull=False) | ~Q(state="waiting") & Q(next_attempt=None),
                name="what_waits_has_a_next_attempt",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent") & Q(sent_at=None),
                name="what_is_sent_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["paper", "at"], name="share_paper"),
            models.Index(fields=["next_attempt"], condition=Q(state="waiting"), name="share_waiting"),
            models.Index(fields=["channel", "at"], name="share_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.paper_id} to {self.channel_id}: {self.state}"

    @property
    def on_its_way(self) -> bool:
        """Waiting for its first attempt or in the middle of it, which takes seconds if a worker is running."""
        return self.state == self.State.WAITING and not self.last_error

    def claim(self, now: datetime) -> bool:
        """Claim the message for this worker; False if it is not due or another worker was first."""
        mine = Share.objects.due(now).filter(pk=self.pk).order_by()
        if not mine.update(claimed_until=now + CLAIM, attempts=F("attempts") + 1):
            return False
        self.refresh_from_db(fields=["claimed_until", "attempts"])
        return True
