"""views.today: the queue, and what can be done with a card wherever it stands."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from .. import access
from ..forms import VoteForm
from ..intake import subscriptions
from ..models import Paper, Person, Source
from ..reading import acts, queue, stages, votes
from . import page

REMEMBERED = 20  # acts of a session that can be taken back
GOES = {"today": {"kept", "passed", "read"}, "kept": {"passed", "read"}}  # a list, and the stages that leave it
SAID = {"kept": "Kept for later", "passed": "Passed", "read": "Marked as read"}

Act = Callable[[Person, Paper, datetime], acts.Changes]


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    now, person = timezone.now(), access.person(request)
    after = request.GET.get("after", "")
    shown = queue.take(person, now, after)
    context: dict[str, Any] = {"cards": shown.cards, "next": shown.next, "list": "today", "after": after}
    if request.headers.get("HX-Request") and after:
        return render(request, "today/_more.html", context)
    context["done"] = queue.today(person, now)
    if not shown.cards and not after:
        context["why"] = queue.why_empty(person, now)
        context["progress"] = subscriptions.progress(now)
        context["first_run"] = person.is_admin and not Source.objects.exclude(kind=Source.Kind.PERSON).exists()
    return render(request, "today/today.html", context)


# ── acts ─────────────────────────────────────────────────────────────────────────────────────


@access.member_required
@require_POST
def vote(request: HttpRequest, paper_id: int) -> HttpResponse:
    form = VoteForm(request.POST)
    paper = access.paper_for(access.person(request), paper_id)
    if not form.is_valid():
        return page.refuse(request, "A vote is 1 or -1, or 0 to take it back.")
    value = form.cleaned_data["value"]
    changes = votes.cast(access.person(request), paper, value, timezone.now())
    return _done(request, paper, changes, {1: "Voted up", -1: "Voted down", 0: "Vote taken back"}[value])


def _stage(act: Act, said: str) -> Callable[..., HttpResponseBase]:
    @access.member_required
    @require_POST
    def view(request: HttpRequest, paper_id: int) -> HttpResponse:
        paper = access.paper_for(access.person(request), paper_id)
        return _done(request, paper, act(access.person(request), paper, timezone.now()), said)

    return view


keep = _stage(stages.keep, SAID["kept"])
pass_ = _stage(stages.pass_, SAID["passed"])
read = _stage(stages.read, SAID["read"])
reopen = _stage(stages.reopen, "Back in the queue")


@access.member_required
@require_POST
def skim(request: HttpRequest, paper_id: int) -> HttpResponse:
    """A paper's page says by itself that it was opened."""
    paper = access.paper_for(access.person(request), paper_id)
    stages.skim(access.person(request), paper, timezone.now())
    return HttpResponse(status=204)


@access.member_required
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take the session's last act back."""
    remembered = request.session.get("acts", [])
    if not remembered:
        return page.refuse(request, "There is nothing to take back.", 409)
    changes = [acts.Change(**change) for change in remembered.pop()]
    request.session["acts"] = remembered
    taken_back = acts.take_back(access.person(request), changes)
    if not taken_back:
        return page.refuse(request, "That was changed since, so it was left as it is.", 409)
    if request.headers.get("HX-Request"):
        return HttpResponseClientRefresh()
    return page.SeeOther(page.safe_next(request, "today"))


def _done(request: HttpRequest, paper: Paper, changes: acts.Changes, said: str) -> HttpResponse:
    """The card anew, or its place empty when it left the list; beside it what was done and a way back."""
    if changes:
        remembered = [*request.session.get("acts", []), [change.plain() for change in changes]]
        request.session["acts"] = remembered[-REMEMBERED:]
    if not request.headers.get("HX-Request"):
        return page.SeeOther(page.safe_next(request, "today"))
    now, person = timezone.now(), access.person(request)
    place = request.POST.get("list", "")
    (card,) = queue.cards(person, [paper], now)
    context = {"card": card, "list": place, "said": said, "gone": card.stage in GOES.get(place, ())}
    if place == "today":
        context["done"] = queue.today(person, now)
    return HttpResponse(render_to_string("papers/_acted.html", context, request))
