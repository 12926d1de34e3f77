"""models.event: the history of papers, sources and projects. Events are never deleted."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from .paper import Paper
from .person import Person
from .project import Application, Project
from .source import Source

LONGEST_HISTORY = 200


class EventQuerySet(models.QuerySet["Event"]):
    def for_history(self) -> "EventQuerySet":
        """The latest events with their people and projects, newest first."""
        return self.select_related("person", "project").order_by("-at", "-pk")[:LONGEST_HISTORY]

    def note(
        self,
        kind: str,
        person: Person | None,
        now: datetime,
        project: Project | None = None,
        application: Application | None = None,
        **data: Any,
    ) -> "Event":
        """Record an event of a project or of one of its applications."""
        paper_id = application.paper_id if application else None
        return self.create(
            kind=kind, at=now, person=person, project=project, application=application, paper_id=paper_id, data=data
        )


class Event(models.Model):
    """An entry in the history shown on pages. Personal reading state is never an event."""

    class Kind(models.TextChoices):
        ADDED = "added", "added by hand"
        REPLACED = "replaced", "new version"
        PUBLISHED = "published", "published"
        WITHDRAWN = "withdrawn", "withdrawn"
        RETRACTED = "retracted", "retracted"
        REINSTATED = "reinstated", "no longer withdrawn or retracted"
        AMENDED = "amended", "record amended"
        MERGED = "merged", "merged with another record"
        COMMENT_DELETED = "comment_deleted", "comment deleted"
        SOURCE_ADDED = "source_added", "source added"
        SOURCE_CHANGED = "source_changed", "source changed"
        SOURCE_MOVED = "source_moved", "source moved to a new address"
        SOURCE_DIED = "source_died", "source stopped answering"
        SHARED = "shared", "shared"
        PROJECT_CREATED = "project_created", "project created"
        PROJECT_CHANGED = "project_changed", "project changed"
        PROJECT_CLOSED = "project_closed", "project closed"
        PROJECT_REOPENED = "project_reopened", "project opened again"
        APPLIED = "applied", "applied"
        RESULT = "result", "result recorded"
        MOVED = "moved", "moved to another stage"
        OUTCOME = "outcome", "outcome said"
        CHOSEN_OVER = "chosen_over", "said what was tried instead"
        CHECKED = "checked", "result checked"
        REVIEWED = "reviewed", "reviewed"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    at = models.DateTimeField()
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    paper = models.ForeignKey(Paper, models.CASCADE, null=True, blank=True, related_name="events", db_index=False)
    source = models.ForeignKey(Source, models.CASCADE, null=True, blank=True, related_name="events", db_index=False)
    project = models.ForeignKey(Project, models.CASCADE, null=True, blank=True, related_name="events", db_index=False)
    application = models.ForeignKey(
        Application, models.CASCADE, null=True, blank=True, related_name="events", db_index=False
    )
    data = models.JSONField(default=dict, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["paper", "at"], condition=Q(paper__isnull=False), name="event_paper_at"),
            models.Index(fields=["source", "at"], condition=Q(source__isnull=False), name="event_source_at"),
            models.Index(fields=["project", "at"], condition=Q(project__isnull=False), name="event_project_at"),
            models.Index(
                fields=["application", "at"], condition=Q(application__isnull=False), name="event_application_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M}"
