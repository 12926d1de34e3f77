"""models.paper: one record per paper, whatever its sources, with its names and versions."""

import re
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .. import identity
    from .person import Person

from ..identity import BYLINE_SEPARATOR
from ..refused import Gone
from ..tex import plain
from ..words import FORM
from .cursor import Cursor

# Crockford's base 32, without i, l, o and u, which are easy to misread.
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"


# The columns that only searches read.
SEARCHED = ("search", "title_words", "abstract_words", "byline_folded", "words_form")


def _unless_empty(column: str, other: str) -> Coalesce:
    return Coalesce(NullIf(F(column), Value("", output_field=models.TextField())), F(other))


class PaperQuerySet(models.QuerySet["Paper"]):
    def named(self, kind: str, value: str) -> "PaperQuerySet":
        return self.filter(names__kind=kind, names__value=value)

    def addressed(self, names: "Iterable[identity.Name]") -> "Paper | None":
        """The paper with one of these names."""
        condition = Q(pk=None)
        for name in names:
            condition |= Q(names__kind=name.kind, names__value=name.value)
        return self.filter(condition).order_by("id").first()

    def hold(self, pk: int) -> None:
        """Lock the paper, also against merging, until this transaction ends. Raises Gone."""
        if not self.select_for_update().filter(pk=pk).values_list("pk"):
            raise Gone("This paper has just been merged with another record. Search for it and open it again.")

    def newest_first(self) -> "PaperQuerySet":
        return self.order_by("-arrived_at", "-id")

    def older_than(self, cursor: Cursor | None) -> "PaperQuerySet":
        """Papers after the cursor in newest_first; all papers without a cursor."""
        return self.filter(cursor.after("arrived_at", "id")) if cursor else self

    def untriaged_by(self, person: "Person") -> "PaperQuerySet":
        """Papers that this person has neither kept, skipped nor read."""
        from .stage import Stage  # noqa: PLC0415 (stages point to papers)

        triaged = Q(kept_at__isnull=False) | Q(passed_at__isnull=False) | Q(read_at__isnull=False)
        return self.filter(~Exists(Stage.objects.filter(triaged, person=person, paper=OuterRef("pk"))))

    def for_cards(self) -> "PaperQuerySet":
        """Papers without the columns that no card shows; the search column is big."""
        return self.defer(*SEARCHED, "authority", "comment", "journal_ref", "license")


class Paper(models.Model):
    """An arXiv paper, a journal paper or a blog post.

    Title, abstract and byline are plain text without control characters. The *_html columns hold HTML that intake
    rendered from them, and are empty where only escaping is needed.
    """

    class Kind(models.TextChoices):
        ARXIV = "arxiv", "arXiv paper"
        JOURNAL = "journal", "Journal paper"
        POST = "post", "Blog post"

    class Standing(models.TextChoices):
        NONE = "", "Not known"
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"
        RETRACTED = "retracted", "Retracted"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    arxiv_id = models.TextField(blank=True)  # the base id, without version; unique through its Name row
    title = models.TextField()
    title_html = models.TextField(blank=True)
    abstract = models.TextField(blank=True)
    abstract_html = models.TextField(blank=True)
    byline = models.TextField(blank=True)  # authors as printed, "; " between them, capped
    # The same texts as words.index writes them, for the index only. `words_form` says by which words.FORM.
    title_words = models.TextField(default="", db_default="", blank=True)
    abstract_words = models.TextField(default="", db_default="", blank=True)
    byline_folded = models.TextField(blank=True)
    words_form = models.PositiveSmallIntegerField(default=0, db_default=0)
    categories = ArrayField(models.TextField(), default=list, blank=True)  # primary first
    comment = models.TextField(blank=True)
    journal_ref = models.TextField(blank=True)
    license = models.TextField(blank=True)
    link = models.TextField()  # to the original
    code_links = ArrayField(models.TextField(), default=list, blank=True)
    weight_links = ArrayField(models.TextField(), default=list, db_default=[], blank=True)
    minutes = models.PositiveSmallIntegerField(default=0)  # estimated reading time; 0 if the length is unknown
    version = models.PositiveSmallIntegerField(default=0)  # the latest on arXiv; 0 if there is none
    authority = models.PositiveSmallIntegerField(
        default=0, db_default=0
    )  # of the best item so far (sources.item.Authority)
    published_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField()  # first sighting
    standing = models.CharField(max_length=10, choices=Standing.choices, default="", db_default="", blank=True)
    standing_by = models.CharField(
        max_length=20, default="", db_default="", blank=True
    )  # a catalogue; "": the paper itself
    venue = models.TextField(default="", db_default="", blank=True)  # where it was published
    search = models.GeneratedField(
        # A paper of an older version is searched by its title and abstract as they are, until the worker gets to it.
        expression=SearchVector(_unless_empty("title_words", "title"), weight="A", config="english")
        + SearchVector(_unless_empty("abstract_words", "abstract"), weight="B", config="english")
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
            models.Index(fields=["-id"], condition=Q(words_form__lt=FORM), name="paper_old_words"),
            models.Index(
                fields=["-arrived_at"], condition=Q(kind="post", minutes=0), name="paper_posts_of_unknown_length"
            ),
            models.Index(fields=["-arrived_at", "-id"], condition=~Q(weight_links=[]), name="paper_with_weights"),
        ]

    def __str__(self) -> str:
        return self.plain_title

    @property
    def plain_title(self) -> str:
        """The title without TeX, for places that show no HTML."""
        return plain(self.title)

    @property
    def short(self) -> str:
        """The id in base 32, for the addresses of papers without an arXiv id."""
        number, digits = self.pk, ""
        while number:
            number, rest = divmod(number, 32)
            digits = _DIGITS[rest] + digits
        return digits or "0"

    @staticmethod
    def id_from_short(short: str) -> int | None:
        """The paper id that a short address stands for; None if it is not a short address."""
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
    def is_taken_back(self) -> bool:
        """Withdrawn or retracted: there is nothing to read any more, or nothing to build on."""
        return self.standing in {Paper.Standing.WITHDRAWN, Paper.Standing.RETRACTED}

    @property
    def reason(self) -> str:
        """The authors' reason for taking it back; "" if their comment is about something else."""
        is_reason = self.is_taken_back and re.search("withdr|retract", self.comment, re.IGNORECASE)
        return self.comment if is_reason else ""

    @property
    def cursor(self) -> Cursor:
        """The paper's position in newest_first."""
        return Cursor(self.arrived_at, self.pk)

    @property
    def authors_shown(self) -> list[str]:
        """The authors' printed names, in order, as far as they fit into the byline."""
        return self.byline.split(BYLINE_SEPARATOR) if self.byline else []


class Name(models.Model):
    """A name that identifies a paper: arXiv id, DOI, canonical link, entry id of a feed, or a merged paper's slug."""

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
    at = models.DateTimeField()  # submission according to arXiv, or else the first sighting
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "number"], name="one_row_per_version")]

    def __str__(self) -> str:
        return f"v{self.number} of {self.paper_id}"
