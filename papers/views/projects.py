"""views.projects: the team's projects, and the ledger of the papers applied in them."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from .. import access
from ..forms.projects import ApplyForm, LedgerForm, ProjectForm
from ..ledger import applications, projects, table
from ..models import Application, Project
from . import dialog, page

# The table's columns: sort key ("" if not sortable) and heading.
COLUMNS = [
    ("paper", "Paper"),
    ("taken", "Taken"),
    ("project", "Project"),
    ("stage", "Stage"),
    ("outcome", "Outcome"),
    ("", "Claimed"),
    ("", "Ours"),
    ("checked", "Checked"),
    ("by", "By"),
    ("when", "When"),
]
DUE = 100  # applications due for review shown on one page
FIGURES = {"Claimed", "Ours", "When"}  # aligned to the right


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List all projects, with the whole team's ledger beneath."""
    now = timezone.now()
    every = Project.objects.with_counts().prefetch_related("members").order_by("name")
    context = {
        "open": [project for project in every if project.is_open],
        "closed": [project for project in every if not project.is_open],
        "due": Application.objects.due_for_review(now).for_ledger().order_by("review_due")[:DUE],
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
        **_ledger(request, project.applications.all(), project),
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
@vary_on_headers("HX-Target")
@access.member_required
def apply(request: HttpRequest, paper_id: int) -> HttpResponse:
    """The form to apply a paper: the project, and what was taken. Opened from a card, a paper's page or the key A."""
    person, now = access.person(request), timezone.now()
    paper = access.paper_for(person, paper_id)
    form = ApplyForm(page.sent(request), initial={"project": request.GET.get("project")}, auto_id="apply-%s")
    if form.is_valid():
        wish = form.cleaned_data
        with page.refusals_in(form):
            project = wish["project"] or projects.get_or_create(person, wish["new_project"], now)
            application = applications.apply(person, paper, project, wish["taken"], now)
            to = page.safe_next(request, application)
            if to == application.get_absolute_url() and not dialog.over(request):
                return page.SeeOther(to)
            return dialog.done(request, paper, f"Applied in {project}. It begins as a toy.", to)
    over = dialog.over(request)
    used, to = applications.used_in(paper), request.GET.get("next", "")
    context = {"paper": paper, "form": form, "used": used, "next": to, "dialog": over}
    template = "applications/_apply.html" if over else "applications/apply.html"
    return render(request, template, context, status=400 if form.errors else 200)


def _ledger(
    request: HttpRequest, applications: QuerySet[Application], project: Project | None = None
) -> dict[str, Any]:
    """The table for this query string, with its form, chips and headings."""
    form = LedgerForm(request.GET)
    ledger = table.table(applications, form.filters())
    filters = ledger.filters
    return {
        "ledger": ledger,
        "form": form,
        "shows": [(name, label, ledger.counts[name]) for name, (label, _) in table.SHOWS.items()],
        "heads": [
            _head(sorts, label, filters.sort) for sorts, label in COLUMNS if not (project and sorts == "project")
        ],
        "narrowed": bool(filters.q or filters.by or filters.project),
    }


def _head(sorts: str, label: str, sort: str) -> dict[str, str]:
    """One column's heading: a click sorts by it, another reverses. Dates begin with the newest."""
    first, second = (f"-{sorts}", sorts) if sorts == "when" else (sorts, f"-{sorts}")
    now = sort.removeprefix("-") == sorts
    return {
        "label": label,
        "sort": sorts and (second if sort == first else first),
        "aria": ("descending" if sort.startswith("-") else "ascending") if now else "",
        "align": "num" if label in FIGURES else "",
    }
