"""views.projects: what the team works on, what it used there, and what came of it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import access
from ..forms import (
    AdvanceForm,
    ApplyForm,
    CheckForm,
    ChosenOverForm,
    DropForm,
    EvidenceForm,
    OutcomeForm,
    ProjectForm,
    ReviewForm,
    StepBackForm,
)
from ..ledger import projects as ledger
from ..models import Application, Event, Person, Project, Result
from . import page

form_page = require_http_methods(["GET", "HEAD", "POST"])
LEDGER = 100  # rows that one page shows

# What the ledger can be asked for: the query parameter `show`.
SHOWS: dict[str, tuple[str, Q]] = {
    "toy": ("Toys", Q(stage="toy")),
    "pilot": ("Pilots", Q(stage="pilot")),
    "production": ("In production", Q(stage="production")),
    "dropped": ("Dropped", Q(stage="dropped")),
    "helped": ("Helped", Q(outcome="helped")),
    "failed": ("Did not help", Q(outcome__in=["no_effect", "hurt", "abandoned"])),
}


# ── projects ─────────────────────────────────────────────────────────────────────────────────


@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    """All projects, and the whole team's ledger beneath."""
    now = timezone.now()
    every = Project.objects.with_counts().prefetch_related("members").order_by("name")
    context = {
        "open": [project for project in every if project.is_open],
        "closed": [project for project in every if not project.is_open],
        "today": timezone.localdate(now),
        "due": Application.objects.due_for_review(now).for_ledger().order_by("review_due")[:LEDGER],
        **_ledger(request, Application.objects.all()),
    }
    return render(request, "projects/projects.html", context)


@require_safe
def project(request: HttpRequest, project: str) -> HttpResponse:
    found = get_object_or_404(Project.objects.select_related("channel").prefetch_related("members"), slug=project)
    now = timezone.now()
    context = {
        "project": found,
        "due_soon": found.is_due(timezone.localdate(now)),
        "events": _told(found.events.filter(application=None)),
        **_ledger(request, found.applications.all()),
    }
    return render(request, "projects/project.html", context)


@form_page
@access.member_required
def new(request: HttpRequest) -> HttpResponse:
    person = access.person(request)
    form = ProjectForm(page.sent(request), initial={"members": [person.pk]})
    if form.is_valid():
        try:
            return page.SeeOther(ledger.create(person, timezone.now(), **form.cleaned_data).get_absolute_url())
        except ledger.LedgerError as error:
            form.add_error("name", str(error))
    return render(request, "projects/edit.html", {"form": form}, status=400 if form.errors else 200)


@form_page
@access.member_required
def edit(request: HttpRequest, project: str) -> HttpResponse:
    found = get_object_or_404(Project, slug=project)
    fields = ("name", "horizon", "deadline", "warning_days", "channel")
    initial = {name: getattr(found, name) for name in fields} | {"members": found.members.all()}
    form = ProjectForm(page.sent(request), project=found, initial=initial)
    if form.is_valid():
        try:
            ledger.change(access.person(request), found, timezone.now(), **form.cleaned_data)
            return page.SeeOther(found.get_absolute_url())
        except ledger.LedgerError as error:
            form.add_error("name", str(error))
    return render(request, "projects/edit.html", {"form": form, "project": found}, status=400 if form.errors else 200)


@require_POST
@access.member_required
def close(request: HttpRequest, project: str) -> HttpResponse:
    found = get_object_or_404(Project, slug=project)
    ledger.close(access.person(request), found, timezone.now())
    return page.SeeOther(found.get_absolute_url())


@require_POST
@access.member_required
def reopen(request: HttpRequest, project: str) -> HttpResponse:
    found = get_object_or_404(Project, slug=project)
    ledger.reopen(access.person(request), found, timezone.now())
    return page.SeeOther(found.get_absolute_url())


# ── applying ─────────────────────────────────────────────────────────────────────────────────


@form_page
@access.member_required
def apply(request: HttpRequest, paper_id: int) -> HttpResponse:
    """From a card, a paper's page or the key A: which project, and what was taken."""
    person, now = access.person(request), timezone.now()
    paper = access.paper_for(person, paper_id)
    form = ApplyForm(page.sent(request), initial={"project": request.GET.get("project")})
    if form.is_valid():
        asked = form.cleaned_data
        try:
            project = asked["project"] or ledger.called(person, asked["new_project"], now)
            application = ledger.apply(person, paper, project, asked["taken"], now)
        except ledger.LedgerError as error:
            form.add_error("project", str(error))
        else:
            to = page.safe_next(request, application)
            if to != application.get_absolute_url():
                messages.success(request, f"Applied in {project}. It begins as a toy.")
            return page.SeeOther(to)
    context = {"paper": paper, "form": form, "used": ledger.used_in(paper), "next": request.GET.get("next", "")}
    return render(request, "projects/apply.html", context, status=400 if form.errors else 200)


@require_safe
def application(request: HttpRequest, application_id: int) -> HttpResponse:
    return _page(request, application_id)


Verb = Callable[[Person, Application, dict[str, Any]], object]


def _verb(form_class: type[Form], name: str, do: Verb) -> Callable[..., HttpResponse]:
    """The address of one verb of the ledger: a form that, when it is refused, comes back with its input and why."""

    @require_POST
    @access.member_required
    def act(request: HttpRequest, application_id: int) -> HttpResponse:
        found = get_object_or_404(Application, pk=application_id)
        form = form_class(request.POST, prefix=name)
        if form.is_valid():
            try:
                do(access.person(request), found, form.cleaned_data)
                return page.SeeOther(f"{found.get_absolute_url()}#{name}")
            except ledger.LedgerError as error:
                form.add_error(None, str(error))
        return _page(request, application_id, {name: form})

    return act


record = _verb(EvidenceForm, "result", lambda who, what, said: ledger.record(who, what, timezone.now(), **said))
advance = _verb(
    AdvanceForm, "advance", lambda who, what, said: ledger.advance(who, what, said.pop("to"), timezone.now(), **said)
)
back = _verb(
    StepBackForm, "back", lambda who, what, said: ledger.step_back(who, what, said["to"], timezone.now(), said["why"])
)
drop = _verb(
    DropForm, "drop", lambda who, what, said: ledger.drop(who, what, said["outcome"], said["why"], timezone.now())
)
outcome = _verb(
    OutcomeForm,
    "outcome",
    lambda who, what, said: ledger.say_outcome(who, what, said["outcome"], said["note"], timezone.now()),
)
over = _verb(
    ChosenOverForm, "over", lambda who, what, said: ledger.say_chosen_over(who, what, said["text"], timezone.now())
)
review = _verb(
    ReviewForm,
    "review",
    lambda who, what, said: ledger.review(who, what, said["verdict"], said["note"], timezone.now(), said["by"]),
)


@require_POST
@access.member_required
def check(request: HttpRequest, result_id: int) -> HttpResponse:
    result = get_object_or_404(Result.objects.select_related("application"), pk=result_id)
    name = f"check-{result.pk}"
    form = CheckForm(request.POST, prefix=name)
    if form.is_valid():
        try:
            said = form.cleaned_data
            ledger.check(access.person(request), result, said["holds"], said["note"], timezone.now())
            return page.SeeOther(f"{result.application.get_absolute_url()}#result-{result.pk}")
        except ledger.LedgerError as error:
            form.add_error(None, str(error))
    return _page(request, result.application_id, {name: form})


# ── pieces ───────────────────────────────────────────────────────────────────────────────────


def _ledger(request: HttpRequest, applications: QuerySet[Application]) -> dict[str, Any]:
    """The rows that `show` asks for, newest first, and how many each choice has."""
    show = request.GET.get("show", "")
    counts = applications.aggregate(**{name: _count(fits) for name, (_, fits) in SHOWS.items()}, all=_count(Q()))
    asked = applications.filter(SHOWS[show][1]) if show in SHOWS else applications
    rows = list(asked.for_ledger().newest_first()[: LEDGER + 1])  # type: ignore[attr-defined]
    return {
        "ledger": rows[:LEDGER],
        "cut": len(rows) > LEDGER,
        "show": show if show in SHOWS else "",
        "shows": [(name, label, counts[name]) for name, (label, _) in SHOWS.items()],
        "total": counts["all"],
    }


def _page(request: HttpRequest, application_id: int, filled: dict[str, Form] | None = None) -> HttpResponse:
    """One application whole; `filled` are forms that came back refused."""
    person, now = access.person(request), timezone.now()
    found = get_object_or_404(Application.objects.for_ledger(), pk=application_id)
    results = list(found.results.all())
    forms: dict[str, Form] = {}
    if not person.is_guest:
        forms = {
            "result": EvidenceForm(prefix="result"),
            "outcome": OutcomeForm(prefix="outcome", initial={"outcome": found.outcome, "note": found.outcome_note}),
            "over": ChosenOverForm(prefix="over", initial={"text": found.chosen_over}),
            "review": ReviewForm(prefix="review"),
            "drop": DropForm(prefix="drop"),
            "back": StepBackForm(prefix="back"),
            "advance": AdvanceForm(prefix="advance", initial={"to": next(iter(ledger.next_stages(found.stage)), "")}),
        }
        for result in results:
            if ledger.may_check(person, result, found):
                mine = next((check for check in result.checks.all() if check.person_id == person.pk), None)
                forms[f"check-{result.pk}"] = CheckForm(
                    prefix=f"check-{result.pk}",
                    initial={"holds": "yes" if mine is None or mine.holds else "no", "note": mine.note if mine else ""},
                )
        forms |= filled or {}
    context = {
        "application": found,
        "results": [(result, forms.get(f"check-{result.pk}")) for result in results],
        "forms": forms,
        "refused": set(filled or ()),
        "ways": [
            (to, Application.Stage(to).label, ledger.missing_for(found, to)) for to in ledger.next_stages(found.stage)
        ],
        "due": found.review_due is not None and found.review_due <= now,
        "events": _told(found.events.all()),
        "now": now,
    }
    return render(request, "projects/application.html", context, status=400 if filled else 200)


def _count(fits: Q) -> Any:
    return Count("pk", filter=fits) if fits else Count("pk")


def _told(events: QuerySet[Event]) -> QuerySet[Event]:
    return events.select_related("person").order_by("-at", "-pk")[:200]
