"""models.operations: heartbeats of worker and beat, and the log of backups."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Max, Q


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    def last_seen(self) -> dict[str, datetime]:
        """The last heartbeat of each kind of service, on any machine."""
        return dict(self.values_list("name").annotate(last=Max("seen_at")).order_by())

    def newest_first(self) -> "HeartbeatQuerySet":
        return self.order_by("name", "-seen_at")


class Heartbeat(models.Model):
    """A sign of life of a worker or beat, twice a minute. ops.heartbeat writes it without Django's models."""

    class Name(models.TextChoices):
        WORKER = "worker", "Worker"
        BEAT = "beat", "Beat"

    FRESH = timedelta(minutes=2)

    name = models.CharField(max_length=8, choices=Name.choices)
    host = models.CharField(max_length=255)
    seen_at = models.DateTimeField()

    objects = HeartbeatQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "host"], name="one_heartbeat_per_service_and_machine"),
            models.CheckConstraint(condition=Q(name__in=["worker", "beat"]), name="heartbeat_is_of_a_known_service"),
        ]

    def __str__(self) -> str:
        return f"{self.name} on {self.host}"

    def is_fresh(self, now: datetime) -> bool:
        return self.seen_at > now - self.FRESH


class Backup(models.Model):
    """A log entry of one backup. The operator keeps the file itself."""

    at = models.DateTimeField()
    took_ms = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField()
    host = models.CharField(max_length=255)
    path = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["-at"], name="backup_newest")]

    def __str__(self) -> str:
        return f"{self.path} on {self.host}"
