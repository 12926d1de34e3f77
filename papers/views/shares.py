"""views.shares: preview a message, send a paper to a channel, and see whether messages arrived."""

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
from ..sharing import channels, shares
from . import dialog, page


@page.read_or_send
@never_cache  # Back would send the same act again
@access.member_required
def share(request: HttpRequest, paper_id: int) -> HttpResponse:
    """The share form, opened from a card, a paper's page or the key S. GET with a note, or `show`, adds a preview."""
    person, now = access.person(request), timezone.now()
    paper = access.paper_for(person, paper_id)
    if request.method != "POST" or "show" in request.POST:
        typed = request.POST or request.GET
        draft = {"channel": typed.get("channel", ""), "note": typed.get("note", "")}
        if page.htmx(request).target == "preview":
            return render(request, "shares/_preview.html", _preview(person, paper, draft, now))
        return _form(request, paper, ShareForm(initial=draft), _preview(person, paper, draft, now))
    form = ShareForm(request.POST)
    if form.is_valid():
        with page.refusals_in(form):
            made = shares.share(person, paper, **form.cleaned_data, now=now)
            page.soon(tasks.deliver_due)
            return dialog.done(request, paper, f"On its way to {made.channel}.", page.safe_next(request, paper))
    preview = _preview(person, paper, {key: form.data.get(key, "") for key in ("channel", "note")}, now)
    return _form(request, paper, form, preview, 400)


@require_safe
def index(request: HttpRequest, paper_id: int) -> HttpResponse:
    """The list on a paper's page, which reloads itself while a message is under way."""
    paper = access.paper_for(access.person(request), paper_id)
    if not page.htmx(request):
        return page.SeeOther(f"{paper.get_absolute_url()}#shares")
    return render(request, "shares/_shares.html", _listed(paper))


def _verb(do: Callable[[Share, datetime], None], sentence: str, soon: bool = False) -> Callable[..., HttpResponse]:
    @require_POST
    @access.member_required
    def view(request: HttpRequest, share_id: int) -> HttpResponse:
        share = access.share_for(access.person(request), share_id)
        do(share, timezone.now())
        if soon:
            page.soon(tasks.deliver_due)
        if not page.htmx(request):
            notices.success(request, sentence)
        to = f"{share.paper.get_absolute_url()}#shares"
        return page.fragment_or_redirect(request, "shares/_shares.html", _listed(share.paper), to)

    return view


cancel = _verb(shares.cancel, "Cancelled. The message will not be sent.")
again = _verb(shares.send_again, "On its way again.", soon=True)


def _listed(paper: Paper) -> dict[str, Any]:
    sent = shares.of_paper(paper)
    return {"paper": paper, "shares": sent, "watching": any(each.on_its_way for each in sent)}


def _form(
    request: HttpRequest, paper: Paper, form: ShareForm, preview: dict[str, Any], status: int = 200
) -> HttpResponse:
    to = request.POST.get("next") or request.GET.get("next") or ""
    # A refused form changed nothing, so it may be sent again as a new act.
    over = dialog.over(request)
    context = {"paper": paper, "form": form, "act": uuid4(), "next": to, "dialog": over, **preview}
    return render(request, "shares/_form.html" if over else "shares/share.html", context, status=status)


def _preview(person: Person, paper: Paper, draft: dict[str, str], now: datetime) -> dict[str, Any]:
    """The message as it will be sent, made by the code that sends it, and whether it was sent there recently."""
    offered, first = channels.offered(person, paper)
    channel = next((each for each in offered if str(each.pk) == draft["channel"]), first)
    if channel is None:
        return {"channels": []}
    share = Share(act=uuid4(), paper=paper, channel=channel, person=person, note=draft["note"], at=now)
    sent = shares.content(share, shares.message(share, url=f"{settings.PUBLIC_URL}/s/…"))
    context = {"channels": offered, "channel": channel, "lately": shares.lately(paper, channel, now), "now": now}
    if channel.kind == Channel.Kind.WEBHOOK:
        return context | {"json": json.dumps(sent, indent=2, ensure_ascii=False)}
    return context | {"parts": sent["blocks"][0]["elements"]}
