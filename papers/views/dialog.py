"""views.dialog: a form in a dialog with JavaScript (static/js/dialog.js), on a page of its own without."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django_htmx.http import HttpResponseClientRefresh, trigger_client_event

from ..models import Paper
from . import page


def over(request: HttpRequest) -> bool:
    """Tell whether the form is in the dialog."""
    return page.htmx(request).target == "dialog"


def done(request: HttpRequest, paper: Paper, sentence: str, to: str) -> HttpResponse:
    """After the act, go on to the next page; from a dialog, return to the page beneath.

    A list stays and shows the message; the paper's own page reloads, since it shows the act.
    """
    if over(request) and page.here(request).split("?")[0] != paper.get_absolute_url():
        return trigger_client_event(HttpResponse(status=204), "tenth:done", {"sentence": sentence})
    messages.success(request, sentence)
    return HttpResponseClientRefresh() if over(request) else page.SeeOther(to)
