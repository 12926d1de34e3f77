"""models.stage: a person's progress with a paper: skimmed, skipped, kept or read."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Greatest

from .cursor import Cursor
from .paper import Paper
from .person import Person
from .source import Sighting

TRIAGED_AT = Greatest("kept_at", "passed_at", "read_at")  # PostgreSQL's greatest() ignores nulls


class StageQuerySet(models.QuerySet["Stage"]):
    def counted_by_source(self, since: datetime) -> list[dict[str, Any]]:
        """For each source, count the distinct papers skimmed since then, and those of them that were read."""
        return list(
            self.filter(skimmed_at__gte=since)
            .values(source_id=F("paper__sightings__source"), kind=F("paper__sightings__source__kind"))
            .annotate(
                skimmed=Count("paper", distinct=True),
                read=Count("paper", distinct=True, filter=Q(read_at__isnull=False)),
            )
        )

    def take(self, person: Person, paper: Paper, **times: datetime | None) -> None:
        """Set these times on a person's stage of a paper. None clears a time; a time already set is kept."""
        stage = self.filter(person=person, paper=paper).first() or Stage(person=person, paper=paper)
        for name, time in times.items():
            setattr(stage, name, time and (getattr(stage, name) or time))
        stage.save()

    def kept_by(self, person: Person) -> "StageQuerySet":
        return self.filter(person=person, kept_at__isnull=False, read_at=None, passed_at=None)

    def triaged_by(self, person: Person, since: datetime) -> "StageQuerySet":
        return self.alias(triaged_at=TRIAGED_AT).filter(person=person, triaged_at__gte=since)

    def progress(self, since: datetime) -> dict[str, Any]:
        """Count these stages, those of them read since then, and the minutes of reading.

        A paper of unknown length counts as typical of the source that brought it first.
        """
        read = Q(read_at__gte=since)
        typical = (
            Sighting.objects.filter(paper=OuterRef("paper")).order_by("at", "id").values("source__typical_minutes")
        )
        minutes = Case(When(paper__minutes=0, then=Subquery(typical[:1])), default="paper__minutes")
        return self.aggregate(
            triaged=Count("pk"), read=Count("pk", filter=read), minutes=Sum(minutes, filter=read, default=0)
        )


class Stage(models.Model):
    """A person's progress with a paper, with a time for each step. "Passed" is called "skipped" on screens.

    From highest to lowest, the steps are read, kept, passed and skimmed.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="stages", db_index=False)
    paper = models.ForeignKey(Paper, models.CASCADE, related_name="stages")
    skimmed_at = models.DateTimeField(null=True, blank=True)
    kept_at = models.DateTimeField(null=True, blank=True)
    passed_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = StageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "paper"], name="one_stage_row_each"),
            models.CheckConstraint(
                condition=Q(skimmed_at__isnull=False)
                | Q(kept_at__isnull=False)
                | Q(passed_at__isnull=False)
                | Q(read_at__isnull=False),
                name="stage_says_something",
            ),
        ]
        indexes = [
            models.Index(
                fields=["person", "-kept_at", "-paper"],
                condition=Q(kept_at__isnull=False, read_at=None, passed_at=None),
                name="stage_kept",
            ),
            models.Index("person", TRIAGED_AT, name="stage_judged"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} and {self.paper_id}: {self.now}"

    @property
    def cursor(self) -> Cursor:
        """The stage's position in the list of kept papers, latest first."""
        assert self.kept_at
        return Cursor(self.kept_at, self.paper_id)

    @property
    def is_triaged(self) -> bool:
        """Kept, skipped or read, and so out of the queue."""
        return self.now != "skimmed"

    @property
    def now(self) -> str:
        """The highest step: read, kept, passed or skimmed."""
        for step in ("read", "kept", "passed"):
            if getattr(self, f"{step}_at"):
                return step
        return "skimmed"
