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
from ..intake import feed_lists, subscriptions
from ..intake.subscriptions import NotASourceError, Wish
from ..models import Source
from ..ranking.record import MONTH, pace
from ..refused import Refused
from ..sources import opml, sandbox
from ..sources.starter import A_DAY, ARXIV_CATEGORIES, BLOGS, STARTER, Blog
from ..sources.wire.sentences import FetchError
from . import page

OPML_BYTES = 5 * 1024 * 1024
# Bytes parsed in this process: a quarter of a second at worst. Larger files go to a child process.
OPML_SMALL = 200 * 1024
OPML_FEEDS = 4000  # each comes back as a form field (DATA_UPLOAD_MAX_NUMBER_FIELDS)
REFUSED = 5  # feeds that are named in a message
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
            rows, missed = _read_opml(file)
            return _pick(request, rows=rows, missed=missed)
        except Refused as refusal:
            return _pick(request, error=refusal.sentence)
    wishes, refused = _ticked(request)
    if not wishes:
        return _pick(
            request,
            error=" ".join(refused) or "Nothing is ticked. Tick at least one category or feed, or choose an OPML file.",
        )
    added = subscriptions.add(access.person(request), wishes, timezone.now())
    page.soon(tasks.tick)
    count = f"{len(added)} source{'' if len(added) == 1 else 's'} added"
    if already := len(wishes) - len(added):
        count += f"; {already} {'was' if already == 1 else 'were'} in the list already"
    messages.success(request, f"{count}.")
    if refused:
        messages.warning(request, f"Not added: {' '.join(refused[:REFUSED])}{' …' if len(refused) > REFUSED else ''}")
    return page.SeeOther(reverse("today"))


def _ticked(request: HttpRequest) -> tuple[list[Wish], list[str]]:
    """The ticked categories, starter blogs and OPML feeds, each once, with its horizon; and what cannot be added."""
    wishes = [
        replace(subscriptions.understand(name), horizon=_horizon(request, name if name in TOP else OTHERS))
        for name in request.POST.getlist("category")
        if name in ARXIV_CATEGORIES
    ]
    chosen = set(request.POST.getlist("blog"))
    wishes += [
        replace(_wish(blog), horizon=_horizon(request, blog.address, blog.horizon))
        for blog in BLOGS
        if blog.address in chosen
    ]
    refused = []
    for horizon, value in _feeds(request):
        address, _, name = value.partition(" ")
        try:
            wish = subscriptions.understand(address)  # an arXiv feed in a reader's list is a category here
        except NotASourceError as error:
            refused.append(f"{name or address[:80] or 'A feed'}: {error}")
            continue
        name = wish.name if wish.kind == Source.Kind.ARXIV and feed_lists.says_little(name) else name or wish.name
        wishes.append(replace(wish, name=name, horizon=horizon or _horizon(request, FEEDS)))
    return list({(wish.kind, wish.address): wish for wish in wishes}.values()), refused


def _feeds(request: HttpRequest) -> list[tuple[str, str]]:
    """The ticked feeds of a list, with the horizon that their folder bears the name of, or ""."""
    fields = [("", "feed"), *((horizon, f"feed {horizon}") for horizon in Source.Horizon.values)]
    return [(horizon, value) for horizon, field in fields for value in request.POST.getlist(field)]


def _wish(blog: Blog) -> Wish:
    return replace(subscriptions.understand(blog.address), name=blog.name)


def _horizon(request: HttpRequest, of: str, default: str = "") -> str:
    """The horizon chosen for a category, a blog, OTHERS or FEEDS, else the starter's."""
    chosen = request.POST.get(f"horizon {of}", "")
    return chosen if chosen in Source.Horizon.values else STARTER.get(of, default) or Source.Horizon.CORE


def _read_opml(file: UploadedFile) -> tuple[list[feed_lists.Row], list[opml.Missed]]:
    """The sources that an OPML file stands for, each once, and its feeds that cannot be added.

    Raises NotASourceError with a sentence when it holds none.
    """
    if (file.size or 0) > OPML_BYTES:
        raise NotASourceError(f"{file.name} is larger than 5 MB, too large for a list of feeds.")
    data = file.read()
    try:
        listing = opml.read(data) if len(data) <= OPML_SMALL else sandbox.run(opml.read, data)
    except (ValueError, FetchError) as error:
        raise NotASourceError(f"{file.name} cannot be used: {error}") from error
    rows, missed = feed_lists.rows(listing)
    if not rows and missed:
        why = f"{missed[0].url or 'an outline'} in line {missed[0].line}: {missed[0].why}"
        raise NotASourceError(f"{file.name} holds no feed that can be read. The first, {why}")
    if not rows:
        raise NotASourceError(
            f"{file.name} holds no feeds. In your feed reader, look for “Export” or “OPML”, and choose that file."
        )
    if len(rows) > OPML_FEEDS:
        raise NotASourceError(f"{file.name} holds {len(rows):,} feeds. Split it into files of {OPML_FEEDS:,}.")
    return rows, missed


def _pick(
    request: HttpRequest,
    rows: list[feed_lists.Row] | None = None,
    missed: Sequence[opml.Missed] = (),
    error: str = "",
) -> HttpResponse:
    existing = set(Source.objects.values_list("kind", "address"))
    first_run = not Source.objects.pulled().exists()
    offer = first_run and request.method != "POST" and request.GET.get("preset") != "none"
    ticked = set(STARTER) if offer else {*request.POST.getlist("category"), *request.POST.getlist("blog")}
    feeds = [(f"feed {horizon}".strip(), *value.partition(" ")) for horizon, value in _feeds(request)]

    def box(value: str, name: str, kind: str, a_day: float = 0, default: str = "", address: str = "") -> dict[str, Any]:
        return {
            "value": value,
            "name": name,
            "known": (kind, address or value) in existing,
            "ticked": value in ticked,
            "a_day": a_day,
            "pace": _pace(a_day) if kind != Source.Kind.ARXIV or a_day else "",
            "horizon": _horizon(request, value, default),
        }

    groups: dict[str, list[dict[str, Any]]] = {"": [], **{name: [] for name in ARCHIVES.values()}}
    for value in sorted(ARXIV_CATEGORIES, key=lambda name: (TOP.index(name) if name in TOP else len(TOP), name)):
        group = "" if value in TOP else ARCHIVES.get(value.split(".")[0], "Physics")
        groups[group].append(box(value, ARXIV_CATEGORIES[value], Source.Kind.ARXIV, A_DAY.get(value, 0)))
    top = groups.pop("")
    blogs = [
        box(blog.address, blog.name, wish.kind, blog.a_week / 7, blog.horizon, wish.address)
        for blog, wish in ((blog, _wish(blog)) for blog in BLOGS)
    ]
    context = {
        "top": top,
        "groups": [(name, boxes, sum(box["ticked"] for box in boxes)) for name, boxes in groups.items()],
        "blogs": blogs,
        "a_day": sum(box["a_day"] for box in [*top, *blogs] if box["ticked"] and not box["known"]),
        "total": len(ARXIV_CATEGORIES),
        "horizons": Source.Horizon.choices,
        "others": {"value": OTHERS, "horizon": _horizon(request, OTHERS, Source.Horizon.ADJACENT)},
        "feeds": {"value": FEEDS, "horizon": _horizon(request, FEEDS)},
        "feeds_read": rows,
        "missed": missed[:MISSED],
        "missed_count": len(missed),
        "missed_more": max(0, len(missed) - MISSED),
        "new_feeds": sum(not row.known for row in rows or ()),
        "kept_feeds": [(field, address, name) for field, address, _, name in feeds],
        "error": error,
        "first_run": first_run,
        "offer": offer,
    }
    return render(request, "sources/start.html", context)


def _pace(a_day: float) -> str:
    return "seldom" if a_day * MONTH < 1 else f"about {pace(round(a_day * MONTH))}"
