"""views.add: bring a paper by its link: typed, or sent here by a bookmark or a phone's share menu."""

import json
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from .. import access, jobs, tasks
from ..forms.add import AddForm
from ..ledger import applications
from ..models import Job, Paper, Share
from ..reading import adding, queue, search
from ..refused import Refused
from ..sharing import shares
from . import add_list, page


@require_http_methods(["GET", "HEAD", "POST"])
@access.member_required
def add(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _save(request)
    sent = {name: request.GET.get(name, "").strip() for name in ("url", "text", "title")}
    address = adding.address_in(sent["url"], sent["text"], sent["title"])
    # Shared text that only accompanies the link ("title https://…") is not a note; a selection is.
    note = sent["text"] if sent["url"] else ""
    title = "" if address and address in sent["title"] else sent["title"]
    form = AddForm(initial={"url": address, "title": title, "note": note})
    return _page(request, form, address)


def _save(request: HttpRequest) -> HttpResponse:
    if (data := add_list.brought(request)) is not None:
        return add_list.preview(request, data)
    form = AddForm(request.POST)
    if not form.is_valid():
        return _page(request, form, form.data.get("url", ""), status=422)
    wish, person, now = form.cleaned_data, access.person(request), timezone.now()
    try:
        if adding.needs_fetch(wish["url"]):
            job = jobs.ask(person, Job.Kind.ADD, wish, now)
            page.soon(tasks.answer_due)
            return page.SeeOther(reverse("adding", args=[job.pk]))
        added = adding.add(person, wish["url"], now, note=wish["note"], up=wish["up"])
    except Refused as refusal:
        return _refused(request, form, refusal.sentence, status=422)
    return _there(request, added.paper, added.created)


@access.member_required
@require_safe
def wait(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """A link that a worker is looking up: a waiting page, then the paper, or the form with an error."""
    job = access.job_for(access.person(request), job_id, Job.Kind.ADD)
    if "list" in job.wish:
        return add_list.outcome(request, job)
    if trouble := job.problem(timezone.now()):
        form = AddForm(job.wish)
        form.is_valid()
        return page.answered(request) or _refused(request, form, trouble)
    if job.state == Job.State.WAITING:
        host = urlsplit(job.wish["url"]).hostname or "arXiv"
        return page.waiting(request, job, "Add a paper", f"Asking {host} what this is …")
    if answer := page.answered(request):
        return answer
    paper = Paper.objects.filter(pk=job.answer["paper"]).first()
    # If it has been merged meanwhile, its link still finds it.
    paper = paper or search.look_up(job.wish["url"])[1]
    return _there(request, paper, job.answer["created"]) if paper else page.not_found(request)


def _there(request: HttpRequest, paper: Paper, created: bool) -> HttpResponse:
    messages.success(request, "Added." if created else "The team already has this paper. Here it is.")
    return page.SeeOther(paper.get_absolute_url())


def _refused(request: HttpRequest, form: AddForm, sentence: str, status: int = 200) -> HttpResponse:
    address = form.cleaned_data.get("url", "")  # add_error takes it away
    form.add_error("url", sentence)
    return _page(request, form, address, status)


def _page(request: HttpRequest, form: AddForm, address: str, status: int = 200) -> HttpResponse:
    """The form; if the team already has this paper, its card stands above."""
    paper = search.look_up(address)[1] if len(address) <= AddForm.LONGEST else None
    cards = queue.cards(access.person(request), [paper], timezone.now()) if paper else []
    context: dict[str, Any] = {
        "form": form,
        "cards": cards,
        "paper": paper,
        "list": "browse",
        "bookmarklet": _bookmarklet(),
    }
    if paper:
        context |= {
            "comments": paper.comments.count(),
            "shares": [share for share in shares.of_paper(paper) if share.state == Share.State.SENT],
            "used": applications.used_in(paper),
        }
    fragment = request.method != "POST" and page.htmx(request).target == "known"
    return render(request, "add/_known.html" if fragment else "add/add.html", context, status=status)


def _bookmarklet() -> str:
    """A bookmarklet that opens /add with the current page's address, title and selected text."""
    here = json.dumps(f"{settings.PUBLIC_URL}/add?url=")
    return (
        f"javascript:(()=>{{const e=encodeURIComponent;open({here}+e(location.href)+'&title='+e(document.title)"
        "+'&text='+e(getSelection().toString().slice(0,1000)),'_blank','noopener')})()"
    )
