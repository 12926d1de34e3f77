"""views.add: bring a paper by its link: typed, or sent here by a bookmark or a phone's share menu."""

import json

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from .. import access
from ..forms import AddForm
from ..reading import adding, queue, search
from ..sources.http import FetchError
from . import page


@require_http_methods(["GET", "HEAD", "POST"])
@access.member_required
def add(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _save(request)
    sent = {name: request.GET.get(name, "").strip() for name in ("url", "text", "title")}
    address = adding.address_in(sent["url"], sent["text"], sent["title"])
    # A share's text that is only the link's company ("title https://…") is no note; a selection is.
    note = sent["text"] if sent["url"] else ""
    title = "" if address and address in sent["title"] else sent["title"]
    form = AddForm(initial={"url": address, "title": title, "note": note})
    return _page(request, form, address)


def _save(request: HttpRequest) -> HttpResponse:
    form = AddForm(request.POST)
    if not form.is_valid():
        return _page(request, form, form.data.get("url", ""), status=422)
    asked = form.cleaned_data
    try:
        added = adding.add(
            access.person(request),
            asked["url"],
            timezone.now(),
            title=asked["title"] if asked["by_hand"] else "",
            note=asked["note"],
            up=asked["up"],
        )
    except FetchError as error:
        address = asked["url"]  # add_error takes it away
        form.add_error("url", str(error))
        return _page(request, form, address, status=422)
    messages.success(request, "Added." if added.created else "The team has this one already: here it is.")
    return page.SeeOther(added.paper.get_absolute_url())


def _page(request: HttpRequest, form: AddForm, address: str, status: int = 200) -> HttpResponse:
    """The form, and above it what the team already thinks of this paper, if it has it."""
    paper = search.addressed(address)[1] if len(address) <= AddForm.LONGEST else None
    cards = queue.cards(access.person(request), [paper], timezone.now()) if paper else []
    known = adding.known(paper) if paper else None
    context = {
        "form": form,
        "cards": cards,
        "paper": paper,
        "known": known,
        "list": "browse",
        "bookmarklet": _bookmarklet(),
    }
    fragment = request.method != "POST" and request.headers.get("HX-Target") == "known"
    return render(request, "add/_known.html" if fragment else "add/add.html", context, status=status)


def _bookmarklet() -> str:
    """A bookmark that opens /add for the page one is looking at, with its title and what is selected."""
    here = json.dumps(f"{settings.PUBLIC_URL}/add?url=")
    return (
        f"javascript:(()=>{{const e=encodeURIComponent;open({here}+e(location.href)+'&title='+e(document.title)"
        "+'&text='+e(getSelection().toString().slice(0,1000)),'_blank','noopener')})()"
    )
