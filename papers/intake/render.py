"""intake.render: made once, when a paper arrives: its title and abstract as safe HTML, its code links, its minutes."""

import html
import re
from functools import lru_cache

import nh3
from latex2mathml.converter import convert

LONGEST_FORMULA = 600
LONGEST_TEXT = 60_000  # letters kept of an abstract or a post: far below the megabyte that a tsvector holds
LONGEST_HTML = 200_000

# $…$ as pandoc reads it: no blank inside the dollars, no digit after them, so that "$5 and $10" stays money.
_MATH = re.compile(
    r"\$\$(?P<block>[^$]+?)\$\$"
    r"|(?<![\\$])\$(?P<inline>(?=\S)(?:[^$\\]|\\.)+?(?<!\s))\$(?!\d)"
    r"|\\\((?P<paren>.+?)\\\)|\\\[(?P<bracket>.+?)\\\]",
    re.DOTALL,
)
_UNSAFE = re.compile(r"\b(?:href|src|style|class|on\w+)\s*=", re.IGNORECASE)


# ── text with TeX ────────────────────────────────────────────────────────────────────────────


def tex(text: str) -> str:
    """Plain text with TeX in it as safe HTML; "" when escaping the text is all there is to do.

    >>> tex("We prove n<m")
    ''
    >>> tex(r"A \\emph{fast} $x$").startswith("A <em>fast</em> <math")
    True
    """
    if "$" not in text and "\\" not in text:
        return ""
    parts, at = [], 0
    for found in _MATH.finditer(text):
        parts.append(_words(text[at : found.start()]))
        formula = found["block"] or found["inline"] or found["paren"] or found["bracket"]
        display = "block" if found["block"] or found["bracket"] else "inline"
        parts.append(_mathml(formula.strip(), display) or html.escape(found[0]))
        at = found.end()
    parts.append(_words(text[at:]))
    rendered = "".join(parts)
    return rendered if rendered != html.escape(text) else ""


@lru_cache(maxsize=20_000)
def _mathml(formula: str, display: str) -> str:
    """A formula as MathML; "" when it cannot be rendered, or would carry more than marks (a link, a style)."""
    if len(formula) > LONGEST_FORMULA:
        return ""
    try:
        made = convert(formula, display=display)
    except Exception:  # latex2mathml raises whatever its parser stumbles over; the TeX is shown then
        return ""
    return "" if _UNSAFE.search(made) else made


_MARKS = {
    "emph": "em",
    "textit": "em",
    "textsl": "em",
    "textbf": "strong",
    "texttt": "code",
    "textsc": "span",
    "textrm": "span",
}
_MARK = re.compile(r"\\(" + "|".join(_MARKS) + r")\s*\{([^{}]*)\}")
_ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328", "r": "\u030a",
}  # fmt: skip
_ACCENT = re.compile(r"""\{?\\(?:(['`^"~=.])\s*\{?([A-Za-z])\}?|([cvuHkr])\s*\{([A-Za-z])\})\}?""")


def _words(text: str) -> str:
    """Text between formulas: escaped, with the few macros that titles and abstracts really hold."""
    if "\\" not in text:
        return html.escape(text)
    text = _ACCENT.sub(lambda found: (found[2] or found[4]) + _ACCENTS[found[1] or found[3]], text)
    marked = _MARK.sub(_marked, html.escape(text, quote=False))
    return re.sub(r"\\(%|&amp;|_|#|\$)", r"\1", marked).replace('"', "&quot;").replace("'", "&#x27;")


def _marked(found: re.Match[str]) -> str:
    tag = _MARKS[found[1]]
    return f"<{tag}>{found[2]}</{tag}>"


# ── HTML ─────────────────────────────────────────────────────────────────────────────────────

_TAGS = {
    *("p", "br", "hr", "div", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "kbd", "q", "cite", "abbr"),
    *("ul", "ol", "li", "dl", "dt", "dd", "em", "strong", "b", "i", "s", "sub", "sup", "a"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_BLOCK = re.compile(r"<(?=/?(?:p|br|li|div|h\d|tr|td|th|dd|dt|pre|blockquote|section|article|figure)\b)", re.IGNORECASE)


def clean(content: str) -> str:
    """Somebody else's HTML, without images, scripts, styles and forms; its links open nothing of ours."""
    kept = _cleaned(content)
    return (
        kept if len(kept) <= LONGEST_HTML else _cleaned(kept[:LONGEST_HTML])
    )  # twice: it closes what the cut left open


def _cleaned(content: str) -> str:
    return nh3.clean(
        content,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    ).strip()


def text_of(content: str) -> str:
    """The words of some HTML as plain text."""
    return " ".join(html.unescape(nh3.clean(_BLOCK.sub(" <", content), tags=set())).split())


# ── what cards say ───────────────────────────────────────────────────────────────────────────

_REPOSITORY = re.compile(
    r"https?://(?:www\.)?(?:github\.com|gitlab\.com|huggingface\.co)/[\w.-]+/[\w.-]+", re.IGNORECASE
)
_PAGES = re.compile(r"(\d{1,4})\s*(?:\+\s*\d+\s*)?(?:pages|pp\b)", re.IGNORECASE)


def code_links(*texts: str) -> list[str]:
    """Repositories named in an abstract or a comment, each once, in order.

    >>> code_links("Code: https://github.com/a/b.git. See https://www.github.com/a/b, too.")
    ['https://github.com/a/b']
    """
    found = []
    for text in texts:
        if "://" in text:
            for link in _REPOSITORY.findall(text):
                link = re.sub(r"^https?://(www\.)?", "https://", link.rstrip(".,;)").removesuffix(".git"))
                if link not in found and not link.lower().startswith("https://huggingface.co/papers/"):
                    found.append(link)
    return found[:5]


def minutes(words: int, comment: str) -> int:
    """An estimate of the time to read: 220 words a minute of a post, some 50 seconds a page of a paper.

    >>> minutes(2200, ""), minutes(0, "12 pages, 4 figures"), minutes(0, ""), minutes(90, "")
    (10, 13, 12, 1)
    """
    if words:
        return max(1, min(round(words / 220), 60))
    if found := _PAGES.search(comment):
        return max(3, min(round(3 + int(found[1]) * 0.8), 60))
    return 12
