"""models.project: the ledger: projects, the papers applied in them, their results and checks."""

from collections.abc import Container, Iterable
from datetime import date, datetime, timedelta
from itertools import chain, count

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from .channel import Channel
from .paper import SEARCHED, Paper
from .person import Person
from .source import Source

TAKEN = 500  # characters for what was taken from a paper


class ProjectQuerySet(models.QuerySet["Project"]):
    def open(self) -> "ProjectQuerySet":
        return self.filter(closed_at=None)

    def with_counts(self) -> "ProjectQuerySet":
        """Annotate the number of applications, and of those in production and still in use."""
        production = Application.standing(Application.Stage.PRODUCTION, "applications__")
        return self.annotate(
            applied=models.Count("applications"), in_production=models.Count("applications", filter=production)
        )


class Project(models.Model):
    """A project of the team. A closed one accepts no new papers, but its ledger stays."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80, db_index=False)
    horizon = models.CharField(max_length=8, choices=Source.Horizon.choices, default=Source.Horizon.CORE)
    deadline = models.DateField(null=True, blank=True)
    warning_days = models.PositiveSmallIntegerField(default=3)
    members = models.ManyToManyField(Person, related_name="projects", blank=True)
    channel = models.ForeignKey(
        Channel, models.SET_NULL, null=True, blank=True, related_name="projects", db_index=False
    )
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="one_project_per_address"),
            models.UniqueConstraint(
                Lower("name"),
                name="one_project_per_name",
                violation_error_message="There is a project of this name already.",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="project_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("project", args=[self.slug])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def is_due(self, today: date) -> bool:
        """Open, and the deadline has passed or is within the warning days."""
        near = self.deadline is not None and today >= self.deadline - timedelta(days=self.warning_days)
        return self.is_open and near


class ApplicationQuerySet(models.QuerySet["Application"]):
    def newest_first(self) -> "ApplicationQuerySet":
        return self.order_by("-at", "-pk")

    def for_ledger(self) -> "ApplicationQuerySet":
        """Applications with everything that a row of the ledger shows, in a fixed number of queries."""
        lean = [f"{paper}__{column}" for paper in ("paper", "superseded_by") for column in (*SEARCHED, "abstract")]
        results = Result.objects.select_related("person").prefetch_related(
            models.Prefetch("checks", Check.objects.select_related("person").order_by("at", "pk"))
        )
        return (
            self.select_related("paper", "project", "person", "superseded_by")
            .defer(*lean, "paper__abstract_html", "superseded_by__abstract_html")
            .prefetch_related(models.Prefetch("results", results.order_by("at", "pk")))
        )

    def papers_by_source(self, sources: Iterable[Source]) -> dict[int, int]:
        """Count the distinct applied papers of each source. Sources without any are left out."""
        applied = self.filter(paper__sightings__source__in=sources).values("paper__sightings__source")
        return dict(applied.values_list("paper__sightings__source", models.Count("paper", distinct=True)))

    def locked(self, pk: int) -> "Application":
        """The current state of an application, locked until the transaction ends."""
        return self.select_related("project").select_for_update(of=("self",)).get(pk=pk)

    def due_for_review(self, now: datetime) -> "ApplicationQuerySet":
        return self.filter(review_due__lte=now)

    def of_paper(self, paper: Paper, title_key: str) -> "ApplicationQuerySet":
        """Applications of this paper, or of another record with the same title."""
        return self.filter(Q(paper=paper) | Q(title_key=title_key)) if title_key else self.filter(paper=paper)


class Application(models.Model):
    """The use of a paper in a project: what was taken, its stage and its outcome. Never deleted."""

    class Stage(models.TextChoices):
        TOY = "toy", "Toy"
        PILOT = "pilot", "Pilot"
        PRODUCTION = "production", "Production"
        DROPPED = "dropped", "Dropped"

    class Outcome(models.TextChoices):
        RUNNING = "running", "Running"
        HELPED = "helped", "Helped"
        NO_EFFECT = "no_effect", "No effect"
        HURT = "hurt", "Hurt"
        ABANDONED = "abandoned", "Abandoned"

    class Review(models.TextChoices):
        NONE = "", "Not reviewed yet"
        KEPT = "kept", "Kept"
        SUPERSEDED = "superseded", "Superseded"
        RETIRED = "retired", "Retired"

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="applications")
    project = models.ForeignKey(Project, models.PROTECT, related_name="applications", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)  # who applied it
    at = models.DateTimeField()
    taken = models.CharField(max_length=TAKEN)
    title_key = models.CharField(max_length=64, blank=True)  # identity.title_key(paper.title)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.TOY)
    stage_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.RUNNING)
    outcome_note = models.TextField(blank=True)
    chosen_over = models.TextField(blank=True)
    review_due = models.DateTimeField(null=True, blank=True)
    review = models.CharField(max_length=10, choices=Review.choices, default=Review.NONE, blank=True)
    review_note = models.TextField(blank=True)
    superseded_by = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "paper", "taken"], name="one_application_per_idea"),
            models.CheckConstraint(condition=~Q(taken=""), name="application_says_what_was_taken"),
            models.CheckConstraint(
                condition=~Q(stage="dropped", outcome="running"), name="dropped_application_has_an_outcome"
            ),
            models.CheckConstraint(
                condition=Q(superseded_by=None) | Q(review="superseded"), name="only_superseded_names_a_successor"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["toy", "pilot", "production", "dropped"])
                & Q(outcome__in=["running", "helped", "no_effect", "hurt", "abandoned"])
                & Q(review__in=["", "kept", "superseded", "retired"]),
                name="application_speaks_known_words",
            ),
        ]
        indexes = [
            models.Index(fields=["title_key"], condition=~Q(title_key=""), name="application_title"),
            models.Index(fields=["review_due"], condition=Q(review_due__isnull=False), name="application_review"),
        ]

    def __str__(self) -> str:
        return f"{self.paper_id} in {self.project_id}: {self.stage}"

    def get_absolute_url(self) -> str:
        return reverse("application", args=[self.pk])

    @staticmethod
    def unique_text(taken: str, others: Container[str], mark: str) -> str:
        """The text, with a mark at its end if it is among the others, cut to the column's length.

        >>> Application.unique_text("The schedule", {"The schedule", "The schedule (merged)"}, "merged")
        'The schedule (merged 2)'
        """
        ends = chain(["", f" ({mark})"], (f" ({mark} {n})" for n in count(2)))
        return next(text for end in ends if (text := taken[: TAKEN - len(end)] + end) not in others)

    @staticmethod
    def standing(stage: str, prefix: str = "") -> Q:
        """At this stage and still in use; "over" means superseded or retired by a review, at any stage."""
        if stage == "over":
            return Q(**{f"{prefix}review__in": ["superseded", "retired"]})
        return Q(**{f"{prefix}stage": stage, f"{prefix}review__in": ["", "kept"]})

    @property
    def is_over(self) -> bool:
        return self.review in {self.Review.SUPERSEDED, self.Review.RETIRED}

    @property
    def shown_result(self) -> "Result | None":
        """The latest result with a figure, or else the latest. Uses the results that for_ledger prefetched."""
        results = list(self.results.all())
        latest = results[-1] if results else None
        return next((result for result in reversed(results) if result.claimed or result.ours), latest)


class Result(models.Model):
    """The result of a stage: evidence, the number that the paper claims, and the number we got."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="results")
    stage = models.CharField(max_length=10, choices=Application.Stage.choices)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    link = models.CharField(max_length=2000, blank=True)
    note = models.TextField(blank=True)
    claimed = models.CharField(max_length=120, blank=True)
    ours = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(link="", note=""), name="result_has_evidence"),
            models.CheckConstraint(condition=Q(stage__in=["toy", "pilot", "production"]), name="result_has_its_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.stage} result of {self.application_id}"


class Check(models.Model):
    """Another member's check of a result: it holds, or it does not."""

    result = models.ForeignKey(Result, models.PROTECT, related_name="checks", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    # Copied from result and application, so that the database can forbid checking one's own result.
    applied_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    measured_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    holds = models.BooleanField()
    note = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["result", "person"], name="one_check_each"),
            models.CheckConstraint(
                condition=~Q(person=F("applied_by")) & ~Q(person=F("measured_by")), name="nobody_checks_their_own"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} checked {self.result_id}: {'holds' if self.holds else 'does not hold'}"
