"""intake.render: made once, when a paper arrives: its title and abstract as safe HTML, its code links, its minutes."""

import html
import re
import unicodedata
from functools import lru_cache
from xml.etree.ElementTree import Element

import nh3
from latex2mathml.converter import Converter

LONGEST_TEXT = 10_000  # letters kept of an abstract or a post
LONGEST_HTML = 20_000  # of a post, with its tags: a page of cards stays light


# ── text with TeX ────────────────────────────────────────────────────────────────────────────

# $…$ with a macro or a power in it is a formula; without, it is one as pandoc reads it: no blank inside the dollars
# and no digit after them, so that "$5 and $10" stays money. What is longer than 600 letters is no formula, and looking
# further would take for ever on hostile text.
_MATH = re.compile(
    r"\$\$(?P<block>[^$]{1,600}?)\$\$"
    r"|(?<![\\$])\$(?P<macro>(?=[^$]{0,600}[\\^])(?:[^$\\]|\\.){1,600})\$"
    r"|(?<![\\$])\$(?P<inline>(?=\S)(?:[^$\\]|\\.){1,600}?(?<!\s))\$(?!\d)"
    r"|\\\((?P<paren>.{1,600}?)\\\)|\\\[(?P<bracket>.{1,600}?)\\\]",
    re.DOTALL,
)


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
        formula = found[found.lastgroup or 0]
        display = "block" if found.lastgroup in {"block", "bracket"} else "inline"
        parts.append(_mathml(formula.strip(), display) or html.escape(found[0]))
        at = found.end()
    parts.append(_words(text[at:]))
    rendered = "".join(parts)
    return rendered if rendered != html.escape(text) else ""


# ── formulas ─────────────────────────────────────────────────────────────────────────────────

_ELEMENT_NAMES = (
    "math mrow mi mo mn mtext mspace msub msup msubsup munder mover munderover mfrac msqrt mroot mtable mtr "
    "mtd mstyle mpadded mphantom menclose mmultiscripts mprescripts none"
)
_ELEMENTS = frozenset(_ELEMENT_NAMES.split())
_TOKENS = frozenset({"mi", "mo", "mn", "mtext"})
_ATTRIBUTE_NAMES = (
    "display mathvariant stretchy fence form accent accentunder linethickness lspace rspace width height depth "
    "voffset minsize maxsize movablelimits largeop symmetric displaystyle scriptlevel notation columnalign "
    "rowspacing columnspacing columnlines rowlines"
)
_ATTRIBUTES = frozenset(_ATTRIBUTE_NAMES.split())
# Browsers know no bold in MathML but Unicode's bold letters: where each alphabet of them begins.
_BOLD = {"bold": (0x1D400, 0x1D41A, 0x1D6A8, 0x1D6C2), "bold-italic": (0x1D468, 0x1D482, 0x1D71C, 0x1D736)}


@lru_cache(maxsize=20_000)
def _mathml(formula: str, display: str) -> str:
    """A formula as MathML; "" when it cannot be rendered. latex2mathml escapes nothing, so we write its tree out."""
    try:
        return _written(Converter(display=display).convert_to_element(formula))
    except Exception:  # latex2mathml raises whatever its parser stumbles over; the TeX is shown then
        return ""


def _written(element: Element) -> str:
    tag, text = element.tag, html.unescape(element.text or "").strip("\n")
    if tag not in _ELEMENTS or re.match(r"\\[A-Za-z]", text):
        raise ValueError("no formula: an element we do not know, or a macro that it does not")
    if tag in _TOKENS and len(element):  # those hold text only; the parser stops at a <mrow> in them
        tag = "mrow"
    text = _bold(text, element.get("mathvariant", ""))
    attributes = "".join(
        f' {name}="{html.escape(value)}"' for name, value in element.attrib.items() if name in _ATTRIBUTES
    )
    return f"<{tag}{attributes}>{html.escape(text)}{''.join(map(_written, element))}</{tag}>"


def _bold(text: str, variant: str) -> str:
    if variant not in _BOLD or len(text) != 1:
        return text
    for first, last, to in zip("AaΑα", "ZzΩω", _BOLD[variant], strict=True):
        if first <= text <= last:
            return chr(to + ord(text) - ord(first))
    return text


# ── words between them ───────────────────────────────────────────────────────────────────────

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


def _words(text: str) -> str:
    """Text between formulas: escaped, with the few macros that titles and abstracts really hold."""
    if "\\" not in text:
        return html.escape(text)
    text = _ASIDE.sub("", _LINKED.sub(r"\1", text))
    text = html.escape(_ACCENT.sub(_accented, text), quote=False)
    text = _LETTER.sub(_lettered, text)
    for _ in range(3):  # one within another
        text, count = _MARK.subn(_marked, text)
        if not count:
            break
    text = re.sub(r"(?<!\\)\{(\w)\}", r"\1", text)  # an accent's own braces
    text = re.sub(r"\\(%|&amp;|_|#|\$|\{|\})", r"\1", text).replace("\\\\", " ").replace("\\ ", " ")
    return text.replace('"', "&quot;").replace("'", "&#x27;")


def _accented(found: re.Match[str]) -> str:
    accent, *letters = [group for group in found.groups() if group]
    return unicodedata.normalize("NFC", letters[0] + _ACCENTS[accent])


def _lettered(found: re.Match[str]) -> str:
    """A letter of a word swallows the blank after it; any other sign stands apart."""
    return _LETTERS[found[1]] + ("" if found[1] in _NATIONAL else found[2] or "")


def _marked(found: re.Match[str]) -> str:
    tag, text = _MARKS[found[1] or found[3]], found[2] or found[4] or ""
    return f"<{tag}>{text}</{tag}>" if tag else text


# ── HTML ─────────────────────────────────────────────────────────────────────────────────────

_TAG_NAMES = (
    "p br hr div blockquote pre code ul ol li dl dt dd em strong b i s sub sup q cite abbr kbd a table thead "
    "tbody tr th td"
)
_TAGS = frozenset(_TAG_NAMES.split())
_HEADING = re.compile(r"<(/?)h[1-6]\b", re.IGNORECASE)


def clean(content: str) -> str:
    """Somebody else's HTML, without images, scripts, styles and forms; its links open nothing of ours.

    Its headings become paragraphs (the page has headings of its own), and a long post ends after some pages.
    """
    kept = _cleaned(_HEADING.sub(r"<\1p", content))
    if len(kept) > LONGEST_HTML:  # cut before a tag or between words; cleaning again closes what is open
        cut = max(kept.rfind(mark, 0, LONGEST_HTML) for mark in ("<", " "))
        kept = _cleaned(kept[: cut if cut > 0 else LONGEST_HTML] + " …")
    return re.sub(r"<(p|div)>\s*</\1>", "", kept)


def _cleaned(content: str) -> str:
    return nh3.clean(
        content,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    ).strip()


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
