"""models.job: requests to other servers that a person waits for and a worker makes."""

import uuid
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Q

from ..database import patiently
from .person import Person


class JobQuerySet(models.QuerySet["Job"]):
    def waiting(self, now: datetime) -> "JobQuerySet":
        """Recent jobs that are not finished. Nobody waits for older ones any more."""
        return self.filter(state=Job.State.WAITING, created_at__gt=now - Job.GOOD_FOR)

    def due(self, now: datetime) -> "JobQuerySet":
        """Waiting jobs that no worker has claimed."""
        return self.waiting(now).filter(Q(claimed_until=None) | Q(claimed_until__lt=now))

    def release(self) -> None:
        """Release the claims of killed workers. Only for when no worker can be running."""
        self.exclude(claimed_until=None).update(claimed_until=None)

    def claim_next(self, now: datetime) -> "Job | None":
        """Claim the oldest due job for this worker; None if there is none. The claim of a crashed worker expires."""
        with transaction.atomic():
            job = self.due(now).order_by("created_at", "pk").select_for_update(skip_locked=True).first()
            if job:
                job.claimed_until = now + Job.CLAIM
                job.save(update_fields=["claimed_until"])
        return job


class Job(models.Model):
    """One request of one person, and its result. The waiting page polls it by its id."""

    class Kind(models.TextChoices):
        ADD = "add", "add a paper by its link"
        LOOK = "look", "look at a source"
        TEST = "test", "test a channel"

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        DONE = "done", "done"
        FAILED = "failed", "failed"

    CLAIM = timedelta(minutes=2)  # longer than any job takes; after that, its worker has crashed
    GOOD_FOR = timedelta(minutes=15)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    wish = models.JSONField()  # the submitted form
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    answer = models.JSONField(default=dict)
    error = models.TextField(blank=True)  # a sentence for the person
    created_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["add", "look", "test"]), name="job_kind_is_known"),
            models.CheckConstraint(condition=Q(state__in=["waiting", "done", "failed"]), name="job_state_is_known"),
            models.CheckConstraint(condition=Q(error="") | Q(state="failed"), name="failed_job_says_why"),
        ]
        indexes = [models.Index(fields=["created_at"], condition=Q(state="waiting"), name="job_waiting")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.person_id}: {self.state}"

    def problem(self, now: datetime) -> str:
        """The reason for a failure, as a sentence; "" if the job succeeded or still may."""
        if self.state == self.State.WAITING and self.created_at <= now - self.GOOD_FOR:
            return "No worker has picked this up, so nothing could be fetched. Is a worker running?"
        return self.error

    def finish(self, state: str, answer: dict[str, object] | None = None, error: str = "") -> None:
        """Store the result, unless we were too slow and have lost the claim."""
        ours = Job.objects.filter(pk=self.pk, claimed_until=self.claimed_until)
        patiently(lambda: ours.update(state=state, answer=answer or {}, error=error, claimed_until=None))
