"""views.sources: where papers come from: how each source fares, and what the team makes of it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from .. import access, tasks
from ..forms.sources import HorizonForm, NameForm, StateForm
from ..intake import subscriptions
from ..models import Source
from . import page

PAGE = 50
WATCH = 30  # times that a row asks, every two seconds, how its refresh goes
SHOWS = {"failing": "Failing", "muted": "Muted", "paused": "Paused"}


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    now, show, after = timezone.now(), request.GET.get("show", ""), _number(request.GET.get("after", ""))
    rows = list(Source.objects.pulled().in_condition(show).by_name(after).with_recent(now)[: PAGE + 1])
    counts = Source.objects.pulled().count_conditions()
    context = {
        "sources": rows[:PAGE],
        "next": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "by_hand": Source.objects.filter(kind=Source.Kind.PERSON).by_name().with_recent(now)
        if show not in SHOWS and not after
        else (),
        "total": counts["total"],
        "shows": [(name, label, counts[name]) for name, label in SHOWS.items()],
        "show": show,
        "after": after,
        **_common(request, now),
    }
    return render(request, "sources/sources.html", context)


def _number(text: str) -> int:
    """A small number out of an address; 0 when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


@require_safe
def source(request: HttpRequest, source_id: int) -> HttpResponse:
    now = timezone.now()
    source = get_object_or_404(Source.objects.with_recent(now).select_related("person"), pk=source_id)
    sightings = source.sightings.order_by("-at", "-paper")
    context = {
        "source": source,
        "fetches": source.fetches.order_by("-at")[:30],
        "events": source.events.for_history()[:50],
        "sightings": sightings.select_related("paper").defer("paper__search", "paper__abstract")[:10],
        **_common(request, now),
    }
    return render(request, "sources/source.html", context)


@require_safe
def row(request: HttpRequest, source_id: int) -> HttpResponse:
    """One source as a piece of a page, asked for again and again while its refresh runs."""
    source = _shown(source_id)
    left = min(_number(request.GET.get("watch", "")), WATCH)
    return render(request, "sources/_source.html", _row(request, source, left - 1))


@access.admin_required
@require_POST
def refresh(request: HttpRequest, source_id: int) -> HttpResponse:
    now = timezone.now()
    source = access.source_for(access.person(request), source_id)
    if source.state == Source.State.PAUSED:
        return page.refuse(request, f"{source.name} is paused. Resume it, and it is fetched.", 409)
    if source.last_fetch and (now - source.last_fetch).total_seconds() < 60:
        return page.refuse(request, f"{source.name} was fetched within the last minute. Give it a little time.", 429)
    Source.objects.filter(pk=source.pk).update(next_fetch=now)
    page.soon(tasks.refresh_due, source.pk)
    return _answer(request, source, watch=WATCH)


@access.admin_required
@require_POST
def state(request: HttpRequest, source_id: int) -> HttpResponse:
    source = access.source_for(access.person(request), source_id)
    form = StateForm(request.POST)
    if not form.is_valid():
        return page.refuse(request, "A source is active, muted or paused.")
    resumed = source.state == Source.State.PAUSED and form.cleaned_data["state"] != Source.State.PAUSED
    subscriptions.change(access.person(request), source, timezone.now(), state=form.cleaned_data["state"])
    if resumed:
        page.soon(tasks.refresh_due, source.pk)
    return _answer(request, source, watch=WATCH if resumed else 0)


@access.admin_required
@require_POST
def horizon(request: HttpRequest, source_id: int) -> HttpResponse:
    source = get_object_or_404(Source, pk=source_id)
    form = HorizonForm(request.POST)
    if not form.is_valid():
        return page.refuse(request, "A horizon is core, adjacent or moonshot.")
    subscriptions.change(access.person(request), source, timezone.now(), horizon=form.cleaned_data["horizon"])
    return _answer(request, source)


@access.admin_required
@require_POST
def rename(request: HttpRequest, source_id: int) -> HttpResponse:
    source = get_object_or_404(Source, pk=source_id)
    form = NameForm(request.POST)
    if not form.is_valid():
        return page.refuse(request, "A source needs a name of at most 200 characters.")
    subscriptions.change(access.person(request), source, timezone.now(), name=form.cleaned_data["name"])
    return page.SeeOther(reverse("source", args=[source.pk]))


@access.admin_required
@require_POST
def remove(request: HttpRequest, source_id: int) -> HttpResponse:
    source = get_object_or_404(Source, pk=source_id)
    if not subscriptions.remove(source):
        return page.refuse(request, f"{source.name} brought papers, which keep it in the list. Pause it instead.", 409)
    messages.success(request, f"{source.name} is off the list.")
    return page.SeeOther(reverse("sources"))


@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """The first pull, as it goes. When it is over and papers came, the page that waited is drawn anew."""
    how_far = subscriptions.progress(timezone.now())
    if not how_far:
        raise Http404
    if not page.htmx(request):
        return page.SeeOther(reverse("today"))
    answer = render(request, "sources/_progress.html", {"progress": how_far})
    if how_far.done and how_far.papers:
        answer["HX-Refresh"] = "true"
    return answer


# ── shared with views.subscribe ──────────────────────────────────────────────────────────────


def _shown(source_id: int) -> Source:
    with_recent: QuerySet[Source] = Source.objects.with_recent(timezone.now())
    return get_object_or_404(with_recent, pk=source_id)


def _common(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """What `sources/_source.html` needs beside the source. `back`: where its forms lead without JavaScript."""
    return {"now": now, "back": page.here(request), "horizons": Source.Horizon.choices}


def _row(request: HttpRequest, source: Source, watch: int = 0) -> dict[str, Any]:
    now = timezone.now()
    waits = source.state != Source.State.PAUSED and source.next_fetch is not None and source.next_fetch <= now
    return {"source": source, "watch": watch if waits else 0, **_common(request, now)}


def _answer(request: HttpRequest, source: Source, watch: int = 0) -> HttpResponse:
    shown = _shown(source.pk)  # read after the write
    context = _row(request, shown, watch)
    return page.fragment_or_redirect(request, "sources/_source.html", context, to=reverse("source", args=[source.pk]))
