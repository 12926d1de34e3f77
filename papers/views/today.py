"""views.today: the queue, and the acts on a card in any list."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from .. import access, health
from ..forms.paper import VoteForm
from ..intake import subscriptions
from ..models import Channel, Paper, Person, Source, Stage
from ..reading import acts, queue, stages, votes
from . import news, page, undo

VOTED = {1: "Voted {} up", -1: "Voted {} down", 0: "Took back the vote on {}"}
MOST_IDS = 100  # in one request

Act = Callable[[Person, Paper, datetime], list[acts.Change]]


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    now, person = timezone.now(), access.person(request)
    after, horizon = request.GET.get("after", ""), request.GET.get("horizon", "")
    horizon = horizon if horizon in Source.Horizon.values else ""
    shown = queue.take(person, now, after, horizon=horizon)
    context: dict[str, Any] = {"shown": shown, "cards": shown.cards, "list": "today", "after": after}
    context |= {"horizon": horizon, "horizons": Source.Horizon.choices}
    if page.htmx(request) and after:
        return render(request, "today/_more.html", context)
    context["done"] = queue.today(person, now)
    context |= news.context(person)
    if person.is_admin:  # they can mend it
        context["closed"] = Channel.objects.closed()
    context["troubles"] = health.troubles(now) if person.is_admin and not after else []
    if not shown.cards and not after:
        context["why"] = queue.why_empty(person, now, further=bool(shown.next), horizon=horizon)
        context["progress"] = subscriptions.progress(now)
        if context["progress"] and not Stage.objects.filter(person=person).exists():
            context["why"] = None  # the first papers are still coming: show only that
        context["waiting"] = Stage.objects.kept_by(person).exists()
    return render(request, "today/today.html", context)


@require_safe
def cards(request: HttpRequest) -> HttpResponse:
    """The current state of a page's cards, for a browser that went back to an old copy."""
    now, person, place = timezone.now(), access.person(request), request.GET.get("list", "")
    papers = Paper.objects.filter(pk__in=_ids(request.GET.get("ids", ""))).for_cards()
    drawn = [(card, undo.has_left(card, place)) for card in queue.cards(person, list(papers), now)]
    context = {"cards": drawn, "list": place, "done": queue.today(person, now) if place == "today" else None}
    return render(request, "papers/_now.html", context)


def _ids(text: str) -> list[int]:
    """The ids in the query, or none if anything else is in it, or too many."""
    named = text.split(",")
    fine = len(named) <= MOST_IDS and all(pk.isdecimal() and len(pk) < 19 for pk in named)
    return [int(pk) for pk in named] if fine else []


# ── acts ─────────────────────────────────────────────────────────────────────────────────────


@access.member_required
@require_POST
def vote(request: HttpRequest, paper_id: int) -> HttpResponse:
    paper = access.paper_for(access.person(request), paper_id)
    form = VoteForm(request.POST)
    if not form.is_valid():
        return page.refuse(request, "A vote is 1 or -1, or 0 to take it back.")
    value = form.cleaned_data["value"]
    changes = votes.cast(access.person(request), paper, value, timezone.now())
    return _done(request, paper, changes, VOTED[value])


def _stage(act: Act, label: str) -> Callable[..., HttpResponseBase]:
    @access.member_required
    @require_POST
    def view(request: HttpRequest, paper_id: int) -> HttpResponse:
        paper = access.paper_for(access.person(request), paper_id)
        return _done(request, paper, act(access.person(request), paper, timezone.now()), label)

    return view


keep = _stage(stages.keep, "Kept {}")
pass_ = _stage(stages.skip, "Skipped {}")
read = _stage(stages.read, "Marked {} as read")
reopen = _stage(stages.reopen, "Put {} back in the queue")


@access.member_required
@require_POST
def skim(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Sent by a paper's page when it is opened."""
    paper = access.paper_for(access.person(request), paper_id)
    stages.skim(access.person(request), paper, timezone.now())
    return HttpResponse(status=204)


@access.member_required
@require_POST
def clear(request: HttpRequest) -> HttpResponse:
    """Skip the papers that were on the page, not those that came since."""
    shown = _ids(request.POST.get("shown", ""))
    if not shown:
        return page.refuse(request, "The page did not say which papers to skip. Reload it and try again.")
    papers = Paper.objects.filter(pk__in=shown).only("pk")
    changes = stages.clear(access.person(request), papers, timezone.now())
    if changes:
        label = f"Skipped {len(changes)} paper{'s' * (len(changes) != 1)}"
        undo.remember(request, changes, label)
        messages.success(request, label, extra_tags="undo")
    return page.SeeOther(page.safe_next(request, "today"))


def _done(request: HttpRequest, paper: Paper, changes: list[acts.Change], label: str) -> HttpResponse:
    """Draw the card again, or nothing if it left the list, with a message and Undo."""
    title = paper.plain_title
    title = title if len(title) <= 60 else f"{title[:59].rstrip()}…"
    label = label.format(f"“{title}”")
    if changes:
        undo.remember(request, changes, label)
    if page.htmx(request):
        return undo.cards_changed(request, "papers/_acted.html", [paper], label, undoable=bool(changes))
    if changes:
        messages.success(request, label, extra_tags="undo")
    return page.SeeOther(page.safe_next(request, "today"))
