"""views.undo: remember a session's acts, undo the last one, and redraw the cards."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from .. import access
from ..intake import subscriptions
from ..models import Paper
from ..reading import acts, queue
from ..refused import Gone, NotYours
from . import page

CHANGED_SINCE = "It has been changed again since, so it was left as it is."
REMEMBERED = 20  # acts of a session
LEAVES = {"today": {"kept", "passed", "read"}, "kept": {"passed", "read", "skimmed"}}  # a list, and what leaves it


def remember(request: HttpRequest, changes: list[acts.Change], label: str, **more: Any) -> None:
    """Let this session undo these changes. `label` names the act in the message "Undone: …"."""
    entry = {"label": label, "changes": [change.plain() for change in changes], **more}
    request.session["undo"] = [*request.session.get("undo", []), entry][-REMEMBERED:]


@access.member_required
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Undo the session's last act."""
    remembered = request.session.get("undo", [])
    if not remembered:
        raise Gone("There is nothing to undo.")
    last = remembered.pop()
    request.session["undo"] = remembered
    if "source" in last:
        return _undo_source(request, last)
    undone = acts.undo(access.person(request), [acts.Change(**change) for change in last["changes"]])
    if not undone:
        raise Gone(CHANGED_SINCE)
    label = _undone(last)
    if not page.htmx(request):
        messages.success(request, label)
        return page.SeeOther(page.safe_next(request, "today"))
    if not all(change.is_personal for change in undone):
        return HttpResponseClientRefresh()
    papers = Paper.objects.filter(pk__in={change.paper_id for change in undone}).for_cards()
    return cards_changed(request, "papers/_undone.html", list(papers), label, undoable=bool(remembered))


def _undo_source(request: HttpRequest, last: dict[str, Any]) -> HttpResponse:
    """Undo an admin's change to a source, and reload the page: the source may appear several times on it."""
    person = access.person(request)
    if not person.is_admin:
        raise NotYours("Only admins change sources.")
    if not subscriptions.put_back(person, timezone.now(), **last["source"]):
        raise Gone(CHANGED_SINCE)
    messages.success(request, _undone(last))
    return HttpResponseClientRefresh() if page.htmx(request) else page.SeeOther(page.safe_next(request, "sources"))


def _undone(last: dict[str, Any]) -> str:
    return f"Undone: {last['label'][:1].lower()}{last['label'][1:]}"


def cards_changed(request: HttpRequest, template: str, papers: list[Paper], label: str, undoable: bool) -> HttpResponse:
    """Draw these cards again, with a message about the act."""
    now, person, place = timezone.now(), access.person(request), request.POST.get("list", "")
    cards = queue.cards(person, papers, now)
    context: dict[str, Any] = {"cards": cards, "card": cards[0] if cards else None, "list": place, "label": label}
    context |= {"undo": undoable, "gone": bool(cards) and has_left(cards[0], place)}
    if place == "today":
        context["done"] = queue.today(person, now)
    return render(request, template, context)


def has_left(card: queue.Card, place: str) -> bool:
    """Tell whether the card no longer belongs in this list."""
    return (card.stage or "skimmed") in LEAVES.get(place, ())
