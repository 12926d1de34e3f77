"""insight.charts and insight.draw: one specification, drawn in the browser and as SVG."""

import re
from pathlib import Path

import pytest
import vl_convert

from papers.insight import charts, draw
from papers.insight.funnel import Step
from papers.refused import TooMuch

ROOT = Path(__file__).resolve().parent.parent.parent
STEPS = [
    Step("pulled", "pulled", 1200),
    Step("read", "read", None, hidden="x"),
    Step("applied", "applied", 3, "1 in 400"),
]


@pytest.mark.parametrize(
    "spec", [charts.cumulative([5.0, 2, 1, 1], list("abcd"), "source", "applied"), charts.funnel(STEPS)]
)
def test_picture_is_svg_without_styles_or_scripts(spec):
    svg = draw.picture(spec).decode()
    assert svg.startswith("<svg")
    assert not re.search(r"<style|style=|<script|href=\"http", svg)


def test_absurd_names_do_no_harm():
    names = ["</svg><script>alert(1)</script>", "x" * 5000, "\u202e", "a\\nb"]
    svg = draw.picture(charts.cumulative([4.0, 3, 2, 1], names, "source", "read")).decode()
    assert "<script" not in svg


def test_chart_that_cannot_be_drawn_is_reported():
    with pytest.raises(TooMuch, match="table below"):
        draw.picture({"mark": "no such mark"})


def test_eighty_thousand_units_make_a_small_chart():
    spec = charts.cumulative([1.0] * 80_000, ["someone"] * 100, "author", "pulled")
    assert len(str(spec)) < 60_000


def test_pictures_have_the_colours_of_the_style_sheet():
    colours = (ROOT / "static/css/colours.css").read_text()
    names = {"ink": "ink", "soft": "ink-soft", "line": "line", "accent": "accent", "warn": "moonshot"}
    for ours, theirs in names.items():
        assert f"--{theirs}: light-dark({charts.LIGHT[ours]}, {charts.DARK[ours]});" in colours


def test_vega_script_is_vl_converts_own():
    assert (ROOT / "static/vendor/vega.js").read_text() == vl_convert.javascript_bundle()
