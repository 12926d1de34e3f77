"""views.start: adding many sources at once: on the first run, and later."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from .. import access, tasks
from ..intake import subscriptions
from ..intake.subscriptions import NotASourceError, Wish
from ..models import Source
from ..ranking.record import MONTH, pace
from ..refused import Refused
from ..sources import opml, sandbox
from ..sources.starter import A_DAY, ARXIV_CATEGORIES, BLOGS, STARTER
from ..sources.wire.sentences import FetchError
from . import page

OPML_BYTES = 5 * 1024 * 1024
# Bytes parsed in this process: a quarter of a second at worst. Larger files go to a child process.
OPML_SMALL = 200 * 1024
OPML_FEEDS = 4000  # each comes back as a form field (DATA_UPLOAD_MAX_NUMBER_FIELDS)
MISSED = 50  # unreadable feeds that are listed one by one

OTHERS, FEEDS = "others", "feeds"  # groups with one horizon for all

# The categories that machine-learning teams want most, listed above the others.
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


@access.admin_required
@page.read_or_send
def start(request: HttpRequest) -> HttpResponse:
    """Add what is ticked; with an OPML file, show its feeds first and keep the ticks."""
    if request.method != "POST":
        return _pick(request)
    if file := request.FILES.get("opml"):
        try:
            outlines, missed = _read_opml(file)
            return _pick(request, outlines=outlines, missed=missed)
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
    """The ticked categories, starter blogs and OPML feeds, each once, with its horizon."""
    wishes = [
        replace(subscriptions.understand(name), horizon=_horizon(request, name if name in TOP else OTHERS))
        for name in request.POST.getlist("category")
        if name in ARXIV_CATEGORIES
    ]
    chosen = set(request.POST.getlist("blog"))
    wishes += [
        Wish(Source.Kind.FEED, blog.address, blog.name, _horizon(request, blog.address, blog.horizon))
        for blog in BLOGS
        if blog.address in chosen
    ]
    for value in request.POST.getlist("feed"):
        address, _, name = value.partition(" ")
        try:
            wish = subscriptions.understand(address)  # an arXiv feed in a reader's list is a category here
            wishes.append(replace(wish, name=wish.name or name, horizon=_horizon(request, FEEDS)))
        except NotASourceError:
            continue  # the page does not offer it
    return list({(wish.kind, wish.address): wish for wish in wishes}.values())


def _horizon(request: HttpRequest, of: str, default: str = "") -> str:
    """The horizon chosen for a category, a blog, OTHERS or FEEDS, else the starter's."""
    chosen = request.POST.get(f"horizon {of}", "")
    return chosen if chosen in Source.Horizon.values else STARTER.get(of, default) or Source.Horizon.CORE


def _read_opml(file: UploadedFile) -> tuple[list[dict[str, Any]], list[opml.Missed]]:
    """The feeds of an OPML file, each once, whether the team has them, and those that cannot be added.

    Raises NotASourceError with a sentence when it holds none.
    """
    if (file.size or 0) > OPML_BYTES:
        raise NotASourceError(f"{file.name} is larger than 5 MB, too large for a list of feeds.")
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
        raise NotASourceError(f"{file.name} holds {len(outlines):,} feeds. Split it into files of {OPML_FEEDS:,}.")
    existing = set(Source.objects.filter(kind=Source.Kind.FEED, address__in=outlines).values_list("address", flat=True))
    missed.sort(key=lambda each: each.line)
    return [{"outline": outline, "known": url in existing} for url, outline in outlines.items()], missed


def _pick(
    request: HttpRequest,
    outlines: list[dict[str, Any]] | None = None,
    missed: Sequence[opml.Missed] = (),
    error: str = "",
) -> HttpResponse:
    existing = set(Source.objects.values_list("kind", "address"))
    first_run = not Source.objects.pulled().exists()
    offer = first_run and request.method != "POST" and request.GET.get("preset") != "none"
    ticked = set(STARTER) if offer else {*request.POST.getlist("category"), *request.POST.getlist("blog")}
    feeds = [value.partition(" ") for value in request.POST.getlist("feed")]

    def box(value: str, name: str, kind: str, a_day: float = 0, default: str = "") -> dict[str, Any]:
        return {
            "value": value,
            "name": name,
            "known": (kind, value) in existing,
            "ticked": value in ticked,
            "a_day": a_day,
            "pace": _pace(a_day) if kind == Source.Kind.FEED or a_day else "",
            "horizon": _horizon(request, value, default),
        }

    groups: dict[str, list[dict[str, Any]]] = {"": [], **{name: [] for name in ARCHIVES.values()}}
    for value in sorted(ARXIV_CATEGORIES, key=lambda name: (TOP.index(name) if name in TOP else len(TOP), name)):
        group = "" if value in TOP else ARCHIVES.get(value.split(".")[0], "Physics")
        groups[group].append(box(value, ARXIV_CATEGORIES[value], Source.Kind.ARXIV, A_DAY.get(value, 0)))
    top = groups.pop("")
    blogs = [box(blog.address, blog.name, Source.Kind.FEED, blog.a_week / 7, blog.horizon) for blog in BLOGS]
    context = {
        "top": top,
        "groups": [(name, boxes, sum(box["ticked"] for box in boxes)) for name, boxes in groups.items()],
        "blogs": blogs,
        "a_day": sum(box["a_day"] for box in [*top, *blogs] if box["ticked"] and not box["known"]),
        "total": len(ARXIV_CATEGORIES),
        "horizons": Source.Horizon.choices,
        "others": {"value": OTHERS, "horizon": _horizon(request, OTHERS, Source.Horizon.ADJACENT)},
        "feeds": {"value": FEEDS, "horizon": _horizon(request, FEEDS)},
        "feeds_read": outlines,
        "missed": missed[:MISSED],
        "missed_count": len(missed),
        "missed_more": max(0, len(missed) - MISSED),
        "new_feeds": sum(not row["known"] for row in outlines or ()),
        "kept_feeds": [(address, name) for address, _, name in feeds],
        "error": error,
        "first_run": first_run,
        "offer": offer,
    }
    return render(request, "sources/start.html", context)


def _pace(a_day: float) -> str:
    return "seldom" if a_day * MONTH < 1 else f"about {pace(round(a_day * MONTH))}"
