"""intake.formulas: render the TeX in the clean HTML of a post."""

import html
import re

from .mathml import mathml

MOST = 500  # formulas of one post; the rest stay TeX
_TAG = re.compile(r'(<[^<>"]*(?:"[^"]*"[^<>"]*)*>)')
_LITERAL = frozenset({"code", "pre", "kbd", "math"})
_FORMULA = re.compile(
    r"\$\$(?P<block>[^$]{1,1500}?)\$\$|\\\((?P<paren>.{1,600}?)\\\)|\\\[(?P<bracket>.{1,1500}?)\\\]"
    r"|(?<![\\$\w])\$(?P<inline>(?=\S)(?:[^$\\\n]|\\.){1,300}?(?<![\s\\]))\$(?![\w$])",
    re.DOTALL,
)
_OPEN = r"\$\$|\\\["
_BROKEN = re.compile(rf"(?:{_OPEN})[^$<]{{0,800}}(?:<br>[^$<]{{0,800}}){{1,30}}?(?:\$\$|\\\])")


def render(content: str) -> str:
    """Render the TeX in sanitized HTML as MathML, except in code. TeX that cannot be rendered stays as it is.

    >>> render(r"<p>for \\(n\\)</p>") == '<p>for ' + mathml("n", "inline") + '</p>'
    True
    >>> render("<p>$5 and $6</p><code>$x$</code>")
    '<p>$5 and $6</p><code>$x$</code>'
    """
    if "$" not in content and "\\" not in content:
        return content
    content = _BROKEN.sub(lambda match: match[0].replace("<br>", "\n"), content)
    literal, left = 0, MOST
    pieces = _TAG.split(content)
    for at, piece in enumerate(pieces):
        if at % 2:
            name = re.match(r"</?(\w*)", piece)
            if name and name[1] in _LITERAL:
                literal += -1 if piece.startswith("</") else 1
        elif not literal and left > 0 and ("$" in piece or "\\" in piece):
            pieces[at], count = _FORMULA.subn(_rendered, piece, count=left)
            left -= count
    return "".join(pieces)


def _rendered(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    tex = html.unescape(match[kind]).strip()
    if kind == "inline" and not is_tex(tex):
        return match[0]
    return mathml(tex, "block" if kind in {"block", "bracket"} else "inline") or match[0]


def is_tex(text: str) -> bool:
    r"""Tell TeX from the words between two sums of money or two variables of a shell.

    >>> is_tex("x_i"), is_tex("n"), is_tex(r"k \leq 3"), is_tex("5M and US"), is_tex("PATH")
    (True, True, True, False, False)
    """
    words = re.sub(r"\\[A-Za-z]+\*?(?:\{[^{}]*\})?", "", text)
    if re.search(r"(?:^|\s)[A-Za-z]{2,}[,.;:]?(?:\s|$)", words):
        return bool(re.fullmatch(r"[A-Za-z]{2}", words.strip()))
    return bool(re.search(r"\\[A-Za-z]|[_^=]|[A-Za-z]", text)) and not re.fullmatch(r"[\d.,]+\s?\w*", text)
