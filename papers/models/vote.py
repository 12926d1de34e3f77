"""models.vote: votes on papers: worth the team's time, or not."""

from django.db import models
from django.db.models import Q

from .paper import Paper
from .person import Person


class VoteQuerySet(models.QuerySet["Vote"]):
    def with_person(self) -> "VoteQuerySet":
        """Votes with the names of their voters."""
        return self.select_related("person").only("paper_id", "value", "at", "person__name")


class Vote(models.Model):
    """A vote of +1 or −1, one per person and paper. It can be changed."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="votes", db_index=False)
    paper = models.ForeignKey(Paper, models.CASCADE, related_name="votes")
    value = models.SmallIntegerField()
    at = models.DateTimeField()

    objects = VoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "paper"], name="one_vote_each"),
            models.CheckConstraint(condition=Q(value__in=[1, -1]), name="vote_is_up_or_down"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} says {self.value:+d} of {self.paper_id}"
