"""models.fact: facts from catalogues, each with its source and day, and the questions put to them."""

from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q

from .paper import Paper
from .project import Application
from .stage import Stage

LEASE = timedelta(minutes=5)  # then the questions of a killed worker are due again
RECENT = timedelta(days=30)  # papers that arrived earlier are asked about only if someone kept or applied them
AGAIN = timedelta(days=30)


class Fact(models.Model):
    """One fact about a paper from one catalogue."""

    class Kind(models.TextChoices):
        INSTITUTIONS = "institutions", "institutions"
        VENUE = "venue", "venue"
        REFERENCES = "references", "references"

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="facts", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    catalogue = models.CharField(max_length=20)
    value = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "kind", "catalogue"], name="one_fact_per_catalogue")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.paper_id}, says {self.catalogue}"


class InquiryQuerySet(models.QuerySet["Inquiry"]):
    def enlist(self, catalogue: str, now: datetime, most: int, with_doi: bool) -> None:
        """Line up papers that this catalogue has not been asked about, and again those in use, after a month."""
        papers = Paper.objects.exclude(kind=Paper.Kind.POST)
        if with_doi:
            papers = papers.filter(kind=Paper.Kind.JOURNAL) | papers.filter(standing=Paper.Standing.PUBLISHED)
        asked = self.filter(paper=OuterRef("pk"), catalogue=catalogue)
        new = papers.filter(~Exists(asked), arrived_at__gt=now - RECENT).order_by("-arrived_at", "-id")
        rows = [
            self.model(paper_id=pk, catalogue=catalogue, next_attempt=now)
            for pk in new.values_list("pk", flat=True)[:most]
        ]
        self.bulk_create(rows, ignore_conflicts=True)
        kept = Stage.objects.filter(paper=OuterRef("paper"), kept_at__isnull=False)
        used = Exists(kept) | Exists(Application.objects.filter(paper=OuterRef("paper")))
        old = self.filter(used, catalogue=catalogue, next_attempt=None, asked_at__lt=now - AGAIN)
        self.filter(pk__in=list(old.values_list("pk", flat=True)[:most])).update(next_attempt=now, tries=0)

    def claim(self, catalogue: str, now: datetime, most: int) -> list["Inquiry"]:
        """Claim the next questions to this catalogue, about the newest papers first."""
        with transaction.atomic():
            due = self.filter(catalogue=catalogue, next_attempt__lte=now).order_by("tries", "-paper")
            batch: list[Inquiry] = list(due.select_for_update(of=("self",), skip_locked=True)[:most])
            self.filter(pk__in=[each.pk for each in batch]).update(next_attempt=now + LEASE)
        return batch


class Inquiry(models.Model):
    """A question about a paper to a catalogue. `known`: its answer, also a negative one, which is remembered."""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="inquiries", db_index=False)
    catalogue = models.CharField(max_length=20)
    next_attempt = models.DateTimeField(null=True, blank=True)  # null when it has been answered or given up
    asked_at = models.DateTimeField(null=True, blank=True)
    known = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=0)

    objects = InquiryQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "catalogue"], name="one_inquiry_per_catalogue")]
        indexes = [
            models.Index(
                fields=["catalogue", "tries", "-paper"],
                condition=Q(next_attempt__isnull=False),
                name="inquiry_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.catalogue} about {self.paper_id}"
