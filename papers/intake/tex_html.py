"""intake.tex_html: plain text with TeX, such as a title or an abstract of arXiv, becomes safe HTML."""

import html
import re
import unicodedata

from .mathml import mathml

# $…$ with a macro or an exponent is a formula. Without one, pandoc's rule decides: no space just inside the dollars
# and no digit after them, so "$5 and $10" stays money. Anything over 600 characters is not a formula; without that
# limit hostile text would take forever.
_MATH = re.compile(
    r"\$\$(?P<block>[^$]{1,600}?)\$\$"
    r"|(?<![\\$])\$(?P<macro>(?=[^$]{0,600}[\\^])(?:[^$\\]|\\.){1,600})\$"
    r"|(?<![\\$])\$(?P<inline>(?=\S)(?:[^$\\]|\\.){1,600}?(?<!\s))\$(?!\d)"
    r"|\\\((?P<paren>.{1,600}?)\\\)|\\\[(?P<bracket>.{1,600}?)\\\]",
    re.DOTALL,
)


def render(text: str) -> str:
    """Render plain text with TeX as safe HTML; "" if only escaping is needed.

    >>> render("We prove n<m")
    ''
    >>> render(r"A \\emph{fast} $x$").startswith("A <em>fast</em> <math")
    True
    """
    if "$" not in text and "\\" not in text:
        return ""
    parts, at = [], 0
    for match in _MATH.finditer(text):
        parts.append(_prose(text[at : match.start()]))
        formula = match[match.lastgroup or 0]
        display = "block" if match.lastgroup in {"block", "bracket"} else "inline"
        parts.append(mathml(formula.strip(), display) or html.escape(match[0]))
        at = match.end()
    parts.append(_prose(text[at:]))
    rendered = "".join(parts)
    return rendered if rendered != html.escape(text) else ""


# ── text between formulas ────────────────────────────────────────────────────────────────────

_MARKS = {
    **dict.fromkeys(["emph", "textit", "textsl", "it", "em", "sl"], "em"),
    **dict.fromkeys(["textbf", "bf"], "strong"),
    **dict.fromkeys(["texttt", "tt", "url", "path"], "code"),
    **dict.fromkeys(["textsc", "textrm", "textsf", "textup", "text", "mbox", "sc", "rm", "underline"], ""),
    **dict.fromkeys(["textsuperscript"], "sup"),
    **dict.fromkeys(["textsubscript"], "sub"),
}
_MARK = re.compile(rf"\\({'|'.join(_MARKS)})\s*\{{([^{{}}]*)\}}|\{{\s*\\(it|em|sl|bf|tt|sc|rm)\b\s*([^{{}}]*)\}}")
_ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328", "r": "\u030a", "d": "\u0323",
}  # fmt: skip
_ACCENT = re.compile(r"""\\(?:(['`^"~=.])\s*(?:\{\\?([A-Za-z])\}|\\?([A-Za-z]))|([cvuHkrd])\s*\{([A-Za-z])\})""")
_LETTER_NAMES = (
    "ss:ß o:ø O:Ø l:ł L:Ł ae:æ AE:Æ oe:œ OE:Œ aa:å AA:Å i:ı j:ȷ dh:ð th:þ LaTeX:LaTeX TeX:TeX "
    "ldots:… dots:… textendash:– textemdash:— eg:e.g. ie:i.e. times:× sim:∼ approx:≈ pm:± rightarrow:→ to:→ "
    "leq:≤ le:≤ geq:≥ ge:≥ alpha:α beta:β gamma:γ delta:δ epsilon:ε lambda:λ mu:μ sigma:σ degree:° deg:°"
)
_LETTERS = dict(pair.split(":") for pair in _LETTER_NAMES.split())
_NATIONAL = frozenset("ss o O l L ae AE oe OE aa AA i j dh th".split())  # noqa: SIM905 (readable)
_LETTER = re.compile(rf"\\({'|'.join(_LETTERS)})(?![A-Za-z])(?:\{{\}}|(\s+)(?=\w))?")


_LINKED = re.compile(r"\\(?:href|textcolor|hyperlink)\s*\{[^{}]*\}\s*\{([^{}]*)\}")
_ASIDE = re.compile(r"\s?\\(?:cite[tp]?|ref|label|color|footnote)\*?\s*\{[^{}]*\}")


def _prose(text: str) -> str:
    """Render the text between formulas: escape it and translate the few macros that really occur in abstracts."""
    if "\\" not in text:
        return html.escape(text)
    text = _ASIDE.sub("", _LINKED.sub(r"\1", text))
    text = html.escape(_ACCENT.sub(_accented, text), quote=False)
    text = _LETTER.sub(_lettered, text)
    for _ in range(3):  # for nested ones
        text, count = _MARK.subn(_marked, text)
        if not count:
            break
    text = re.sub(r"(?<!\\)\{(\w)\}", r"\1", text)  # an accent's own braces
    text = re.sub(r"\\(%|&amp;|_|#|\$|\{|\})", r"\1", text).replace("\\\\", " ").replace("\\ ", " ")
    return text.replace('"', "&quot;").replace("'", "&#x27;")


def _accented(match: re.Match[str]) -> str:
    accent, *letters = [group for group in match.groups() if group]
    return unicodedata.normalize("NFC", letters[0] + _ACCENTS[accent])


def _lettered(match: re.Match[str]) -> str:
    """Replace a letter macro. A national letter also swallows the space after it; a symbol keeps it."""
    return _LETTERS[match[1]] + ("" if match[1] in _NATIONAL else match[2] or "")


def _marked(match: re.Match[str]) -> str:
    tag, text = _MARKS[match[1] or match[3]], match[2] or match[4] or ""
    return f"<{tag}>{text}</{tag}>" if tag else text
