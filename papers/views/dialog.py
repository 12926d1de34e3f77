"""views.dialog: a form over the page with JavaScript (static/js/dialog.js), and a page of its own without."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django_htmx.http import HttpResponseClientRefresh, trigger_client_event

from ..models import Paper
from . import page


def over(request: HttpRequest) -> bool:
    """True when the form is drawn in the dialog, or was sent from it."""
    return page.htmx(request).target == "dialog"


def done(request: HttpRequest, paper: Paper, sentence: str, to: str) -> HttpResponse:
    """After the act: on to the next page; from a dialog, back to the page beneath it.

    A list stays as it is and shows the sentence; the paper's own page is drawn anew, as it tells of the act.
    """
    if over(request) and page.here(request).split("?")[0] != paper.get_absolute_url():
        return trigger_client_event(HttpResponse(status=204), "tenth:done", {"sentence": sentence})
    messages.success(request, sentence)
    return HttpResponseClientRefresh() if over(request) else page.SeeOther(to)
