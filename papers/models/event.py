"""models.event: what happened to a paper or a source, who did it, when. Nothing is deleted."""

from django.db import models
from django.db.models import Q

from .paper import Paper
from .person import Person
from .source import Source


class EventQuerySet(models.QuerySet["Event"]):
    pass


class Event(models.Model):
    """One thing that happened, for the history on pages. Personal reading state is never an event."""

    class Kind(models.TextChoices):
        ADDED = "added", "added by hand"
        REPLACED = "replaced", "new version"
        AMENDED = "amended", "record amended"
        MERGED = "merged", "merged with another record"
        COMMENT_DELETED = "comment_deleted", "comment deleted"
        SOURCE_ADDED = "source_added", "source added"
        SOURCE_CHANGED = "source_changed", "source changed"
        SOURCE_MOVED = "source_moved", "source moved to a new address"
        SOURCE_DIED = "source_died", "source stopped answering"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    at = models.DateTimeField()
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    paper = models.ForeignKey(Paper, models.CASCADE, null=True, blank=True, related_name="events", db_index=False)
    source = models.ForeignKey(Source, models.CASCADE, null=True, blank=True, related_name="events", db_index=False)
    data = models.JSONField(default=dict, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["paper", "at"], condition=Q(paper__isnull=False), name="event_paper_at"),
            models.Index(fields=["source", "at"], condition=Q(source__isnull=False), name="event_source_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M}"
