"""demo.views: the door of the demo, one link that is good as long as its folder is there; and what to try first."""

import secrets

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from demo.cast import YOU
from demo.folder import opened
from papers.models import Person
from papers.views import page


@login_not_required
@never_cache
@require_safe
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Be the demo's admin. The address holds a secret of this folder; the server listens on this machine only."""
    if not secrets.compare_digest(token.encode(), opened().token.encode()):
        raise Http404
    login(request, get_object_or_404(Person, email=YOU), backend="django.contrib.auth.backends.ModelBackend")
    return page.SeeOther("/")


@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    """Put away what to try first, for this session."""
    request.session["demo_dismissed"] = True
    return page.SeeOther("/")


@require_safe
def chat(request: HttpRequest) -> HttpResponse:
    """Show what has arrived in the invented chat, which answers on a port of its own."""
    return HttpResponseRedirect(f"{opened().site}/hooks/")
