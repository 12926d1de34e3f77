"""middleware: send strangers to sign in, set each member's time zone, answer probes.

Also answer refusals, and say so when the database is away.
"""

import logging
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django_htmx.http import HttpResponseClientRedirect

from .database import is_away
from .refused import Refused
from .views import page

_log = logging.getLogger("tenth")


class ProbeMiddleware:
    """Answer probes under any host name: load balancers ask by IP address."""

    PATHS = frozenset({"/healthz", "/readyz"})

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info in self.PATHS:
            request.META["HTTP_HOST"] = urlsplit(settings.PUBLIC_URL).netloc
        return self.get_response(request)


class AwayMiddleware:
    """Answer any request with 503 if it failed because the database is away.

    Django turns every error into a response before outer middleware sees it, so the error itself is taken from
    Django's signal, which is sent for views, templates, transactions and other middleware alike.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        got_request_exception.connect(self.hear)

    def hear(self, request: HttpRequest | None = None, **_: Any) -> None:
        error = sys.exc_info()[1]
        if request is not None and is_away(error):
            request.META["tenth.away"] = " ".join(str(error).split())

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code != 500 or "tenth.away" not in request.META:
            return response
        _log.warning("503 for %s %s: %s", request.method, request.path, request.META["tenth.away"])
        response.close()
        answer = page.database_away(request)
        answer._has_been_logged = True  # type: ignore[attr-defined]  # or Django says it once more, as an error
        return answer


class RefusedMiddleware:
    """Answer with the sentence of a Refused raised in a view or beneath it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if isinstance(exception, Refused):
            return page.refuse(request, exception.sentence, exception.status)
        return None


class DoorMiddleware(LoginRequiredMiddleware):
    """Let strangers see only views that allow it, and show times in the person's zone."""

    def process_request(self, request: HttpRequest) -> None:
        timezone.deactivate()  # the thread's last visitor may have lived elsewhere

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None  # without asking the database who it is: /healthz needs none
        answer = super().process_view(request, view_func, view_args, view_kwargs)
        if answer is None:
            timezone.activate(request.user.zone)  # type: ignore[union-attr]
        return answer

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Keep a member's pages out of proxies, and let browsers revalidate them."""
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        return response

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseBase:  # type: ignore[override]
        """Send a stranger to sign in, and afterwards back to the page: they may have been signed in before."""
        to = redirect_to_login(page.back_to(request)).url
        # htmx would swap the sign-in page into a card, so tell it to leave the page.
        return HttpResponseClientRedirect(to) if page.htmx(request) else HttpResponseRedirect(to)
