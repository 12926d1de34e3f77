"""views.health: is it well? For load balancers, for what watches over machines, and for admins."""

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
    """This process lives and answers. Nothing else is asked, so a slow database takes no web server out of service."""
    return JsonResponse({"ok": True})


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Every part does its work: 200, else 503. Strangers hear which parts do not, members also why."""
    parts = health.look(timezone.now())
    failing = [part.name for part in parts if not part.ok]
    answers = {part.name: "ok" if part.ok else "not ok" for part in parts}
    told = {"ok": not failing, "said": f"Not well: {', '.join(failing)}." if failing else "All is well.", **answers}
    if answers["database"] == answers["migrations"] == "ok" and request.user.is_authenticated:
        told["why"] = {part.name: part.said for part in parts}
    return JsonResponse(told, status=503 if failing else 200)


@access.admin_required
@never_cache
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    return render(request, "settings/health.html", {"now": now, **health.report(now)})
