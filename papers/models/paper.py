"""models.paper: one record a paper, whoever it came from; its names and its versions."""

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .. import identity
    from .person import Person

from ..identity import BYLINE_SEPARATOR
from ..refused import Gone
from .cursor import Cursor

# How Crockford writes numbers in base 32: no i, l, o or u to misread.
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"


class PaperQuerySet(models.QuerySet["Paper"]):
    def named(self, kind: str, value: str) -> "PaperQuerySet":
        return self.filter(names__kind=kind, names__value=value)

    def addressed(self, names: "Iterable[identity.Name]") -> "Paper | None":
        """The paper that one of these names belongs to."""
        fits = Q(pk=None)
        for name in names:
            fits |= Q(names__kind=name.kind, names__value=name.value)
        return self.filter(fits).order_by("id").first()

    def hold(self, pk: int) -> None:
        """Let nobody else hold the paper, or merge it away, until this transaction ends. Raises Gone."""
        if not self.select_for_update().filter(pk=pk).values_list("pk"):
            raise Gone("This paper was merged with another record just now. Search for it and open it again.")

    def newest_first(self) -> "PaperQuerySet":
        return self.order_by("-arrived_at", "-id")

    def older_than(self, cursor: Cursor | None) -> "PaperQuerySet":
        """Those that follow in newest_first; everything without a cursor."""
        return self.filter(cursor.after("arrived_at", "id")) if cursor else self

    def untriaged_by(self, person: "Person") -> "PaperQuerySet":
        """Neither kept, passed nor read by this person."""
        from .stage import Stage  # noqa: PLC0415 (stages point to papers)

        judged = Q(kept_at__isnull=False) | Q(passed_at__isnull=False) | Q(read_at__isnull=False)
        return self.filter(~Exists(Stage.objects.filter(judged, person=person, paper=OuterRef("pk"))))

    def of_active_sources(self, horizon: str = "") -> "PaperQuerySet":
        """Brought by at least one source that is switched on (and, when asked, of this horizon)."""
        from .source import Sighting, Source  # noqa: PLC0415 (sightings point to papers)

        sightings = Sighting.objects.filter(paper=OuterRef("pk"), source__state=Source.State.ACTIVE)
        return self.filter(Exists(sightings.filter(source__horizon=horizon) if horizon else sightings))

    def for_cards(self) -> "PaperQuerySet":
        """Without what no card shows (the search column is big)."""
        return self.defer("search", "byline_folded", "comment", "journal_ref", "license")


class Paper(models.Model):
    """An arXiv paper, a journal paper or a blog post.

    Title, abstract and byline are plain text as it came, without NUL; the *_html columns hold what was
    rendered from them once, at intake, and are empty where escaping the text is all there is to do.
    """

    class Kind(models.TextChoices):
        ARXIV = "arxiv", "arXiv paper"
        JOURNAL = "journal", "Journal paper"
        POST = "post", "Blog post"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    arxiv_id = models.TextField(blank=True)  # the base id, without version; its Name row holds the promise
    title = models.TextField()
    title_html = models.TextField(blank=True)
    abstract = models.TextField(blank=True)
    abstract_html = models.TextField(blank=True)
    byline = models.TextField(blank=True)  # authors as printed, "; " between them, capped
    byline_folded = models.TextField(blank=True)  # without accents, for the index
    categories = ArrayField(models.TextField(), default=list, blank=True)  # primary first
    comment = models.TextField(blank=True)
    journal_ref = models.TextField(blank=True)
    license = models.TextField(blank=True)
    link = models.TextField()  # outward
    code_links = ArrayField(models.TextField(), default=list, blank=True)
    minutes = models.PositiveSmallIntegerField(default=10)  # estimated, to read
    version = models.PositiveSmallIntegerField(default=0)  # arXiv's latest known; 0 where there is none
    published_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField()  # first sighting
    search = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="english")
        + SearchVector("abstract", weight="B", config="english")
        + SearchVector("byline_folded", weight="C", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = PaperQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-arrived_at", "-id"], name="paper_newest"),
            GinIndex(fields=["search"], name="paper_search"),
            GinIndex(fields=["categories"], name="paper_categories"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def short(self) -> str:
        """The id in base 32: what follows /p/ where there is no arXiv id."""
        number, digits = self.pk, ""
        while number:
            number, rest = divmod(number, 32)
            digits = _DIGITS[rest] + digits
        return digits or "0"

    @staticmethod
    def id_from_short(short: str) -> int | None:
        """The paper id that a short address stands for; None when it is none."""
        number = 0
        for char in short.lower():
            if char not in _DIGITS:
                return None
            number = number * 32 + _DIGITS.index(char)
        return number if 0 < number < 2**63 else None

    @property
    def slug(self) -> str:
        return self.arxiv_id or self.short

    def get_absolute_url(self) -> str:
        return reverse("paper", args=[self.slug])

    @property
    def cursor(self) -> Cursor:
        """Its place in newest_first."""
        return Cursor(self.arrived_at, self.pk)

    @property
    def authors_shown(self) -> list[str]:
        """Author names as printed, in order (those that fit into the byline)."""
        return self.byline.split(BYLINE_SEPARATOR) if self.byline else []


class Name(models.Model):
    """An address of a paper: an arXiv id, a DOI, a canonical link, a feed's own entry id, a merged paper's short."""

    class Kind(models.TextChoices):
        ARXIV = "arxiv", "arXiv id"
        DOI = "doi", "DOI"
        LINK = "link", "link"
        ENTRY = "entry", "entry of a feed"
        SHORT = "short", "address before a merge"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    value = models.CharField(max_length=2000)
    paper = models.ForeignKey(Paper, models.CASCADE, related_name="names")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="one_name_one_paper")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


class Version(models.Model):
    """A version of an arXiv paper: an event on the paper, never a new card."""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()  # submitted, as arXiv says; else when we saw it
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "number"], name="one_row_per_version")]

    def __str__(self) -> str:
        return f"v{self.number} of {self.paper_id}"
