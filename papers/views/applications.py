"""views.applications: one paper in one project: its stage, its results, and who checked them."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from .. import access
from ..forms.applications import (
    AdvanceForm,
    CheckForm,
    ChosenOverForm,
    DropForm,
    EvidenceForm,
    OutcomeForm,
    ReviewForm,
    StepBackForm,
)
from ..ledger import applications, checks, results, reviews, steps
from ..models import Application, Person
from . import page


@require_safe
def application(request: HttpRequest, application_id: int) -> HttpResponse:
    return _page(request, application_id)


Verb = Callable[[Person, Application, dict[str, Any]], object]


def _verb(form_class: type[Form], name: str, do: Verb) -> Callable[..., HttpResponse]:
    """Make the view for one verb of the ledger. A refused form is shown again with its input and the reason.

    `name` is the form's prefix, and the place on the page to return to.
    """

    @require_POST
    @access.member_required
    def act(request: HttpRequest, application_id: int) -> HttpResponse:
        application = access.application_for(access.person(request), application_id)
        form = form_class(request.POST, prefix=name)
        if form.is_valid():
            with page.refusals_in(form):
                do(access.person(request), application, form.cleaned_data)
                return page.SeeOther(f"{application.get_absolute_url()}#{name}")
        return _page(request, application_id, {name: form})

    return act


# Two buttons on one form: record the step's result, or record it and move on.
record = _verb(EvidenceForm, "step", lambda person, it, wish: results.record(person, it, timezone.now(), **wish))
advance = _verb(
    AdvanceForm,
    "step",
    lambda person, it, wish: applications.advance(person, it, wish.pop("to"), timezone.now(), **wish),
)
back = _verb(
    StepBackForm,
    "back",
    lambda person, it, wish: applications.step_back(person, it, wish["to"], timezone.now(), wish["why"]),
)
drop = _verb(
    DropForm,
    "drop",
    lambda person, it, wish: applications.drop(person, it, wish["outcome"], wish["why"], timezone.now()),
)
outcome = _verb(
    OutcomeForm,
    "outcome",
    lambda person, it, wish: applications.set_outcome(person, it, wish["outcome"], wish["note"], timezone.now()),
)
over = _verb(
    ChosenOverForm,
    "over",
    lambda person, it, wish: applications.set_alternatives(person, it, wish["text"], timezone.now()),
)
review = _verb(
    ReviewForm,
    "review",
    lambda person, it, wish: reviews.review(person, it, wish["verdict"], wish["note"], timezone.now(), wish["by"]),
)


@require_POST
@access.member_required
def check(request: HttpRequest, result_id: int) -> HttpResponse:
    result = access.result_for(access.person(request), result_id)
    name = f"check-{result.pk}"
    form = CheckForm(request.POST, prefix=name)
    if form.is_valid():
        with page.refusals_in(form):
            wish = form.cleaned_data
            checks.check(access.person(request), result, wish["holds"], wish["note"], timezone.now())
            return page.SeeOther(f"{result.application.get_absolute_url()}#result-{result.pk}")
    return _page(request, result.application_id, {name: form})


def _page(request: HttpRequest, application_id: int, filled: dict[str, Form] | None = None) -> HttpResponse:
    """Draw the whole application; `filled` are forms that came back refused."""
    person, now = access.person(request), timezone.now()
    application = access.application_for(person, application_id)
    forms = {} if person.is_guest else _forms(person, application) | (filled or {})
    ladder = steps.steps_of(application)
    context = {
        "application": application,
        "steps": ladder,
        "ways": [step for step in ladder if step.open],
        "here": next((step for step in ladder if step.state == "here"), None),
        "results": [(result, forms.get(f"check-{result.pk}")) for result in reversed(list(application.results.all()))],
        "forms": forms,
        "refused": set(filled or ()),
        "due": application.review_due is not None and application.review_due <= now,
        "events": application.events.for_history(),
    }
    return render(request, "applications/application.html", context, status=400 if filled else 200)


def _forms(person: Person, application: Application) -> dict[str, Form]:
    """Make the empty form of each verb that this person may use."""
    outcome = {"outcome": application.outcome, "note": application.outcome_note}
    forms: dict[str, Form] = {
        "step": EvidenceForm(prefix="step"),
        "outcome": OutcomeForm(prefix="outcome", initial=outcome),
        "over": ChosenOverForm(prefix="over", initial={"text": application.chosen_over}),
        "review": ReviewForm(prefix="review"),
        "drop": DropForm(prefix="drop"),
        "back": StepBackForm(prefix="back", earlier=steps.earlier_than(application.stage)),
    }
    for result in application.results.all():
        if checks.may_check(person, result, application):
            mine = next((check for check in result.checks.all() if check.person_id == person.pk), None)
            holds, note = ("no" if mine and not mine.holds else "yes"), (mine.note if mine else "")
            forms[f"check-{result.pk}"] = CheckForm(prefix=f"check-{result.pk}", initial={"holds": holds, "note": note})
    return forms
