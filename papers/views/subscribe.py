"""views.subscribe: add a source by its address, after a preview of what it would bring."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from .. import access, jobs, tasks
from ..forms.sources import AddressForm, NewSourceForm
from ..identity import without_password
from ..intake import subscriptions
from ..intake.subscriptions import Wish
from ..models import Job, Source
from . import page


@access.admin_required
@page.read_or_send
def new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _ask(request, AddressForm(initial={"address": request.GET.get("address", "")}))
    if "save" in request.POST:
        return _save(request)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _ask(request, form)
    address = form.cleaned_data["address"]
    with page.refusals_in(form, "address"):
        wish = subscriptions.understand(address)
        if answer := _existing(request, form, wish.kind, wish.address):
            return answer
        job = jobs.ask(access.person(request), Job.Kind.LOOK, {"address": address}, timezone.now())
        page.soon(tasks.answer_due)
        return page.SeeOther(reverse("source_look", args=[job.pk]))
    return _ask(request, form)


@access.admin_required
@require_safe
def look(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Show a preview once a worker has fetched it. For a site with several feeds, ask which one."""
    job = access.job_for(access.person(request), job_id, Job.Kind.LOOK)
    trouble = job.problem(timezone.now())
    if job.state == Job.State.WAITING and not trouble:
        return page.waiting(request, job, "Add a source", f"Looking at {without_password(job.wish['address'])} …")
    if answer := page.answered(request):
        return answer
    form, seen = AddressForm(job.wish), job.answer
    if trouble:
        form.add_error("address", trouble)
        return _ask(request, form)
    if "feeds" in seen:
        return _ask(request, form, choices=seen["feeds"])
    if answer := _existing(request, form, seen["kind"], seen["address"]):
        return answer
    initial = {name: seen[name] for name in ("kind", "address", "name", "site_url")}
    return _preview(request, NewSourceForm(initial=initial), seen)


def _ask(request: HttpRequest, form: AddressForm, **context: Any) -> HttpResponse:
    return render(request, "sources/new.html", {"form": form, **context})


def _existing(request: HttpRequest, form: AddressForm, kind: str, address: str) -> HttpResponse | None:
    existing = Source.objects.filter(kind=kind, address=address).first()
    return _ask(request, form, known=existing) if existing else None


def _preview(request: HttpRequest, form: NewSourceForm, seen: dict[str, Any] | None) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "seen": seen}
    if seen:
        context["items"] = [{**item, "published": parse_datetime(item["published"])} for item in seen["items"]]
    context["shown"] = without_password(str(form["address"].value() or ""))
    return render(request, "sources/preview.html", context)


def _save(request: HttpRequest) -> HttpResponse:
    form = NewSourceForm(request.POST)
    if not form.is_valid():
        return _preview(request, form, None)
    fields = form.cleaned_data
    meant = subscriptions.understand(fields["address"])
    wish = Wish(meant.kind, meant.address, fields["name"], fields["horizon"], fields["site_url"])
    added = subscriptions.add(access.person(request), [wish], timezone.now())
    if added:
        page.soon(tasks.refresh_due, added[0].pk)
        messages.success(request, f"{added[0].name} has been added and is being fetched.")
    else:
        messages.info(request, "This source is already in the list.")
    return page.SeeOther(reverse("source", args=[Source.objects.get(kind=wish.kind, address=wish.address).pk]))
