"""insight.charts: what the charts say, as Vega-Lite specifications. The browser draws them, or insight.draw does.

Why Vega-Lite: docs/decisions/0013-charts-by-vega.md.
"""

from typing import Any

from . import price
from .funnel import Step

# For pictures; in the page the charts take the style sheet's own colours.
LIGHT = {"ink": "#1f1d1a", "soft": "#57534a", "line": "#ddd9cf", "accent": "#0b5f5a", "warn": "#9a4a10"}
DARK = {"ink": "#e8e6e1", "soft": "#b9b6ae", "line": "#33363c", "accent": "#6cc5b9", "warn": "#eba878"}
PAGE = {"ink": "var(--ink)", "soft": "var(--ink-soft)", "line": "var(--line)"}
PAGE |= {"accent": "var(--accent)", "warn": "var(--moonshot)"}
MOST_DOTS = 60  # beyond, dots melt into the line

Spec = dict[str, Any]


def cumulative(counts: list[float], names: list[str], unit: str, did: str, theme: dict[str, str] = LIGHT) -> Spec:
    """Units by what they gave, largest first, against the share that they hold together; √N and half marked."""
    found = price.price(counts)
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
        "title": f"{plural}, the ones that gave most first",
        "scale": {"domain": [0, max(4, found.units)], "nice": False},
        "axis": {"tickMinStep": 1},
    }
    y = {
        "field": "share",
        "type": "quantitative",
        "title": f"share of what you {did}",
        "scale": {"domain": [0, 1]},
        "axis": {"format": ".0%"},
    }
    tooltip = [
        {"field": "n", "type": "quantitative", "title": f"top {plural}", "format": ","},
        {"field": "share", "type": "quantitative", "title": "gave together", "format": ".1%"},
    ]
    if dotted:
        tooltip.insert(0, {"field": "name", "type": "nominal", "title": unit})
    said = [
        {"n": found.top, "share": 0.04, "label": f"√{found.units:,}: the top {found.top:,} gave {found.share:.0%}"},
        {"n": found.half, "share": 0.46, "label": f"half: {found.half:,} of {found.units:,}"},
    ]
    rules: list[Spec] = [
        _rule("x", found.top, theme["warn"], f"⌈√{found.units:,}⌉ = {found.top:,}"),
        _rule("y", 0.5, theme["soft"], f"half: {found.half:,} of {found.units:,}"),
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
    # What a finger or a pointer meets: wider than the dot, and there is one where no dot is drawn.
    touch: Spec = {
        "mark": {"type": "circle", "size": 400, "opacity": 0},
        "encoding": {**where, "tooltip": tooltip},
    }
    label: Spec = {
        "data": {"values": said},
        "mark": {"type": "text", "align": "left", "dx": 8, "color": theme["ink"]},
        "encoding": {
            "x": {"field": "n", "type": "quantitative"},
            "y": {"field": "share", "type": "quantitative"},
            "text": {"field": "label"},
        },
    }
    what = f"{found.top} of {found.units} {plural} gave {found.share:.0%} of what was {did}; {found.half} hold half."
    return {
        **_frame(theme, f"Cumulative share. {what}", 280),
        "data": {"values": values},
        "layer": [line, *rules, *(dots if dotted else []), label, touch],
    }


def funnel(told: list[Step], theme: dict[str, str] = LIGHT) -> Spec:
    """Papers at each step on a logarithmic axis (equal steps are equal ratios); a tenth of the pulled is marked."""
    values = [
        {"step": step.words, "papers": step.papers, "from": 0.8, "one": step.of_pulled or "all"}
        for step in told
        if step.papers
    ]
    pulled = told[0].papers or 0
    order = [step.words for step in told]
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
    said = ", ".join(f"{value['papers']} {value['step']}" for value in values)
    return {**_frame(theme, f"From pulled to applied: {said}.", 170), "data": {"values": values}, "layer": layers}


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
