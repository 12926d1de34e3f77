"""views.shares: send a paper to a channel, having seen the message; and what became of the messages."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from .. import access, tasks
from ..forms.share import ShareForm
from ..models import Channel, Paper, Person, Share
from ..sharing import shares
from . import page


@page.read_or_send
@never_cache  # by the way back one would send the same act again
@access.member_required
def share(request: HttpRequest, paper_id: int) -> HttpResponse:
    """From a card, a paper's page or the key S. By GET with a note, or by `show`, the message as it would look."""
    person, now = access.person(request), timezone.now()
    paper = access.paper_for(person, paper_id)
    if request.method != "POST" or "show" in request.POST:
        channels, said = shares.channels_for(person), request.POST or request.GET
        asked = {"channel": said.get("channel"), "note": said.get("note", "")}
        first = channels[0].pk if channels else None
        form = ShareForm(initial={"channel": asked["channel"] or first, "note": asked["note"]})
        if page.htmx(request).target == "preview":
            return render(request, "shares/_preview.html", _preview(person, paper, channels, asked, now))
        return _form(request, paper, channels, form, _preview(person, paper, channels, asked, now))
    form = ShareForm(request.POST)
    if form.is_valid():
        with page.refusals_in(form):
            made = shares.share(person, paper, **form.cleaned_data, now=now)
            page.soon(tasks.deliver_due)
            notices.success(request, f"On its way to {made.channel}.")
            return page.SeeOther(page.safe_next(request, paper))
    channels = shares.channels_for(person)
    preview = _preview(person, paper, channels, {key: form.data.get(key, "") for key in ("channel", "note")}, now)
    return _form(request, paper, channels, form, preview, 400)


@require_safe
def index(request: HttpRequest, paper_id: int) -> HttpResponse:
    """The list on a paper's page, which asks for itself anew while something is on its way."""
    paper = access.paper_for(access.person(request), paper_id)
    if not page.htmx(request):
        return page.SeeOther(f"{paper.get_absolute_url()}#shares")
    return render(request, "shares/_shares.html", _listed(paper))


def _verb(do: Callable[[Share, datetime], None], said: str, soon: bool = False) -> Callable[..., HttpResponse]:
    @require_POST
    @access.member_required
    def view(request: HttpRequest, share_id: int) -> HttpResponse:
        found = access.share_for(access.person(request), share_id)
        do(found, timezone.now())
        if soon:
            page.soon(tasks.deliver_due)
        if not page.htmx(request):
            notices.success(request, said)
        to = f"{found.paper.get_absolute_url()}#shares"
        return page.fragment_or_redirect(request, "shares/_shares.html", _listed(found.paper), to)

    return view


cancel = _verb(shares.cancel, "Cancelled: the message is not sent.")
again = _verb(shares.send_again, "On its way again.", soon=True)


def _listed(paper: Paper) -> dict[str, Any]:
    sent = shares.of_paper(paper)
    return {"paper": paper, "shares": sent, "watching": any(each.on_its_way for each in sent)}


def _form(
    request: HttpRequest,
    paper: Paper,
    channels: list[Channel],
    form: ShareForm,
    preview: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    to = request.POST.get("next") or request.GET.get("next") or ""
    # A refused form did nothing, so it may try as another act.
    context = {"paper": paper, "channels": channels, "form": form, "act": uuid4(), "next": to, **preview}
    return render(request, "shares/share.html", context, status=status)


def _preview(
    person: Person, paper: Paper, channels: list[Channel], asked: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """The message as it would be sent, made by the same code that sends it."""
    if not channels:
        return {}
    channel = next((each for each in channels if str(each.pk) == str(asked["channel"])), channels[0])
    draft = Share(act=uuid4(), paper=paper, channel=channel, person=person, note=asked["note"], at=now)
    sent = shares.content(draft, shares.message(draft, url=f"{settings.PUBLIC_URL}/s/…"))
    if channel.kind == Channel.Kind.WEBHOOK:
        return {"channel": channel, "json": json.dumps(sent, indent=2, ensure_ascii=False)}
    return {"channel": channel, "parts": sent["blocks"][0]["elements"]}
