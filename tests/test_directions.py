"""Text from outside may be Arabic or Hebrew, so each element that draws it lets the letters decide the direction."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[1] / "templates"
# Variables that hold the words of papers, sources and people, and the tags that draw titles and bylines.
OUTSIDE = re.compile(
    r"\{\{\s*(?:[\w.]+\.)?(?:plain_title|title_html|abstract|abstract_html|journal_ref|affiliations|note|outcome_note"
    r"|review_note|authors|(?:paper|item|feed|outline|card|article)\.(?:title|comment|html)|(?:source|signer|known)\.name"
    r"|element\.text|html|said|took|taken|instead|chosen_over)(?:\|[^{}]*)?\s*\}\}"
    r"|\{%\s*(?:draw_title|names)\b[^{}]*%\}"
)
MARK = "\ue000"
PAGE_TITLE = re.compile(r"\{% block (?:title|head) %\}.*?\{% endblock %\}", re.DOTALL)
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Form controls decide in controls.css.
EXEMPT = {"textarea", "option", "title"}


class _Drawn(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None], tuple[int, int]]] = []
        self.without: list[tuple[tuple[int, int], str]] = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append((tag, dict(attrs), self.getpos()))

    def handle_endtag(self, tag):
        for at in range(len(self.open) - 1, -1, -1):
            if self.open[at][0] == tag:
                del self.open[at:]
                return

    def handle_data(self, data):
        if MARK not in data:
            return
        around = [(tag, attrs) for tag, attrs, _ in self.open]
        hidden = any("visually-hidden" in (attrs.get("class") or "") for _, attrs in around)
        if not hidden and not any(tag in EXEMPT or attrs.get("dir") == "auto" or tag == "bdi" for tag, attrs in around):
            self.without.append((self.open[-1][2] if self.open else (1, 0), data.strip()))


def drawn_without(text: str) -> list[tuple[tuple[int, int], str]]:
    """The places of the elements that draw outside text and do not let it decide its direction."""
    blank = PAGE_TITLE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    blank = OUTSIDE.sub(lambda match: MARK.ljust(len(match[0]), "x"), blank)
    blank = re.sub(r"\{\{.*?\}\}", lambda match: "y" * len(match[0]), blank)
    blank = re.sub(r"\{[%#].*?[%#]\}", lambda match: re.sub(r"[^\n]", " ", match[0]), blank)
    parser = _Drawn()
    parser.feed(blank)
    return parser.without


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_outside_text_decides_its_own_direction(path):
    assert drawn_without(path.read_text()) == []


def test_forgotten_direction_is_noticed():
    assert drawn_without("<p>{{ paper.abstract }}</p>") != []
    assert drawn_without('<div dir="auto"><p>{{ paper.abstract }}</p></div><p>{{ paper.pk }}</p>') == []
