"""views.page: helpers for all screens: fragment or redirect, refusals, error pages."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.core.exceptions import (
    DisallowedHost,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db.models import Model
from django.forms import BaseForm
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    QueryDict,
    UnreadablePostError,
)
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails
from kombu.exceptions import OperationalError

from ..models import Job
from ..refused import Refused

_log = logging.getLogger(__name__)

FORM_TOO_OLD = (
    "This form could not be trusted: the page was open too long, you signed in or out in another tab, "
    "or your browser sends no cookies. Go back, reload the page and send it again."
)


class SeeOther(HttpResponseRedirect):
    """A redirect after a POST: the browser gets the new page with GET."""

    status_code = 303


def htmx(request: HttpRequest) -> HtmxDetails:
    """The htmx details of a request; false for a plain one."""
    return request.htmx  # type: ignore[attr-defined]  # by HtmxMiddleware, on every request


# ── answers ──────────────────────────────────────────────────────────────────────────────────


def safe_next(request: HttpRequest, default: str | Model) -> str:
    """Return the form's `next` if it is a page of ours, else `default`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else resolve_url(default)


def fragment_or_redirect(request: HttpRequest, template: str, context: dict[str, Any], to: str | Model) -> HttpResponse:
    """After an act, return the changed fragment for htmx, else redirect to `next` or `to` (model, URL name, path)."""
    if htmx(request):
        return render(request, template, context)
    return SeeOther(safe_next(request, to))


def here(request: HttpRequest) -> str:
    """The page the person is on: for an htmx fragment, the page that contains it."""
    return _path(request, htmx(request).current_url) or request.get_full_path()


def _path(request: HttpRequest, address: str | None) -> str:
    """The path and query of a page of ours that the browser names, or ""."""
    try:
        named = urlsplit(address or "")
    except ValueError:
        return ""
    return named._replace(scheme="", netloc="", fragment="").geturl() if named.netloc == request.get_host() else ""


def back_to(request: HttpRequest) -> str:
    """Return the page to open after signing in: this one, or the one that contains the sent form."""
    if htmx(request):
        return _path(request, htmx(request).current_url) or "/"
    return (
        request.get_full_path()
        if request.method in {"GET", "HEAD"}
        else _path(request, request.headers.get("Referer")) or "/"
    )


TITLES = {403: "Not open to you", 503: "Too much at once"}


def refuse(request: HttpRequest, sentence: str, status: int = 400, title: str = "") -> HttpResponse:
    """Answer with a refusal: plain text for htmx (tenth.js shows it), JSON for a program, else a page."""
    title = title or TITLES.get(status, "That did not work")
    if htmx(request):
        return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse({"error": sentence}, status=status)
    return render(request, "refused.html", {"title": title, "sentence": sentence}, status=status)


@contextmanager
def refusals_in(form: BaseForm, field: str | None = None) -> Iterator[None]:
    """Show a refusal in the form, beside its own field or `field`, so that the input is kept."""
    try:
        yield
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else field, refusal.sentence)


# for a page that draws the form itself
read_or_send = require_http_methods(["GET", "HEAD", "POST"])


def sent(request: HttpRequest) -> QueryDict | None:
    """Return the form's data, or None when it was not sent."""
    return request.POST if request.method == "POST" else None


LATE = timedelta(seconds=30)  # the waiting page then says what may be wrong


def waiting(request: HttpRequest, job: Job, title: str, sentence: str) -> HttpResponse:
    """The waiting page of an unfinished job. It reloads itself until the job is done."""
    late = job.created_at < timezone.now() - LATE
    context = {"title": title, "sentence": sentence, "late": late}
    return render(request, "jobs/_waiting.html" if htmx(request) else "jobs/waiting.html", context)


def answered(request: HttpRequest) -> HttpResponse | None:
    """Tell htmx to reload the page, now that its job is done; None for a plain request."""
    return HttpResponseClientRedirect(request.get_full_path()) if htmx(request) else None


def soon(task: Any, *args: Any) -> None:
    """Hand work to a worker now. If the queue cannot be reached, the beat's next tick finds it due anyway."""
    try:
        task.delay_on_commit(*args)
    except (OperationalError, psycopg.Error) as error:  # the broker, or PGMQ in the database
        _log.warning("The queue could not be reached, so the next tick will do it: %s", error)


# ── the pages that say no ────────────────────────────────────────────────────────────────────


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Sent before the request can be trusted, so without a signed-in person's frame."""
    sentence = "This request could not be understood. Go back and try again."
    if isinstance(exception, DisallowedHost):
        sentence = f"This install answers at {settings.PUBLIC_URL}. Its operator sets that address as PUBLIC_URL."
    elif isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        sentence = "That is too much to send at once. Send less, or a smaller file."
    context = {"title": "That did not work", "sentence": sentence}
    return HttpResponse(render_to_string("refused.html", context), status=400)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    sentence = FORM_TOO_OLD
    if reason.startswith(("Origin checking", "Referer checking")):
        sentence = (
            f"This form was sent from another address than {settings.PUBLIC_URL}, where this install lives. "
            "Open it there and try again. (Its operator sets that address as PUBLIC_URL.)"
        )
    return refuse(request, sentence, 403, "The form was not accepted")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refuse(request, str(exception or "") or "You are signed in, but you do not have access to this.", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if htmx(request):
        return refuse(request, "This no longer exists. Reload the page.", 404)
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without context processors: what broke (such as the database) may break them too."""
    if htmx(request):
        sentence = "Something went wrong, and nothing was changed. Try again in a moment."
        return HttpResponse(sentence, status=500, content_type="text/plain; charset=utf-8")
    return HttpResponse(render_to_string("500.html"), status=500)


# ── while the database is away ───────────────────────────────────────────────────────────────

AWAY_SECONDS = 3  # the browser then retries: a restart takes about this long
SECRETS = {"password", "again", "current"}  # never sent back, not even to the person who typed them


def database_away(request: HttpRequest) -> HttpResponse:
    """The database is restarting: a page that reloads itself, or keeps the sent form. It needs no database."""
    if htmx(request):
        sentence = "The database is restarting, so this may not have been saved. Try again in a moment."
        answer = HttpResponse(sentence, status=503, content_type="text/plain; charset=utf-8")
    else:
        context: dict[str, Any] = {"seconds": AWAY_SECONDS, "address": request.get_full_path()}
        if request.method not in {"GET", "HEAD"}:
            context["sent"] = _kept(request)
        answer = HttpResponse(render_to_string("away.html", context), status=503)
    answer["Retry-After"] = str(AWAY_SECONDS)
    answer["Cache-Control"] = "no-store"
    return answer


def _kept(request: HttpRequest) -> dict[str, Any]:
    """The fields of the sent form, for a form that sends them again.

    It carries the token that came with it, so that a forged form gets none of ours.
    """
    try:
        fields, files = request.POST, request.FILES
    except (SuspiciousOperation, UnreadablePostError, RawPostDataException, MultiPartParserError):
        return {"lost": True}
    return {
        "fields": [(name, value) for name, values in fields.lists() if name not in SECRETS for value in values],
        "secrets": not SECRETS.isdisjoint(fields),
        "files": bool(files),
    }
