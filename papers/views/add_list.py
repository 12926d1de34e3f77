"""views.add_list: bring many papers at once: a look at what is in a list, then its outcome."""

from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from .. import access, jobs, tasks
from ..models import Job, Paper
from ..reading import lists
from ..refused import Refused
from . import page

SHOWN = 200  # papers of an outcome


def brought(request: HttpRequest) -> bytes | str | None:
    """The list that was sent as a file, in its own field, or in place of a link; None if there is none."""
    if (file := request.FILES.get("file")) and isinstance(file, UploadedFile):
        return file.read(lists.LONGEST + 1)
    if many := request.POST.get("many", "").strip():
        return many
    text = request.POST.get("url", "")
    return text if lists.is_list(text[: lists.LONGEST]) else None


def preview(request: HttpRequest, data: bytes | str) -> HttpResponse:
    """Show what is in a list; nothing is added yet."""
    try:
        text, rows = lists.rows(data)
    except Refused as refusal:
        kept = data if isinstance(data, str) else ""
        return render(request, "add/list.html", {"error": refusal.sentence, "text": kept}, status=422)
    return _draw(request, text, rows)


def _draw(request: HttpRequest, text: str, rows: Sequence[lists.Row], error: str = "") -> HttpResponse:
    readable = [row for row in rows if row.entry.item]
    context = {
        "text": text,
        "error": error,
        "new": [row for row in readable if not row.paper],
        "known": [row for row in readable if row.paper],
        "unreadable": [row.entry for row in rows if not row.entry.item],
    }
    return render(request, "add/list.html", context, status=422 if error else 200)


@access.member_required
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Leave what is ticked for a worker to add."""
    text, person = request.POST.get("many", ""), access.person(request)
    picked = sorted({int(number) for number in request.POST.getlist("pick") if number.isascii() and number.isdecimal()})
    try:
        if not picked:
            return _draw(request, *lists.rows(text), error="Nothing is ticked. Tick the papers that you want to add.")
        job = jobs.ask(person, Job.Kind.ADD, {"list": text, "picked": picked[: lists.MOST]}, timezone.now())
    except Refused as refusal:
        return render(request, "add/list.html", {"error": refusal.sentence, "text": text}, status=422)
    page.soon(tasks.answer_due)
    return page.SeeOther(reverse("adding", args=[job.pk]))


def outcome(request: HttpRequest, job: Job) -> HttpResponse:
    """Show how it went with a list: a waiting page, then its papers and what could not be added."""
    if trouble := job.problem(timezone.now()):
        return page.answered(request) or render(request, "add/list.html", {"error": trouble, "text": job.wish["list"]})
    if job.state == Job.State.WAITING:
        count = len(job.wish["picked"])
        return page.waiting(request, job, "Add papers", f"Adding {count:,} paper{'' if count == 1 else 's'} …")
    if answer := page.answered(request):
        return answer
    found = Paper.objects.defer("search", "abstract", "abstract_html").in_bulk(job.answer["papers"][:SHOWN])
    context = {**job.answer, "papers": list(found.values()), "count": len(job.answer["papers"])}
    return render(request, "add/outcome.html", context)
