"""views.projects: what the team works on, and the ledger of what it used there."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from .. import access
from ..forms.projects import ApplyForm, ProjectForm
from ..ledger import applications, projects
from ..models import Application, Project
from . import page

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


@require_safe
def index(request: HttpRequest) -> HttpResponse:
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
def project(request: HttpRequest, project_slug: str) -> HttpResponse:
    project = get_object_or_404(
        Project.objects.select_related("channel").prefetch_related("members"), slug=project_slug
    )
    context = {
        "project": project,
        "due_soon": project.is_due(timezone.localdate()),
        "events": project.events.filter(application=None).for_history(),
        **_ledger(request, project.applications.all()),
    }
    return render(request, "projects/project.html", context)


@page.read_or_send
@access.member_required
def new(request: HttpRequest) -> HttpResponse:
    person = access.person(request)
    form = ProjectForm(page.sent(request), initial={"members": [person.pk]})
    if form.is_valid():
        with page.refusals_in(form):
            return page.SeeOther(projects.create(person, timezone.now(), **form.cleaned_data).get_absolute_url())
    return render(request, "projects/edit.html", {"form": form}, status=400 if form.errors else 200)


@page.read_or_send
@access.member_required
def edit(request: HttpRequest, project_slug: str) -> HttpResponse:
    project = access.project_for(access.person(request), project_slug)
    fields = ("name", "horizon", "deadline", "warning_days", "channel")
    initial = {name: getattr(project, name) for name in fields} | {"members": project.members.all()}
    form = ProjectForm(page.sent(request), project=project, initial=initial)
    if form.is_valid():
        with page.refusals_in(form):
            projects.change(access.person(request), project, timezone.now(), **form.cleaned_data)
            return page.SeeOther(project.get_absolute_url())
    context = {"form": form, "project": project}
    return render(request, "projects/edit.html", context, status=400 if form.errors else 200)


@require_POST
@access.member_required
def close(request: HttpRequest, project_slug: str) -> HttpResponse:
    project = access.project_for(access.person(request), project_slug)
    projects.close(access.person(request), project, timezone.now())
    return page.SeeOther(project.get_absolute_url())


@require_POST
@access.member_required
def reopen(request: HttpRequest, project_slug: str) -> HttpResponse:
    project = access.project_for(access.person(request), project_slug)
    projects.reopen(access.person(request), project, timezone.now())
    return page.SeeOther(project.get_absolute_url())


@page.read_or_send
@access.member_required
def apply(request: HttpRequest, paper_id: int) -> HttpResponse:
    """From a card, a paper's page or the key A: which project, and what was taken."""
    person, now = access.person(request), timezone.now()
    paper = access.paper_for(person, paper_id)
    form = ApplyForm(page.sent(request), initial={"project": request.GET.get("project")})
    if form.is_valid():
        wish = form.cleaned_data
        with page.refusals_in(form):
            project = wish["project"] or projects.get_or_create(person, wish["new_project"], now)
            application = applications.apply(person, paper, project, wish["taken"], now)
            to = page.safe_next(request, application)
            if to != application.get_absolute_url():
                messages.success(request, f"Applied in {project}. It begins as a toy.")
            return page.SeeOther(to)
    context = {"paper": paper, "form": form, "used": applications.used_in(paper), "next": request.GET.get("next", "")}
    return render(request, "projects/apply.html", context, status=400 if form.errors else 200)


def _ledger(request: HttpRequest, every: QuerySet[Application]) -> dict[str, Any]:
    """The rows that `show` asks for, newest first, and how many each choice has."""
    show = request.GET.get("show", "")
    counts = every.aggregate(**{name: _count(fits) for name, (_, fits) in SHOWS.items()}, all=_count(Q()))
    chosen = every.filter(SHOWS[show][1]) if show in SHOWS else every
    rows = list(chosen.for_ledger().newest_first()[: LEDGER + 1])  # type: ignore[attr-defined]
    return {
        "ledger": rows[:LEDGER],
        "cut": len(rows) > LEDGER,
        "show": show if show in SHOWS else "",
        "shows": [(name, label, counts[name]) for name, (label, _) in SHOWS.items()],
        "total": counts["all"],
    }


def _count(fits: Q) -> Any:
    return Count("pk", filter=fits) if fits else Count("pk")
