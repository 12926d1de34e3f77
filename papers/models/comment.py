"""models.comment: comments on a paper, in a flat thread."""

from django.db import models

from .paper import Paper
from .person import Person


class Comment(models.Model):
    paper = models.ForeignKey(Paper, models.CASCADE, related_name="comments", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    text = models.TextField()
    at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["paper", "at"], name="comment_paper_at")]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.paper_id}"
