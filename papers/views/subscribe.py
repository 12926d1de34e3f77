"""views.subscribe: adding sources: one by its address, seeing what would come in first; or many at once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from .. import access, jobs, tasks
from ..forms.sources import AddressForm, NewSourceForm
from ..identity import without_password
from ..intake import subscriptions
from ..intake.subscriptions import NotASourceError, Wish
from ..models import Job, Source
from ..refused import Refused
from ..sources import opml, sandbox
from ..sources.starter import ARXIV_CATEGORIES, BLOGS
from ..sources.wire.sentences import FetchError
from . import page

OPML_BYTES = 5 * 1024 * 1024
OPML_SMALL = 200 * 1024  # bytes that are read here: a quarter of a second at the worst. More goes into a child process.
OPML_FEEDS = 4000  # each comes back as a field of a form (DATA_UPLOAD_MAX_NUMBER_FIELDS)
MISSED = 50  # of its feeds that could not be read, one by one

# What a machine-learning team mostly wants, above the other categories of arXiv.
TOP = ("cs.LG", "cs.CL", "cs.CV", "cs.AI", "stat.ML", "cs.IR", "cs.RO", "cs.NE")
ARCHIVES = {
    "cs": "Computer science",
    "stat": "Statistics",
    "eess": "Electrical engineering and systems",
    "math": "Mathematics",
    "q-bio": "Quantitative biology",
    "q-fin": "Quantitative finance",
    "econ": "Economics",
    "physics": "Physics",
    "astro-ph": "Astrophysics",
    "cond-mat": "Condensed matter",
    "nlin": "Nonlinear sciences",
}


# ── one, by its address ──────────────────────────────────────────────────────────────────────


@access.admin_required
@page.read_or_send
def new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _ask(request, AddressForm(initial={"address": request.GET.get("address", "")}))
    if "save" in request.POST:
        return _save(request)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _ask(request, form)
    address = form.cleaned_data["address"]
    with page.refusals_in(form, "address"):
        wish = subscriptions.understand(address)
        if answer := _known(request, form, wish.kind, wish.address):
            return answer
        job = jobs.ask(access.person(request), Job.Kind.LOOK, {"address": address}, timezone.now())
        page.soon(tasks.answer_due)
        return page.SeeOther(reverse("source_look", args=[job.pk]))
    return _ask(request, form)


@access.admin_required
@require_safe
def look(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Show what would come in, once a worker has looked. A site with several feeds asks which one is meant."""
    job = access.job_for(access.person(request), job_id, Job.Kind.LOOK)
    trouble = job.problem(timezone.now())
    if job.state == Job.State.WAITING and not trouble:
        return page.waiting(request, job, "Add a source", f"Looking at {without_password(job.wish['address'])} …")
    if answer := page.answered(request):
        return answer
    form, seen = AddressForm(job.wish), job.answer
    if trouble:
        form.add_error("address", trouble)
        return _ask(request, form)
    if "feeds" in seen:
        return _ask(request, form, choices=seen["feeds"])
    if answer := _known(request, form, seen["kind"], seen["address"]):
        return answer
    initial = {name: seen[name] for name in ("kind", "address", "name", "site_url")}
    return _preview(request, NewSourceForm(initial=initial), seen)


def _ask(request: HttpRequest, form: AddressForm, **context: Any) -> HttpResponse:
    return render(request, "sources/new.html", {"form": form, **context})


def _known(request: HttpRequest, form: AddressForm, kind: str, address: str) -> HttpResponse | None:
    known = Source.objects.filter(kind=kind, address=address).first()
    return _ask(request, form, known=known) if known else None


def _preview(request: HttpRequest, form: NewSourceForm, seen: dict[str, Any] | None) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "seen": seen}
    if seen:
        context["items"] = [{**item, "published": parse_datetime(item["published"])} for item in seen["items"]]
    context["shown"] = without_password(str(form["address"].value() or ""))
    return render(request, "sources/preview.html", context)


def _save(request: HttpRequest) -> HttpResponse:
    form = NewSourceForm(request.POST)
    if not form.is_valid():
        return _preview(request, form, None)
    said = form.cleaned_data
    meant = subscriptions.understand(said["address"])
    wish = Wish(meant.kind, meant.address, said["name"], said["horizon"], said["site_url"])
    added = subscriptions.add(access.person(request), [wish], timezone.now())
    if added:
        page.soon(tasks.refresh_due, added[0].pk)
        messages.success(request, f"{added[0].name} is in the list and is being fetched.")
    else:
        messages.info(request, "This source was in the list already.")
    return page.SeeOther(reverse("source", args=[Source.objects.get(kind=wish.kind, address=wish.address).pk]))


# ── many at once: the first run, and later ───────────────────────────────────────────────────


@access.admin_required
@page.read_or_send
def start(request: HttpRequest) -> HttpResponse:
    """Without a file: adds what is ticked. With an OPML file: shows what is in it, everything else still ticked."""
    if request.method != "POST":
        return _pick(request)
    if file := request.FILES.get("opml"):
        try:
            found, missed = _read_opml(file)
            return _pick(request, found=found, missed=missed)
        except Refused as refusal:
            return _pick(request, error=refusal.sentence)
    wishes = _ticked(request)
    if not wishes:
        return _pick(request, error="Nothing is ticked. Tick at least one category or feed, or choose an OPML file.")
    added = subscriptions.add(access.person(request), wishes, timezone.now())
    page.soon(tasks.tick)
    count = f"{len(added)} source{'' if len(added) == 1 else 's'} added"
    if already := len(wishes) - len(added):
        count += f"; {already} {'was' if already == 1 else 'were'} in the list already"
    messages.success(request, f"{count}.")
    return page.SeeOther(reverse("today"))


def _ticked(request: HttpRequest) -> list[Wish]:
    """The ticked categories, starter blogs, and feeds of the OPML file, each once."""
    texts = [name for name in request.POST.getlist("category") if name in ARXIV_CATEGORIES]
    wishes = [subscriptions.understand(name) for name in texts]
    chosen = set(request.POST.getlist("blog"))
    wishes += [
        Wish(Source.Kind.FEED, blog.address, blog.name, blog.horizon) for blog in BLOGS if blog.address in chosen
    ]
    for value in request.POST.getlist("feed"):
        address, _, name = value.partition(" ")
        try:
            wish = subscriptions.understand(address)  # a reader's subscription to arXiv's feed is a category here
            wishes.append(replace(wish, name=wish.name or name))
        except NotASourceError:
            continue  # the page offers none such
    return list({(wish.kind, wish.address): wish for wish in wishes}.values())


def _read_opml(file: UploadedFile) -> tuple[list[dict[str, Any]], list[opml.Missed]]:
    """The feeds of an OPML file, once each, and whether the team has them; and those that cannot be taken.

    Raises NotASourceError with a sentence when it holds none.
    """
    if (file.size or 0) > OPML_BYTES:
        raise NotASourceError(f"{file.name} is larger than 5 MB. An OPML file of thousands of feeds is smaller.")
    data = file.read()
    try:
        listing = opml.read(data) if len(data) <= OPML_SMALL else sandbox.run(opml.read, data)
    except (ValueError, FetchError) as error:
        raise NotASourceError(f"{file.name} cannot be used: {error}") from error
    outlines, missed = {}, listing.missed
    for outline in listing.feeds:
        try:
            subscriptions.understand(outline.url)
            outlines[outline.url] = outline
        except NotASourceError as error:  # such as several categories of arXiv in one feed
            missed.append(opml.Missed(outline.line, outline.url, str(error)))
    if not outlines and missed:
        why = f"{missed[0].url or 'an outline'} in line {missed[0].line}: {missed[0].why}"
        raise NotASourceError(f"{file.name} holds no feed that can be read. The first, {why}")
    if not outlines:
        raise NotASourceError(
            f"{file.name} holds no feeds. In your feed reader, look for “Export” or “OPML”, and choose that file."
        )
    if len(outlines) > OPML_FEEDS:
        raise NotASourceError(f"{file.name} holds {len(outlines):,} feeds. Bring them in parts of {OPML_FEEDS:,}.")
    known = set(Source.objects.filter(kind=Source.Kind.FEED, address__in=outlines).values_list("address", flat=True))
    missed.sort(key=lambda each: each.line)
    return [{"outline": outline, "known": url in known} for url, outline in outlines.items()], missed


def _pick(
    request: HttpRequest,
    found: list[dict[str, Any]] | None = None,
    missed: Sequence[opml.Missed] = (),
    error: str = "",
) -> HttpResponse:
    known = set(Source.objects.values_list("kind", "address"))
    ticked = set(request.POST.getlist("category") + request.POST.getlist("blog"))
    feeds = [value.partition(" ") for value in request.POST.getlist("feed")]

    def box(value: str, name: str, kind: str) -> dict[str, Any]:
        return {"value": value, "name": name, "known": (kind, value) in known, "ticked": value in ticked}

    groups: dict[str, list[dict[str, Any]]] = {"": [], **{name: [] for name in ARCHIVES.values()}}
    for value in sorted(ARXIV_CATEGORIES, key=lambda name: (TOP.index(name) if name in TOP else len(TOP), name)):
        group = "" if value in TOP else ARCHIVES.get(value.split(".")[0], "Physics")
        groups[group].append(box(value, ARXIV_CATEGORIES[value], Source.Kind.ARXIV))
    context = {
        "top": groups.pop(""),
        "groups": [(name, boxes, sum(box["ticked"] for box in boxes)) for name, boxes in groups.items()],
        "blogs": [box(blog.address, blog.name, Source.Kind.FEED) | {"horizon": blog.horizon} for blog in BLOGS],
        "total": len(ARXIV_CATEGORIES),
        "found": found,
        "missed": missed[:MISSED],
        "missed_count": len(missed),
        "missed_more": max(0, len(missed) - MISSED),
        "new_found": sum(not row["known"] for row in found or ()),
        "kept_feeds": [(address, name) for address, _, name in feeds],
        "error": error,
        "first_run": not Source.objects.exclude(kind=Source.Kind.PERSON).exists(),
    }
    return render(request, "sources/start.html", context)
