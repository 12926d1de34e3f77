"""models.source: sources, the papers that they brought, and the log of fetches."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models, transaction
from django.db.models import Case, Count, Func, OuterRef, Q, When
from django.db.models.functions import Lower
from django.utils import timezone

from ..identity import without_password
from .person import Person

RECENT_AT_MOST = 1000
CLAIMED_FOR = timedelta(minutes=6)


class SourceQuerySet(models.QuerySet["Source"]):
    def fetched(self) -> "SourceQuerySet":
        """Sources that workers pull: not people, and not paused. Muted ones are still fetched."""
        return self.exclude(kind=Source.Kind.PERSON).exclude(state=Source.State.PAUSED)

    def due(self, now: datetime) -> "SourceQuerySet":
        return self.fetched().filter(next_fetch__lte=now).filter(Q(claimed_until=None) | Q(claimed_until__lt=now))

    def claim(self, ids: Sequence[int], now: datetime) -> "list[Source]":
        """Claim those of these sources that are due, for one fetch each, in the order of the ids.

        No other worker gets them until the claim expires, as that of a crashed worker does.
        """
        with transaction.atomic():
            due = {source.pk: source for source in self.due(now).filter(pk__in=ids).select_for_update(skip_locked=True)}
            until = now + CLAIMED_FOR
            self.filter(pk__in=due).update(claimed_until=until)
        for source in due.values():
            source.claimed_until = until
        return [due[pk] for pk in ids if pk in due]

    def claimed(self, now: datetime) -> "SourceQuerySet":
        """Sources that a worker is fetching now."""
        return self.filter(claimed_until__gte=now)

    def pulled(self) -> "SourceQuerySet":
        """arXiv, Hugging Face and feeds, but not people, who add links by hand."""
        return self.exclude(kind=Source.Kind.PERSON)

    def in_condition(self, name: str) -> "SourceQuerySet":
        """Sources in one of CONDITIONS; all sources for any other name."""
        return self.filter(CONDITIONS[name]) if name in CONDITIONS else self

    def count_conditions(self) -> dict[str, int]:
        return self.aggregate(
            total=Count("pk"), **{name: Count("pk", filter=condition) for name, condition in CONDITIONS.items()}
        )

    def by_group(self, after: int = 0) -> "SourceQuerySet":
        """Sources in the order of the list: failing first, then by horizon, with muted and paused ones last in each.

        With `after`, only those that follow the source with this id.
        """
        placed = self.annotate(place=_place(), key=Lower("name")).order_by("place", "key", "pk")
        last = Source.objects.filter(pk=after).values_list(_place(), Lower("name"), "pk").first() if after else None
        if not last:
            return placed
        place, key, pk = last
        return placed.filter(Q(place__gt=place) | Q(place=place, key__gt=key) | Q(place=place, key=key, pk__gt=pk))

    def release(self) -> None:
        """Release the claims of killed workers. Only for when no worker can be running."""
        self.exclude(claimed_until=None).update(claimed_until=None)

    def with_recent(self, now: datetime) -> "SourceQuerySet":
        """Annotate `recent`, the papers of 30 days. Counting stops at a thousand, so big sources cost no more."""
        sightings = Sighting.objects.filter(source=OuterRef("pk"), at__gte=now - timedelta(days=30))
        capped = ArraySubquery(sightings.order_by().values("source")[:RECENT_AT_MOST])
        return self.annotate(recent=Func(capped, function="cardinality", output_field=models.IntegerField()))


class Source(models.Model):
    """An arXiv category or search, a feed, or a person, with its settings and the state of its fetches."""

    class Kind(models.TextChoices):
        ARXIV = "arxiv", "arXiv"
        FEED = "feed", "Feed"
        HF = "hf", "Hugging Face"
        PERSON = "person", "Person"

    class Horizon(models.TextChoices):
        CORE = "core", "Core"
        ADJACENT = "adjacent", "Adjacent"
        MOONSHOT = "moonshot", "Moonshot"

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        MUTED = "muted", "Muted"
        PAUSED = "paused", "Paused"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    # arxiv: a category (`cs.LG`) or `search: <query>`; feed: its URL; hf: `daily`; person: `person:<id>`.
    address = models.CharField(max_length=2000)
    name = models.CharField(max_length=200)
    site_url = models.CharField(max_length=2000, blank=True)
    horizon = models.CharField(max_length=8, choices=Horizon.choices, default=Horizon.CORE)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    person = models.OneToOneField(Person, models.PROTECT, null=True, blank=True, related_name="source")
    created_at = models.DateTimeField(default=timezone.now)

    # For polite, conditional requests.
    etag = models.TextField(blank=True)
    last_modified = models.TextField(blank=True)
    body_hash = models.CharField(max_length=64, blank=True)
    whole_at = models.DateTimeField(null=True, blank=True)  # the last answer that was not "304 Not Modified"
    moved_to = models.CharField(max_length=2000, blank=True)
    moved_seen = models.PositiveSmallIntegerField(default=0)
    next_fetch = models.DateTimeField(null=True, blank=True, default=timezone.now)
    claimed_until = models.DateTimeField(null=True, blank=True)

    # The outcome of past fetches.
    last_fetch = models.DateTimeField(null=True, blank=True)
    last_success = models.DateTimeField(null=True, blank=True)
    last_new = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    failures = models.PositiveIntegerField(default=0)

    # The chance that a paper from here gets read, computed by ranking.refresh. Stored because every card needs it.
    yield_read = models.FloatField(null=True, blank=True)
    yield_skimmed = models.PositiveIntegerField(default=0)

    # Whether the pages of its posts are fetched where it gives only summaries.
    fetch_pages = models.BooleanField(default=True, db_default=True)

    # The median reading time of its papers of known length, computed by ranking.refresh; counted for the others.
    typical_minutes = models.PositiveSmallIntegerField(default=10, db_default=10)

    objects = SourceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "address"],
                name="one_source_per_address",
                violation_error_message="This source is already in the list.",
            ),
            models.CheckConstraint(
                condition=Q(kind="person", person__isnull=False) | (~Q(kind="person") & Q(person=None)),
                name="person_source_has_its_person",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_address(self) -> str:
        return without_password(self.address)

    @property
    def is_failing(self) -> bool:
        """The same condition as CONDITIONS["failing"]."""
        return self.failures > 0 and self.state != Source.State.PAUSED


def _place() -> Case:
    """0 for a failing source, otherwise 10, 20 or 30 by horizon, plus one if it is muted or paused."""
    horizons = [When(horizon=value, then=10 * number) for number, value in enumerate(Source.Horizon.values, 1)]
    off = Case(When(state=Source.State.ACTIVE, then=0), default=1)
    return Case(When(CONDITIONS["failing"], then=0), default=Case(*horizons, default=40) + off)


CONDITIONS = {
    "failing": Q(failures__gt=0) & ~Q(state=Source.State.PAUSED),
    "muted": Q(state=Source.State.MUTED),
    "paused": Q(state=Source.State.PAUSED),
}


class HostQuerySet(models.QuerySet["Host"]):
    def release(self) -> None:
        """Release the hosts held by killed workers. Only for when no worker can be running."""
        self.exclude(busy_until=None).update(busy_until=None)


class Host(models.Model):
    """A host and port that we send requests to: the time of the next allowed request, and whether one is running."""

    name = models.CharField(primary_key=True, max_length=260)
    next_at = models.DateTimeField()
    busy_until = models.DateTimeField(null=True, blank=True)

    objects = HostQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class SightingQuerySet(models.QuerySet["Sighting"]):
    def with_source(self) -> "SightingQuerySet":
        """Sightings with the columns of their source that a card shows."""
        shown = ("name", "kind", "horizon", "yield_read", "yield_skimmed", "typical_minutes")
        return self.select_related("source").only(
            "paper_id", "at", "announce_type", "link", "line", "evidence", *(f"source__{field}" for field in shown)
        )


class Sighting(models.Model):
    """A paper's appearance in a source, with its time and announce type."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="sightings", db_index=False)
    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="sightings")
    at = models.DateTimeField()
    announce_type = models.CharField(max_length=16, blank=True)
    link = models.TextField(blank=True)
    line = models.TextField(blank=True, default="", db_default="")  # the words of a digest about the paper
    evidence = models.JSONField(blank=True, default=dict, db_default={})  # facts of this source: upvotes, code, models

    objects = SightingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "paper"], name="one_sighting_per_source_and_paper")]
        indexes = [models.Index(fields=["source", "-at"], name="sighting_source_at")]

    def __str__(self) -> str:
        return f"{self.source_id} brought {self.paper_id}"


class FetchLog(models.Model):
    """The log of fetches, one row each."""

    class Outcome(models.TextChoices):
        OK = "ok", "fetched"
        UNCHANGED = "unchanged", "nothing new"
        FAILED = "failed", "failed"

    source = models.ForeignKey(Source, models.CASCADE, related_name="fetches", db_index=False)
    at = models.DateTimeField()
    took_ms = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="HTTP status, when there was one")
    size = models.PositiveIntegerField(default=0, help_text="bytes, decompressed")
    seen = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    joined = models.PositiveIntegerField(default=0, help_text="known papers that this source now also brought")
    amended = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0, help_text="malformed entries and replacements of unknown papers")
    note = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["source", "-at"], name="fetchlog_source_at")]

    def __str__(self) -> str:
        return f"{self.source_id} at {self.at:%Y-%m-%d %H:%M}: {self.outcome}"
