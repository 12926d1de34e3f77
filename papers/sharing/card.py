"""sharing.card: the preview picture of a public link: a paper's title and authors on a plain card."""

import unicodedata
from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT, MARGIN = 1200, 630, 80
SIZES = ((56, 4), (44, 5))  # title sizes with the lines that fit; the first that holds the whole title is used
AUTHORS = (30, 2)
SHOWN = 6  # authors


def draw(title: str, authors: Sequence[str]) -> str:
    """The card as SVG."""
    size, lines = next(
        ((size, lines) for size, most in SIZES if len(lines := wrap(title, size)) <= most),
        (SIZES[-1][0], _shorten(wrap(title, SIZES[-1][0]), SIZES[-1][1])),
    )
    names = ", ".join(authors[:SHOWN]) + (" and others" if len(authors) > SHOWN else "")
    small, most = AUTHORS
    below = MARGIN + 60 + len(lines) * size * 1.25 + 50
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#faf9f6"/><rect width="16" height="{HEIGHT}" fill="#0b5f5a"/>'
        f"{_text(lines, size, MARGIN + 60, '#1f1d1a', 'serif, sans-serif')}"
        f"{_text(_shorten(wrap(names, small), most), small, below, '#57534a', 'sans-serif')}"
        f"{_text(['Tenth'], small, HEIGHT - 50, '#0b5f5a', 'sans-serif')}</svg>"
    )


def wrap(text: str, size: int) -> list[str]:
    """Wrap the text by estimated letter widths. A word longer than a line is cut.

    >>> wrap("A title that is too long for one line of this size", 70)
    ['A title that is too long for', 'one line of this size']
    """
    most = (WIDTH - 2 * MARGIN) / size
    lines, line = [], ""
    for word in "".join(char if char.isprintable() else " " for char in text).split():
        longer = f"{line} {word}".strip()
        if _width(longer) <= most:
            line = longer
            continue
        lines += [line] if line else []
        line = ""
        for char in word:
            if _width(line + char) > most:
                lines.append(line)
                line = ""
            line += char
    return [*lines, line] if line else lines


def _width(text: str) -> float:
    """The text's estimated width in ems, on the wide side."""
    return sum(_width_of(char) for char in text)


def _width_of(char: str) -> float:
    if unicodedata.combining(char):
        return 0
    if unicodedata.east_asian_width(char) in "WF" or char in "MW@%—mw":
        return 1.0
    return 0.35 if char in " iIljtf.,:;'’!|()[]" else 0.75 if char.isupper() else 0.6


def _shorten(lines: list[str], most: int) -> list[str]:
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1]} …"]


def _text(lines: Sequence[str], size: int, top: float, colour: str, font: str) -> str:
    return "".join(
        f'<text x="{MARGIN}" y="{top + number * size * 1.25:g}" font-size="{size}" font-family="{font}" '
        f'fill="{colour}">{escape(line)}</text>'
        for number, line in enumerate(lines)
    )
