"""views.browse: everything the team has: search, filters, and straight to a paper by its address."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.formats import date_format
from django.views.decorators.http import require_safe
from django_htmx.http import replace_url

from .. import access
from ..forms.browse import BrowseForm
from ..models import Application, Cursor, Person, Source
from ..reading import queue, search
from ..refused import TooMuch
from . import page

PAGE = 25
MOST_PAGES = 10  # shown at one address


@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    query = {name: text for name, value in request.GET.items() if (text := str(value)).strip()}
    if len(query) < len(request.GET):  # a form also sends its empty fields; keep the address short
        return redirect(_address(query))
    if goal := _straight_to(request, query):
        return goal
    pages = _pages(query.pop("pages", ""))
    person = access.person(request)
    form = BrowseForm(request.GET, person)
    context = {"form": form, "cards": [], "list": "browse"}
    if form.is_valid():
        filters = form.filters()
        context |= {"filters": filters, "chips": _chips(form, filters, query)}
        context |= _results(person, filters, query, pages)
    more = bool(page.htmx(request) and query.get("after"))
    template = "browse/_results.html" if more else "browse/browse.html"
    response = render(request, template, context, status=400 if form.errors else 200)
    if more:  # after Back, the pages that "More" had loaded are still there
        replace_url(response, _address(query, after="", pages=str(pages)))
    patch_vary_headers(response, ["HX-Request"])
    return response


def _pages(given: str) -> int:
    return min(max(int(given), 1), MOST_PAGES) if given.isdecimal() and len(given) < 4 else 1


def _address(query: dict[str, str], **changes: str) -> str:
    left = {name: value for name, value in {**query, **changes}.items() if value}
    return reverse("browse") + (f"?{urlencode(left)}" if left else "")


def _straight_to(request: HttpRequest, query: dict[str, str]) -> HttpResponse | None:
    """Redirect an id or link to its paper, or to /add if we do not have it."""
    typed = query.get("q", "").strip()
    if slug := search.slug_in(typed, request.get_host()):
        return redirect("paper", slug=slug)
    is_address, paper = search.look_up(typed)
    if paper:
        return redirect(paper)
    if is_address:
        return render(
            request, "browse/unknown.html", {"typed": typed, "form": BrowseForm(request.GET, access.person(request))}
        )
    return None


def _results(person: Person, filters: search.Filters, query: dict[str, str], pages: int) -> dict[str, Any]:
    """Return papers after `after`, or the first `pages` pages, with a link to more; or the reason why not."""
    after = Cursor.parse(query.get("after", ""))
    limit = PAGE if after else PAGE * pages
    try:
        papers_found = search.take(person, filters, after, limit + 1)
    except TooMuch as refusal:
        return {"trouble": refusal.sentence}
    papers = papers_found[:limit]
    following = _address(query, after=str(papers[-1].cursor)) if len(papers_found) > limit else ""
    return {
        "cards": queue.cards(person, papers, timezone.now()),
        "next": following,
        "next_here": following and f"{following}&pages={pages + 1}",
        "forged": bool(query.get("after")) and not after,
        "newest": _address(query, after="") if after else "",
        "removable": [] if papers or after else search.removable(person, filters),
    }


def _chips(form: BrowseForm, filters: search.Filters, query: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Describe each filter in use, with the address that drops it."""
    words = {
        "q": lambda: f"Search: {filters.q}",
        "source": lambda: f"Source: {dict(form.offered['source'])[str(filters.source)]}",
        "category": lambda: f"Category: {filters.category}",
        "author": lambda: f"Author: {filters.author}",
        "horizon": lambda: f"Horizon: {Source.Horizon(filters.horizon).label}",
        "stage": lambda: search.STAGES[filters.stage],
        "project": lambda: f"Applied in {dict(form.offered['project'])[filters.project]}",
        "used": lambda: search.USED[filters.used],
        "outcome": lambda: f"Outcome: {Application.Outcome(filters.outcome).label}",
        "has": lambda: search.HAS[filters.has],
        "votes": lambda: dict(form.offered["votes"])[filters.votes],
        "since": lambda: f"From {_day(filters.since)}",
        "until": lambda: f"Until {_day(filters.until)}",
    }
    return {name: (words[name](), _address(query, **{name: "", "after": ""})) for name in filters.active()}


def _day(day: date | None) -> str:
    return date_format(day, "j F Y") if day else ""
