"""models.author: authors by their printed names, and the papers that they wrote."""

from django.db import models

from .paper import Paper


class Author(models.Model):
    """A name as printed. Two people with the same name are one author, and pages that count authors say so."""

    name = models.CharField(max_length=300)
    key = models.CharField(max_length=300)  # identity.author_key(name)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="one_author_per_key")]

    def __str__(self) -> str:
        return self.name


class Authorship(models.Model):
    pk = models.CompositePrimaryKey("paper_id", "position")
    paper = models.ForeignKey(Paper, models.CASCADE, related_name="authorships", db_index=False)
    position = models.PositiveSmallIntegerField()  # from 0
    author = models.ForeignKey(Author, models.PROTECT, related_name="authorships", db_index=False)
    affiliation = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["author", "paper"], name="authorship_author")]

    def __str__(self) -> str:
        return f"{self.author_id} is number {self.position} of {self.paper_id}"
