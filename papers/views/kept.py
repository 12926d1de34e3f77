"""views.kept: what a person keeps for later, newest kept first."""

import re
from datetime import UTC, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from .. import access
from ..models import Stage
from ..reading import queue

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    person = access.person(request)
    rows = Stage.objects.kept_by(person).order_by("-kept_at", "-paper").select_related("paper")
    rows = rows.defer("paper__search", "paper__byline_folded")
    if found := re.fullmatch(r"(\d{1,17})-(\d{1,18})", request.GET.get("after", ""), re.ASCII):
        rows = rows.kept_before(EPOCH + timedelta(microseconds=int(found[1])), int(found[2]))
    shown = list(rows[: queue.PAGE + 1])
    more, shown = len(shown) > queue.PAGE, shown[: queue.PAGE]
    context = {
        "cards": queue.cards(person, [row.paper for row in shown], timezone.now()),
        "list": "kept",
        "after": bool(found),
        "next": _cursor(shown[-1]) if more else "",
    }
    return render(request, "kept/kept.html", context)


def _cursor(row: Stage) -> str:
    assert row.kept_at
    return f"{(row.kept_at - EPOCH) // timedelta(microseconds=1)}-{row.paper_id}"
