"""intake.tex_html: plain text with TeX, such as a title or an abstract of arXiv, becomes safe HTML."""

import html
import re

from ..tex import FORMULA, NATIONAL, SYMBOLS, accented, without_asides
from .mathml import mathml


def render(text: str) -> str:
    """Render plain text with TeX as safe HTML; "" if only escaping is needed.

    >>> render("We prove n<m")
    ''
    >>> render(r"A \\emph{fast} $x$").startswith("A <em>fast</em> <math")
    True
    """
    if "$" not in text and "\\" not in text:
        return ""
    formulas: list[str] = []

    def put_aside(match: re.Match[str]) -> str:
        formula = match[match.lastgroup or 0]
        display = "block" if match.lastgroup in {"block", "bracket"} else "inline"
        formulas.append(mathml(formula.strip(), display) or html.escape(match[0]))
        return f"\0{len(formulas) - 1}\0"

    # A macro may reach around a formula: \textbf{$\alpha$-Bench}.
    prose = _prose(FORMULA.sub(put_aside, text.replace("\0", "")))
    rendered = re.sub("\0([0-9]+)\0", lambda place: formulas[int(place[1])], prose)
    return rendered if rendered != html.escape(text) else ""


_MARKS = {
    **dict.fromkeys(["emph", "textit", "textsl", "it", "em", "sl"], "em"),
    **dict.fromkeys(["textbf", "bf"], "strong"),
    **dict.fromkeys(["texttt", "tt", "url", "path"], "code"),
    **dict.fromkeys(["textsc", "textrm", "textsf", "textup", "text", "mbox", "sc", "rm", "underline"], ""),
    **dict.fromkeys(["textsuperscript"], "sup"),
    **dict.fromkeys(["textsubscript"], "sub"),
}
_MARK = re.compile(rf"\\({'|'.join(_MARKS)})\s*\{{([^{{}}]*)\}}|\{{\s*\\(it|em|sl|bf|tt|sc|rm)\b\s*([^{{}}]*)\}}")
_SYMBOL = re.compile(r"\\([A-Za-z]+)(?:\{\}|(\s+)(?=\w))?")


def _prose(text: str) -> str:
    """Render the text between formulas: escape it and translate the few macros that really occur in abstracts."""
    if "\\" not in text:
        return html.escape(text)
    text = html.escape(accented(without_asides(text)), quote=False)
    text = _SYMBOL.sub(_symbol, text)
    for _ in range(3):  # for nested ones
        text, count = _MARK.subn(_marked, text)
        if not count:
            break
    text = re.sub(r"(?<!\\)\{(\w)\}", r"\1", text)  # an accent's own braces
    text = re.sub(r"\\(%|&amp;|_|#|\$|\{|\})", r"\1", text).replace("\\\\", " ").replace("\\ ", " ")
    return text.replace('"', "&quot;").replace("'", "&#x27;")


def _symbol(match: re.Match[str]) -> str:
    """Replace a macro for a letter or sign. A national letter also swallows the space after it; a sign keeps it."""
    if (symbol := SYMBOLS.get(match[1])) is None:
        return match[0]
    return html.escape(symbol) + ("" if match[1] in NATIONAL else match[2] or "")


def _marked(match: re.Match[str]) -> str:
    tag, text = _MARKS[match[1] or match[3]], match[2] or match[4] or ""
    return f"<{tag}>{text}</{tag}>" if tag else text
