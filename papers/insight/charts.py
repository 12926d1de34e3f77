"""insight.charts: build the charts as Vega-Lite specifications. The browser draws them, or insight.draw does.

Why Vega-Lite: docs/decisions/0013-charts-by-vega.md.
"""

from typing import Any

from . import price
from .funnel import Step

# For pictures. Charts on the page use the style sheet's own colours.
LIGHT = {"ink": "#1f1d1a", "soft": "#57534a", "line": "#ddd9cf", "accent": "#0b5f5a", "warn": "#9a4a10"}
DARK = {"ink": "#e8e6e1", "soft": "#b9b6ae", "line": "#33363c", "accent": "#6cc5b9", "warn": "#eba878"}
PAGE = {"ink": "var(--ink)", "soft": "var(--ink-soft)", "line": "var(--line)"}
PAGE |= {"accent": "var(--accent)", "warn": "var(--moonshot)"}
MOST_DOTS = 60  # more of them would merge into the line

Spec = dict[str, Any]


def cumulative(counts: list[float], names: list[str], unit: str, verb: str, theme: dict[str, str] = LIGHT) -> Spec:
    """Plot the cumulative share of the units, largest first, with √N and half marked."""
    result = price.price(counts)
    points = price.cumulative([count for count in counts if count > 0])
    dotted = len(points) <= MOST_DOTS + 1
    values = [
        {"n": n, "share": share, "name": (names[n - 1] if dotted and 0 < n <= len(names) else "")}
        for n, share in points
    ]
    plural = price.PLURALS[unit]
    x = {
        "field": "n",
        "type": "quantitative",
        "title": f"{plural}, largest first",
        "scale": {"domain": [0, max(4, result.units)], "nice": False},
        "axis": {"tickMinStep": 1},
    }
    y = {
        "field": "share",
        "type": "quantitative",
        "title": f"share of what you {verb}",
        "scale": {"domain": [0, 1]},
        "axis": {"format": ".0%"},
    }
    tooltip = [
        {"field": "n", "type": "quantitative", "title": f"top {plural}", "format": ","},
        {"field": "share", "type": "quantitative", "title": "gave together", "format": ".1%"},
    ]
    if dotted:
        tooltip.insert(0, {"field": "name", "type": "nominal", "title": unit})
    top = f"√{result.units:,}: the top {result.top:,} gave {result.share:.0%}"
    half = f"half: {result.half:,} of {result.units:,}"
    labels = [{"n": result.top, "share": 0.04, "label": top}, {"n": result.half, "share": 0.46, "label": half}]
    rules: list[Spec] = [
        _rule("x", result.top, theme["warn"], f"⌈√{result.units:,}⌉ = {result.top:,}"),
        _rule("y", 0.5, theme["soft"], half),
    ]
    line: Spec = {
        "mark": {
            "type": "area",
            "line": {"color": theme["accent"]},
            "color": theme["accent"],
            "fillOpacity": 0.1,
            "clip": True,
        },
        "encoding": {"x": x, "y": y},
    }
    where = {"x": {"field": "n", "type": "quantitative"}, "y": {"field": "share", "type": "quantitative"}}
    dots: list[Spec] = [
        {"mark": {"type": "circle", "color": theme["accent"], "size": 45, "opacity": 1}, "encoding": where}
    ]
    # Targets for tooltips: larger than the dots, and also present when no dots are drawn.
    touch: Spec = {
        "mark": {"type": "circle", "size": 400, "opacity": 0},
        "encoding": {**where, "tooltip": tooltip},
    }
    label: Spec = {
        "data": {"values": labels},
        "mark": {"type": "text", "align": "left", "dx": 8, "color": theme["ink"]},
        "encoding": {
            "x": {"field": "n", "type": "quantitative"},
            "y": {"field": "share", "type": "quantitative"},
            "text": {"field": "label"},
        },
    }
    summary = f"{result.top} of {result.units} {plural} gave {result.share:.0%} of what was {verb}"
    return {
        **_frame(theme, f"Cumulative share. {summary}; {result.half} gave half.", 280),
        "data": {"values": values},
        "layer": [line, *rules, *(dots if dotted else []), label, touch],
    }


def funnel(steps: list[Step], theme: dict[str, str] = LIGHT) -> Spec:
    """Plot the papers at each step on a logarithmic axis, with a mark at a tenth of the pulled papers."""
    values = [
        {"step": step.words, "papers": step.papers, "from": 0.8, "one": step.of_pulled or "all"}
        for step in steps
        if step.papers
    ]
    pulled = steps[0].papers or 0
    order = [step.words for step in steps]
    y: Spec = {"field": "step", "type": "nominal", "sort": order, "title": None, "scale": {"domain": order}}
    x: Spec = {"field": "papers", "type": "quantitative", "title": "papers (each line is ten times the one before)"}
    x |= {
        "scale": {"type": "log", "domain": [0.8, max(10, pulled) * 2], "nice": False},
        "axis": {"values": _tens(pulled), "format": ","},
    }
    layers: list[Spec] = [
        {
            "mark": {"type": "rule", "color": theme["accent"], "strokeWidth": 3, "opacity": 0.5},
            "encoding": {"x": x, "x2": {"field": "from"}, "y": y},
        },
        {
            "mark": {"type": "circle", "color": theme["accent"], "size": 120, "opacity": 1},
            "encoding": {
                "x": x,
                "y": y,
                "tooltip": [
                    {"field": "step", "type": "nominal"},
                    {"field": "papers", "type": "quantitative", "format": ","},
                    {"field": "one", "type": "nominal", "title": "of the pulled"},
                ],
            },
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 9, "color": theme["ink"]},
            "encoding": {"x": x, "y": y, "text": {"field": "papers", "format": ","}},
        },
    ]
    if pulled >= 10:
        layers.insert(0, _rule("x", pulled / 10, theme["warn"], "1 in 10"))
        layers.append(
            {
                "data": {"values": [{"at": pulled / 10}]},
                "mark": {"type": "text", "text": "1 in 10", "align": "left", "dx": 5, "dy": -8, "color": theme["warn"]},
                "encoding": {"x": {"field": "at", "type": "quantitative"}, "y": {"value": "height"}},
            }
        )
    summary = ", ".join(f"{value['papers']} {value['step']}" for value in values)
    return {**_frame(theme, f"From pulled to applied: {summary}.", 170), "data": {"values": values}, "layer": layers}


def _tens(most: float) -> list[int]:
    """
    >>> _tens(2500)
    [1, 10, 100, 1000, 10000]
    """
    values = [1, 10]
    while values[-1] < most:
        values.append(values[-1] * 10)
    return values


def _rule(axis: str, at: float, colour: str, words: str) -> Spec:
    return {
        "data": {"values": [{"at": at, "words": words}]},
        "mark": {"type": "rule", "color": colour, "strokeDash": [5, 4], "strokeWidth": 1.5},
        "encoding": {
            axis: {"field": "at", "type": "quantitative"},
            "tooltip": {"field": "words", "type": "nominal"},
        },
    }


def _frame(theme: dict[str, str], description: str, height: int) -> Spec:
    words = {"labelColor": theme["soft"], "titleColor": theme["soft"], "titleFontWeight": "normal"}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": description,
        "width": 620,
        "height": height,
        "background": None,
        "config": {
            "font": "system-ui, sans-serif",
            "axis": {**words, "gridColor": theme["line"], "domainColor": theme["line"], "tickColor": theme["line"]},
            "view": {"stroke": None},
        },
    }
