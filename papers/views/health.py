"""views.health: health checks for load balancers and monitoring, and the health page for admins."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .. import access, health


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while this process is alive. A slow database must not take web servers out of service."""
    return JsonResponse({"ok": True})


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when every part works, else 503. Only signed-in people see the parts."""
    parts = health.look(timezone.now())
    failing = [part.name for part in parts if not part.ok]
    answer: dict[str, Any] = {"ok": not failing}
    database_is_ready = not {"database", "migrations"} & set(failing)  # else nobody can be recognised
    if database_is_ready and request.user.is_authenticated:
        answer["sentence"] = f"Not well: {', '.join(failing)}." if failing else "All is well."
        answer["parts"] = {part.name: {"ok": part.ok, "sentence": part.sentence} for part in parts}
    return JsonResponse(answer, status=503 if failing else 200)


@access.admin_required
@never_cache
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    return render(request, "settings/health.html", {"now": now, **health.report(now)})
