"""models.lookup: arXiv papers whose own record is still to be asked for, and the pause that arXiv asked for."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Q

from .paper import Paper

LEASE = timedelta(minutes=6)  # then the lookups of a killed worker are due again
BATCH = 100  # papers in one request


class LookupQuerySet(models.QuerySet["Lookup"]):
    def want(self, papers: Iterable[int], now: datetime) -> None:
        """Ask for the records of these papers, also if they have been asked for before."""
        rows = [self.model(paper_id=pk, since=now, next_attempt=now) for pk in papers]
        again = ["since", "next_attempt", "tries", "missing", "why"]
        self.bulk_create(rows, update_conflicts=True, unique_fields=["paper"], update_fields=again)

    def due(self, now: datetime) -> "LookupQuerySet":
        return self.filter(next_attempt__lte=now)

    def waiting(self) -> "LookupQuerySet":
        return self.filter(next_attempt__isnull=False)

    def claim(self, now: datetime) -> list["Lookup"]:
        """Claim the next batch, newest papers first. Papers whose request failed come later, and in smaller batches.

        So one paper that spoils its request is soon alone in it.
        """
        with transaction.atomic():
            due = self.due(now).order_by("tries", "-paper").select_for_update(of=("self",), skip_locked=True)
            batch = list(due.select_related("paper").only("tries", "missing", "since", "paper__arxiv_id")[:BATCH])
            if batch:
                tries = batch[0].tries
                batch = [each for each in batch if each.tries == tries][: max(1, BATCH >> (2 * tries))]
                self.filter(pk__in=[each.pk for each in batch]).update(next_attempt=now + LEASE)
        return batch

    def put_back(self, batch: Iterable["Lookup"], at: datetime, **changes: object) -> None:
        self.filter(pk__in=[each.pk for each in batch]).update(next_attempt=at, **changes)


class Lookup(models.Model):
    """A paper whose record arXiv's API is still to be asked for; deleted when it came."""

    paper = models.OneToOneField(Paper, models.CASCADE, primary_key=True, related_name="lookup")
    since = models.DateTimeField()
    next_attempt = models.DateTimeField(null=True, blank=True)  # null when it was given up; `why` has the reason
    tries = models.PositiveSmallIntegerField(default=0)  # requests with it that could not be read
    missing = models.PositiveSmallIntegerField(default=0)  # answers without it
    why = models.TextField(blank=True)

    objects = LookupQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["tries", "-paper"], condition=Q(next_attempt__isnull=False), name="lookup_waiting"),
        ]

    def __str__(self) -> str:
        return f"lookup of {self.paper_id}"


class LookupPause(models.Model):
    """A pause of all lookups at one service, and how far its search for old papers has come."""

    service = models.CharField(primary_key=True, max_length=20)
    until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    why = models.TextField(blank=True)
    backlog_below = models.BigIntegerField(null=True, blank=True)  # papers with lower ids have not been looked through

    def __str__(self) -> str:
        return self.service
