"""demo.views: the demo's sign-in link, valid as long as the demo's folder exists, and suggestions to try first."""

import secrets

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from demo.cast import YOU
from demo.folder import load_folder
from papers.models import Person
from papers.views import page


@login_not_required
@never_cache
@require_safe
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in as the demo's admin. The URL contains this folder's secret; the server listens on this machine only."""
    if not secrets.compare_digest(token.encode(), load_folder().token.encode()):
        raise Http404
    login(request, get_object_or_404(Person, email=YOU), backend="django.contrib.auth.backends.ModelBackend")
    return page.SeeOther("/")


@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    """Hide the suggestions for this session."""
    request.session["demo_dismissed"] = True
    return page.SeeOther("/")


@require_safe
def chat(request: HttpRequest) -> HttpResponse:
    """Redirect to the invented chat, which runs on another port."""
    return HttpResponseRedirect(f"{load_folder().site}/hooks/")
