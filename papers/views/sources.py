"""views.sources: the list of sources, a source's page, and changes by admins."""

import itertools
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from .. import access, tasks
from ..forms.sources import HorizonForm, NameForm, PagesForm, StateForm
from ..insight.portrait import portrait
from ..intake import feed_lists, subscriptions
from ..models import Application, Source
from ..ranking import record
from . import page, undo

PAGE = 100
WATCH = 30  # times a row polls, every two seconds, while its refresh runs
SHOWS = {"failing": "Failing", "muted": "Muted", "paused": "Paused"}
PLACES = {  # where a source is drawn, and with which template
    "list": "sources/_source.html",
    "page": "sources/_gave.html",
    "table": "insight/_source_acts.html",
    "cost": "insight/_source_acts.html",
}


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    now, show, after = timezone.now(), request.GET.get("show", ""), _number(request.GET.get("after", ""))
    rows = list(Source.objects.pulled().in_condition(show).by_group(after).with_recent(now)[: PAGE + 1])
    by_hand = Source.objects.filter(kind=Source.Kind.PERSON).by_group().with_recent(now)
    listed = record.records([*rows[:PAGE], *(() if show in SHOWS or after else by_hand)], now)
    counts = Source.objects.pulled().count_conditions()
    context = {
        "groups": _groups(listed[: len(rows[:PAGE])]),
        "by_hand": listed[len(rows[:PAGE]) :],
        "next": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "total": counts["total"],
        "shows": [(name, label, counts[name]) for name, label in SHOWS.items()],
        "show": show,
        "shown_names": list(SHOWS),
        "after": after,
        **_common(request, now),
    }
    return render(request, "sources/sources.html", context)


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """All feeds and arXiv sources as OPML, for other readers and other installs."""
    shared = Source.objects.filter(kind__in=[Source.Kind.ARXIV, Source.Kind.FEED])
    rows = shared.order_by("horizon", "name", "pk").iterator(chunk_size=500)
    answer = HttpResponse(feed_lists.write(rows), content_type="text/x-opml; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="tenth-sources.opml"'
    return answer


def _groups(records: list[record.Record]) -> list[tuple[str, list[record.Record]]]:
    """Failing sources first, then by horizon, in the order of `by_group`."""

    def label(one: record.Record) -> str:
        return "Failing" if one.source.is_failing else one.source.get_horizon_display()

    return [(name, list(group)) for name, group in itertools.groupby(records, label)]


def _number(text: str) -> int:
    """Read a small number from an address; 0 if it is not one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


@require_safe
def source(request: HttpRequest, source_id: int) -> HttpResponse:
    now, source = timezone.now(), _with_recent(source_id)
    applied = Application.objects.filter(paper__sightings__source=source).select_related("paper", "project")
    context = {
        "source": source,
        "record": record.records([source], now)[0],
        "applied": applied.defer("paper__search", "paper__abstract", "paper__abstract_html").newest_first()[:10],
        "portrait": portrait(source, now),
        "fetches": source.fetches.order_by("-at")[:30],
        "events": source.events.for_history()[:50],
        "sightings": source.sightings.order_by("-at", "-paper")
        .select_related("paper")
        .defer("paper__search", "paper__abstract")[:10],
        **_common(request, now),
    }
    return render(request, "sources/source.html", context)


@require_safe
def row(request: HttpRequest, source_id: int) -> HttpResponse:
    """One source as a fragment, polled while its refresh runs."""
    left = min(_number(request.GET.get("watch", "")), WATCH)
    return _draw(request, _with_recent(source_id), left - 1)


@access.admin_required
@require_POST
def refresh(request: HttpRequest, source_id: int) -> HttpResponse:
    now = timezone.now()
    source = access.source_for(access.person(request), source_id)
    if source.state == Source.State.PAUSED:
        return page.refuse(request, f"{source.name} is paused. Resume it to fetch it.", 409)
    if source.last_fetch and (now - source.last_fetch).total_seconds() < 60:
        return page.refuse(request, f"{source.name} was fetched less than a minute ago. Try again in a minute.", 429)
    # Without marks, the request is unconditional: somebody doubts that nothing is new.
    Source.objects.filter(pk=source.pk).update(next_fetch=now, etag="", last_modified="", body_hash="")
    page.soon(tasks.refresh_due, source.pk)
    return _answer(request, source, watch=WATCH)


@access.admin_required
@require_POST
def state(request: HttpRequest, source_id: int) -> HttpResponse:
    source = access.source_for(access.person(request), source_id)
    form = StateForm(request.POST)
    if not form.is_valid():
        return page.refuse(request, "A source is active, muted or paused.")
    to = form.cleaned_data["state"]
    resumed = source.state == Source.State.PAUSED and to != Source.State.PAUSED
    verb = {Source.State.MUTED: "Muted", Source.State.PAUSED: "Paused"}.get(to, "Resumed" if resumed else "Unmuted")
    sentence = _change(request, source, f"{verb} {source.name}", state=to)
    if resumed:
        page.soon(tasks.refresh_due, source.pk)
    return _answer(request, source, sentence, watch=WATCH if resumed else 0)


@access.admin_required
@require_POST
def horizon(request: HttpRequest, source_id: int) -> HttpResponse:
    source = get_object_or_404(Source, pk=source_id)
    form = HorizonForm(request.POST)
    if not form.is_valid():
        return page.refuse(request, "A horizon is core, adjacent or moonshot.")
    to = form.cleaned_data["horizon"]
    sentence = _change(request, source, f"Moved {source.name} to {to}", horizon=to)
    return _answer(request, source, sentence)


@access.admin_required
@require_POST
def pages(request: HttpRequest, source_id: int) -> HttpResponse:
    """Switch on or off whether the pages of its posts are fetched."""
    source = get_object_or_404(Source, pk=source_id, kind=Source.Kind.FEED)
    form = PagesForm(request.POST)
    if not form.is_valid():
        return page.refuse(request, "The posts’ pages are fetched, yes or no.")
    to = form.cleaned_data["fetch"]
    verb = "Fetching" if to else "No longer fetching"
    sentence = _change(request, source, f"{verb} the pages of {source.name}’s posts", fetch_pages=to)
    return _answer(request, source, sentence)


def _change(request: HttpRequest, source: Source, sentence: str, **field: str | bool) -> str:
    """Change one field so that this session can undo it. Returns the message, or "" if nothing changed."""
    ((name, to),) = field.items()
    before = getattr(source, name)
    if before == to:
        return ""
    subscriptions.change(access.person(request), source, timezone.now(), **field)
    entry = {"id": source.pk, "field": name, "before": before, "after": to}
    undo.remember(request, [], sentence, source=entry)
    return sentence


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
        return page.refuse(
            request, f"{source.name} has brought papers, so it cannot be removed. Pause it instead.", 409
        )
    messages.success(request, f"{source.name} is off the list.")
    return page.SeeOther(reverse("sources"))


@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """Show the progress of the first pull. Once it has ended, the waiting page reloads and shows the result."""
    if not page.htmx(request):
        return page.SeeOther(reverse("today"))
    how_far = subscriptions.progress(timezone.now())
    if not how_far:
        return HttpResponseClientRefresh()
    return render(request, "sources/_progress.html", {"progress": how_far})


# ── one source, drawn ────────────────────────────────────────────────────────────────────────


def _with_recent(source_id: int) -> Source:
    sources: QuerySet[Source] = Source.objects.with_recent(timezone.now()).select_related("person")
    return get_object_or_404(sources, pk=source_id)


def _common(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """The context shared by all fragments. `back`: where their forms return without JavaScript."""
    return {"now": now, "back": page.here(request), "horizons": Source.Horizon.choices}


def _draw(request: HttpRequest, source: Source, watch: int = 0, sentence: str = "") -> HttpResponse:
    """Draw the source as in its list, with a message about the change."""
    now, place = timezone.now(), request.POST.get("place") or request.GET.get("place", "")
    waits = source.state != Source.State.PAUSED and source.next_fetch is not None and source.next_fetch <= now
    place = place if place in PLACES else "list"
    context = {
        "record": record.records([source], now)[0],
        "source": source,
        "place": place,
        "watch": watch if waits else 0,
        "open": True,
        "label": sentence,
        "undo": True,
        "piece": PLACES[place],
        **_common(request, now),
    }
    answer = render(request, "sources/_changed.html", context)
    if sentence:
        answer["HX-Trigger"] = f"source-{source.pk}"  # it may appear in two tables on one page
    return answer


def _answer(request: HttpRequest, source: Source, sentence: str = "", watch: int = 0) -> HttpResponse:
    """After an act, draw the source again for htmx, else redirect."""
    if page.htmx(request):
        return _draw(request, _with_recent(source.pk), watch, sentence)
    if sentence:
        messages.success(request, sentence, extra_tags="undo")
    return page.SeeOther(page.safe_next(request, reverse("source", args=[source.pk])))
