"""views.kept: the papers that a person keeps for later, newest first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from .. import access
from ..models import Cursor, Stage
from ..models.paper import SEARCHED
from ..reading import queue
from . import news


@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    person = access.person(request)
    rows = Stage.objects.kept_by(person).order_by("-kept_at", "-paper").select_related("paper")
    rows = rows.defer(*(f"paper__{column}" for column in SEARCHED))
    if cursor := Cursor.parse(request.GET.get("after", "")):
        rows = rows.filter(cursor.after("kept_at", "paper"))
    shown = list(rows[: queue.PAGE + 1])
    more, shown = len(shown) > queue.PAGE, shown[: queue.PAGE]
    context = {
        "cards": queue.cards(person, [row.paper for row in shown], timezone.now()),
        "list": "kept",
        "after": bool(cursor),
        "next": shown[-1].cursor if more else "",
        **news.context(person),
    }
    return render(request, "kept/kept.html", context)
