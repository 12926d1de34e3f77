"""models.article: the text of posts' own pages, fetched for posts of which the feed gives only a summary."""

from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Exists, OuterRef

from .paper import Paper
from .source import Sighting, Source

LEASE = timedelta(minutes=5)  # then the pages of a killed worker are due again
RECENT = timedelta(days=30)  # older posts are not fetched: nobody waits for them, and a site may have thousands
BATCH = 200


class ArticleQuerySet(models.QuerySet["Article"]):
    def enlist(self, now: datetime) -> int:
        """Line up recent posts whose feeds give only a summary; returns how many."""
        feeds = Sighting.objects.filter(
            paper=OuterRef("pk"), source__kind=Source.Kind.FEED, source__fetch_pages=True
        ).exclude(source__state=Source.State.PAUSED)
        posts = Paper.objects.filter(kind=Paper.Kind.POST, minutes=0, arrived_at__gt=now - RECENT, article=None)
        ids = posts.filter(Exists(feeds)).order_by("-arrived_at").values_list("pk", flat=True)[:BATCH]
        rows = [self.model(paper_id=pk, next_attempt=now) for pk in ids]
        self.bulk_create(rows, ignore_conflicts=True)
        return len(rows)

    def waiting(self) -> "ArticleQuerySet":
        return self.filter(next_attempt__isnull=False)

    def due(self, now: datetime) -> "ArticleQuerySet":
        return self.filter(next_attempt__lte=now)

    def claim(self, pk: int, now: datetime) -> "Article | None":
        """Claim one for this worker; None when another one was first."""
        with transaction.atomic():
            article = self.due(now).select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
            if article:
                article.tries += 1
                article.next_attempt = now + LEASE
                article.save(update_fields=["tries", "next_attempt"])
        return article


class Article(models.Model):
    """The text of a post's page, or the reason why there is none."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", "waiting"
        TAKEN = "taken", "taken"
        ROBOTS = "robots", "the site's robots.txt asks not to"
        PAYWALL = "paywall", "only for subscribers"
        EMPTY = "empty", "no article on the page"
        FAILED = "failed", "could not be fetched"

    paper = models.OneToOneField(Paper, models.CASCADE, primary_key=True, related_name="article")
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.WAITING)
    url = models.TextField(blank=True)  # of the page, after redirects
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)  # cleaned
    words = models.PositiveIntegerField(default=0)
    fetched_at = models.DateTimeField(null=True, blank=True)
    next_attempt = models.DateTimeField(null=True, blank=True)  # null when nothing is left to do
    tries = models.PositiveSmallIntegerField(default=0)
    why = models.TextField(blank=True)  # a sentence

    objects = ArticleQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt"], condition=models.Q(next_attempt__isnull=False), name="article_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"article of {self.paper_id}"
