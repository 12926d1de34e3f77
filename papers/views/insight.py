"""views.insight: which sources actually matter."""

import csv
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from .. import access
from ..forms.insight import InsightForm
from ..insight import charts, cost, draw, funnel, price, steps
from ..models import Person, Source
from . import page

ROWS = 100  # rows of the table on the page; the CSV has all
UNTOLD = "fewer than three people"
Choices = dict[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table."""

    number: int
    name: str  # UNTOLD, without a source, if fewer than three people read it
    link: str  # the unit's papers, at this step if /browse can filter by it
    papers: int
    credit: float
    share: float
    together: float
    source: Source | None


@dataclass(frozen=True, slots=True)
class Result:
    """The result for one set of choices. Where there is nothing to show, only `why_not` is set."""

    why_not: str
    sentence: str
    price: price.Price | None
    gave: list[steps.UnitCredit]
    untold: set[Any] = field(default_factory=set)  # units whose names are hidden


@require_safe
def insight(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    choices = _parse(request)
    if choices is None:
        return _refused(request)
    window = _window(choices, now)
    person = access.person(request)
    with steps.patience():
        result = _result(person, choices, window)
        steps_reached = funnel.funnel(person, window)
        costs = cost.costs(person, window)
        rows = _rows(person, choices, window, result)
        chart = _chart(choices, result, rows, charts.PAGE) if result.price else None
    named, top = [row for row in rows if row.name != UNTOLD], result.price.top if result.price else 0
    context = {
        "chosen": choices,
        "result": result,
        "rows": named,
        # The √N line is drawn below this row.
        "root": max((row.number for row in named if row.number <= top), default=0),
        "untold": len(rows) - len(named),
        "more": len(result.gave) - len(rows),
        "choices": _choices(choices),
        "chart": chart and json.dumps(chart),
        "chart_words": chart and chart["description"],
        "funnel": steps_reached,
        "funnel_chart": json.dumps(charts.funnel(steps_reached, charts.PAGE)) if steps_reached[0].papers else "",
        "costs": costs,
        "proposed": [row for row in costs if row.suggests_muting],
        "horizons": Source.Horizon.choices,
        "back": request.get_full_path(),
        "query": urlencode(choices),
        "now": now,
        "did": steps.WORDS[choices["measure"]],
    }
    return render(request, "insight/insight.html", context)


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """The whole table as CSV."""
    choices = _parse(request)
    if choices is None:
        return _refused(request)
    with steps.patience():
        person, window = access.person(request), _window(choices, timezone.now())
        result = _result(person, choices, window)
        rows = _rows(person, choices, window, result, None)
    if not result.price:
        return page.refuse(request, result.why_not or f"{result.sentence.capitalize()}.", 404, "No table yet")
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="tenth-{choices["unit"]}-{choices["measure"]}.csv"'
    answer.write("\ufeff")  # so that spreadsheets read it as UTF-8
    out = csv.writer(answer)
    out.writerow([choices["unit"], f"papers {steps.WORDS[choices['measure']]}", "credit", "share", "cumulative share"])
    for row in rows:
        out.writerow([_harmless(row.name), row.papers, f"{row.credit:g}", f"{row.share:.6f}", f"{row.together:.6f}"])
    return answer


@require_safe
def chart(request: HttpRequest, which: str) -> HttpResponse:
    """A chart as SVG, for readers without JavaScript. ?dark=1 for a dark page."""
    choices = _parse(request)
    if choices is None:
        return _refused(request)
    person, window = access.person(request), _window(choices, timezone.now())
    theme = charts.DARK if request.GET.get("dark") else charts.LIGHT
    with steps.patience():
        if which == "funnel":
            steps_reached = funnel.funnel(person, window)
            spec = charts.funnel(steps_reached, theme) if steps_reached[0].papers else None
        else:
            result = _result(person, choices, window)
            spec = _chart(choices, result, _rows(person, choices, window, result), theme) if result.price else None
    if spec is None:
        return page.refuse(request, "There is nothing to draw yet.", 404)
    answer = HttpResponse(draw.picture(spec), content_type="image/svg+xml")
    patch_cache_control(answer, private=True, max_age=60)
    return answer


# ── what is chosen, and the result ──────────────────────────────────────────────────────────────────


def _parse(request: HttpRequest) -> Choices | None:
    form = InsightForm(request.GET)
    return form.cleaned_data if form.is_valid() else None


def _refused(request: HttpRequest) -> HttpResponse:
    return page.refuse(request, "The insight page does not know this choice. Start from /insight and choose there.")


def _window(choices: Choices, now: datetime) -> steps.Window:
    return steps.Window.of(None if choices["window"] == "all" else int(choices["window"]), now)


def _result(person: Person, choices: Choices, window: steps.Window) -> Result:
    unit, step, did = choices["unit"], choices["measure"], steps.WORDS[choices["measure"]]
    if hidden := steps.why_hidden(person, step, window):
        return Result(hidden, "", None, [])
    papers = steps.count_up_to(price.ENOUGH, unit, step, window)
    if papers < price.ENOUGH:
        return Result("", price.sentence(price.price([]), papers, unit, did), None, [])
    gave = steps.credits(unit, step, window, fractional=choices["counting"] == "fractional")
    result = price.price([one.credit for one in gave])
    hidden_units = steps.hidden_units(person, unit, step, window)
    return Result("", price.sentence(result, papers, unit, did), result, gave, hidden_units)


def _rows(person: Person, choices: Choices, window: steps.Window, result: Result, most: int | None = ROWS) -> list[Row]:
    unit, so_far, gave = choices["unit"], 0.0, result.gave[:most]
    total = result.price.total if result.price else 1
    keys = [one.unit for one in gave if one.unit not in result.untold]
    called = steps.names(unit, keys)
    sources = Source.objects.in_bulk(keys) if unit == "source" else {}
    step = {"applied": "&used=any", "voted": "&votes=anyone"}.get(choices["measure"], "")
    if choices["measure"] == "pulled" and window.since:
        step = f"&since={window.since.astimezone(person.zone):%Y-%m-%d}"
    rows = []
    for number, one in enumerate(gave, 1):
        so_far += one.credit
        name = UNTOLD if one.unit in result.untold else called.get(one.unit, str(one.unit))
        link = f"{reverse('browse')}?{unit}={quote(name if unit == 'author' else str(one.unit), safe='')}{step}"
        shares = (one.credit / total, so_far / total)
        rows.append(Row(number, name, link, one.papers, one.credit, *shares, sources.get(one.unit)))
    return rows


def _chart(choices: Choices, result: Result, rows: list[Row], theme: dict[str, str]) -> dict[str, Any]:
    counts, names = [one.credit for one in result.gave], [row.name for row in rows]
    return charts.cumulative(counts, names, choices["unit"], steps.WORDS[choices["measure"]], theme)


def _choices(choices: Choices) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """List each filter's options: label, address, whether it is selected."""
    questions = {
        "unit": ("Which", InsightForm.UNITS),
        "measure": ("gave what you", InsightForm.MEASURES),
        "window": ("in", InsightForm.WINDOWS),
        "counting": ("counted", InsightForm.COUNTING),
    }
    return [
        (
            words,
            [(label, "?" + urlencode({**choices, name: value}), choices[name] == value) for value, label in answers],
        )
        for name, (words, answers) in questions.items()
    ]


def _harmless(text: str) -> str:
    """Escape a cell so that no spreadsheet reads it as a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
