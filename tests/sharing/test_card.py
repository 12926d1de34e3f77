"""The picture beside a public link: title and authors on a plain card."""

import xml.etree.ElementTree as ET

import pytest

from papers.insight import draw
from papers.sharing import card

PNG = b"\x89PNG\r\n\x1a\n"


def texts(svg):
    return [each.text for each in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_it_shows_title_and_authors():
    assert texts(card.draw("Scaling Laws", ["Ada Lind", "Bo Ek"])) == ["Scaling Laws", "Ada Lind, Bo Ek", "Tenth"]
    many = [f"Author {number}" for number in range(9)]
    assert "Author 5 and others" in " ".join(texts(card.draw("Scaling Laws", many)))


def test_whatever_a_title_holds_is_text():
    title = "<script>alert(1)</script> & </text>\x00\x0b\ud800"
    assert texts(card.draw(title, ["<b>Ada</b>"]))[:2] == ["<script>alert(1)</script> & </text>", "<b>Ada</b>"]


@pytest.mark.parametrize("title", ["Word " * 200, "W" * 3000, "長い題名" * 300, "a" * 500])
def test_a_long_title_is_wrapped_and_cut(title):
    svg = card.draw(title, ["A very long name " * 5] * 60)
    lines = texts(svg)
    assert len(lines) <= 5 + 2 + 1
    assert lines[4].endswith("…")
    bottoms = [float(each.get("y")) for each in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert bottoms == sorted(bottoms)
    assert bottoms[-1] < card.HEIGHT


def test_it_becomes_a_png():
    picture = draw.png(card.draw("Scaling Laws", ["Ada Lind"]))
    assert picture.startswith(PNG)
    assert [int.from_bytes(picture[at : at + 4]) for at in (16, 20)] == [card.WIDTH, card.HEIGHT]
