"""models.news: events of papers that a person kept or applied and has not yet taken note of."""

from django.db import models

from .event import Event
from .paper import SEARCHED
from .person import Person
from .project import Application
from .stage import Stage


class NewsQuerySet(models.QuerySet["News"]):
    def spread(self, event: Event) -> None:
        """Tell everybody who kept or applied the event's paper."""
        kept = Stage.objects.filter(paper=event.paper_id, kept_at__isnull=False).values_list("person", flat=True)
        applied = Application.objects.filter(paper=event.paper_id).values_list("person", flat=True)
        people = Person.objects.active().filter(pk__in={*kept, *applied}).values_list("pk", flat=True)
        rows = [self.model(person_id=pk, event=event) for pk in people]
        self.bulk_create(rows, ignore_conflicts=True)

    def waiting_for(self, person: Person) -> "NewsQuerySet":
        """A person's news with their papers, latest first."""
        lean = [f"event__paper__{column}" for column in (*SEARCHED, "abstract", "abstract_html")]
        return (
            self.filter(person=person)
            .select_related("event__paper", "event__person", "event__project")
            .defer(*lean)
            .order_by("-pk")
        )


class News(models.Model):
    """An event that a person is told about. The row is deleted when they dismiss it; the event stays."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="news", db_index=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="+")

    objects = NewsQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "event"], name="told_once")]

    def __str__(self) -> str:
        return f"{self.event_id} for {self.person_id}"
