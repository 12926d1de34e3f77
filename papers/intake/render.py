"""intake.render: derive safe HTML, code links and reading minutes from a paper's text, once, when it arrives."""

import html
import re
import unicodedata
from functools import lru_cache
from xml.etree.ElementTree import Element

import nh3
from latex2mathml.converter import Converter

LONGEST_TEXT = 10_000  # characters kept of an abstract or a post
LONGEST_HTML = 20_000  # characters of a post with its tags, to keep a page of cards light


# ── text with TeX ────────────────────────────────────────────────────────────────────────────

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


def tex(text: str) -> str:
    """Render plain text with TeX as safe HTML; "" if only escaping is needed.

    >>> tex("We prove n<m")
    ''
    >>> tex(r"A \\emph{fast} $x$").startswith("A <em>fast</em> <math")
    True
    """
    if "$" not in text and "\\" not in text:
        return ""
    parts, at = [], 0
    for match in _MATH.finditer(text):
        parts.append(_prose(text[at : match.start()]))
        formula = match[match.lastgroup or 0]
        display = "block" if match.lastgroup in {"block", "bracket"} else "inline"
        parts.append(_mathml(formula.strip(), display) or html.escape(match[0]))
        at = match.end()
    parts.append(_prose(text[at:]))
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
# Browsers support bold in MathML only as Unicode's bold letters. These are the starts of those alphabets.
_BOLD = {"bold": (0x1D400, 0x1D41A, 0x1D6A8, 0x1D6C2), "bold-italic": (0x1D468, 0x1D482, 0x1D71C, 0x1D736)}


@lru_cache(maxsize=20_000)
def _mathml(formula: str, display: str) -> str:
    """A formula as MathML; "" if it cannot be rendered. latex2mathml does not escape, so we serialize its tree."""
    try:
        return _serialized(Converter(display=display).convert_to_element(formula))
    except Exception:  # latex2mathml raises all kinds of exceptions; then the TeX is shown as it is
        return ""


def _serialized(element: Element) -> str:
    tag, text = element.tag, html.unescape(element.text or "").strip("\n")
    if tag not in _ELEMENTS or re.match(r"\\[A-Za-z]", text):
        raise ValueError("an unknown element, or a macro that latex2mathml does not know")
    if tag in _TOKENS and len(element):  # token elements may contain only text, but latex2mathml nests <mrow> in them
        tag = "mrow"
    text = _bold(text, element.get("mathvariant", ""))
    attributes = "".join(
        f' {name}="{html.escape(value)}"' for name, value in element.attrib.items() if name in _ATTRIBUTES
    )
    return f"<{tag}{attributes}>{html.escape(text)}{''.join(map(_serialized, element))}</{tag}>"


def _bold(text: str, variant: str) -> str:
    if variant not in _BOLD or len(text) != 1:
        return text
    for first, last, to in zip("AaΑα", "ZzΩω", _BOLD[variant], strict=True):
        if first <= text <= last:
            return chr(to + ord(text) - ord(first))
    return text


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


# ── HTML ─────────────────────────────────────────────────────────────────────────────────────

_TAG_NAMES = (
    "p br hr div blockquote pre code ul ol li dl dt dd em strong b i s sub sup q cite abbr kbd a table thead "
    "tbody tr th td"
)
_TAGS = frozenset(_TAG_NAMES.split())
_HEADING = re.compile(r"<(/?)h[1-6]\b", re.IGNORECASE)


def clean(content: str) -> str:
    """Sanitize untrusted HTML: no images, scripts, styles or forms, and links without a referrer.

    Headings become paragraphs, because the page has its own headings. A long post is cut off.
    """
    cleaned = _sanitized(_HEADING.sub(r"<\1p", content))
    if len(cleaned) > LONGEST_HTML:  # cut before a tag or between words; sanitizing again closes open tags
        cut = max(cleaned.rfind(mark, 0, LONGEST_HTML) for mark in ("<", " "))
        cleaned = _sanitized(cleaned[: cut if cut > 0 else LONGEST_HTML] + " …")
    return re.sub(r"<(p|div)>\s*</\1>", "", cleaned)


def _sanitized(content: str) -> str:
    return nh3.clean(
        content,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    ).strip()


# ── code links and minutes ───────────────────────────────────────────────────────────────────

_REPOSITORY = re.compile(
    r"https?://(?:www\.)?(?:github\.com|gitlab\.com|huggingface\.co)/[\w.-]+/[\w.-]+", re.IGNORECASE
)
_PAGES = re.compile(r"(\d{1,4})\s*(?:\+\s*\d+\s*)?(?:pages|pp\b)", re.IGNORECASE)


def code_links(*texts: str) -> list[str]:
    """Repositories named in an abstract or a comment, each once, in order.

    >>> code_links("Code: https://github.com/a/b.git. See https://www.github.com/a/b, too.")
    ['https://github.com/a/b']
    """
    links: list[str] = []
    for text in texts:
        if "://" in text:
            for link in _REPOSITORY.findall(text):
                link = re.sub(r"^https?://(www\.)?", "https://", link.rstrip(".,;)").removesuffix(".git"))
                if link not in links and not link.lower().startswith("https://huggingface.co/papers/"):
                    links.append(link)
    return links[:5]


def minutes(words: int, comment: str) -> int:
    """Estimate the reading time: 220 words a minute for a post, about 50 seconds a page for a paper.

    >>> minutes(2200, ""), minutes(0, "12 pages, 4 figures"), minutes(0, ""), minutes(90, "")
    (10, 13, 12, 1)
    """
    if words:
        return max(1, min(round(words / 220), 60))
    if pages := _PAGES.search(comment):
        return max(3, min(round(3 + int(pages[1]) * 0.8), 60))
    return 12
