"""ledger.steps: toy, pilot, production: the evidence that each step of an application has and lacks."""

from dataclasses import dataclass
from typing import Literal

from django.db.models import Max

from ..models import Application, Check, Event, Result

Stage = Application.Stage
ORDER = [Stage.TOY, Stage.PILOT, Stage.PRODUCTION]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the stepper on an application's page."""

    stage: Stage
    state: Literal["done", "here", "skipped", "ahead"]
    results: list[Result]
    lacks: list[str]  # missing before it can move here; empty if it cannot
    open: bool  # it can move here, with evidence from the same form if needed

    @property
    def checks(self) -> list[Check]:
        return [check for result in self.results for check in result.checks.all()]


def steps_of(application: Application) -> list[Step]:
    """The three steps in order. Uses what for_ledger has prefetched, with queries for each step ahead."""
    results = list(application.results.all())
    steps = []
    for stage in ORDER:
        own = [result for result in results if result.stage == stage]
        near = stage in next_stages(application.stage)
        lacks = missing_for(application, stage) if near else []
        way = near and (not lacks or (stage == Stage.PILOT and not application.is_over))
        steps.append(Step(stage, _state(application, stage, own), own, lacks, way))
    return steps


def _state(
    application: Application, stage: Stage, results: list[Result]
) -> Literal["done", "here", "skipped", "ahead"]:
    if application.stage == stage:
        return "here"
    if application.stage == Stage.DROPPED:
        return "done" if results else "ahead"
    if ORDER.index(stage) > ORDER.index(Stage(application.stage)):
        return "ahead"
    return "done" if results else "skipped"


def missing_for(application: Application, to: str) -> list[str]:
    """List in words what an application still lacks for this stage; empty if it can move."""
    if to not in next_stages(application.stage):
        return [f"to stand elsewhere: from {application.get_stage_display().lower()} there is no way there"]
    if application.is_over:
        return [f"a review that keeps it: it is {application.get_review_display().lower()}"]
    results = list(application.results.all())
    if to != Stage.PRODUCTION:
        here = any(result.stage == application.stage for result in results)
        return [] if here else [f"evidence from the {application.stage}: a link or a note"]
    # Results from before it failed in production say nothing about the new attempt.
    left = application.events.filter(kind=Event.Kind.MOVED, data__before=Stage.PRODUCTION).aggregate(at=Max("at"))["at"]
    again = " since it left production" if left else ""
    tried = [
        result for result in results if result.stage in {Stage.TOY, Stage.PILOT} and (not left or result.at > left)
    ]
    checks = sorted(
        (check for result in tried for check in result.checks.all()), key=lambda check: (check.at, check.pk)
    )
    missing = [] if tried else [f"a recorded toy or pilot result{again}"]
    if not checks:
        missing.append("a check of it by another member" if not tried else "a check of a result by another member")
    elif not checks[-1].holds:
        missing.append(f"a check that holds: {checks[-1].person} found that a result does not")
    return missing


def next_stages(stage: str) -> list[str]:
    ways: dict[str, list[str]] = {Stage.TOY: [Stage.PILOT, Stage.PRODUCTION], Stage.PILOT: [Stage.PRODUCTION]}
    return ways.get(stage, [])


def earlier_than(stage: str) -> list[str]:
    """The stages an application can move back to; a dropped one starts again as a toy."""
    return [Stage.TOY] if stage == Stage.DROPPED else [*ORDER[: ORDER.index(Stage(stage))]]


def sentence_of(to: str, missing: list[str]) -> str:
    """
    >>> sentence_of("production", ["a recorded toy or pilot result", "a check of it by another member"])
    'Production still needs a recorded toy or pilot result, and a check of it by another member.'
    """
    return f"{to.capitalize()} still needs {', and '.join(missing)}."
