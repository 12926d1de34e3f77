r"""tex: TeX in titles and abstracts becomes plain text, for tabs, citations, chat, mail and search. Plain Python.

It never fails and takes time in proportion to the text. Macros that it does not know stay as they are.
"""

import re
import unicodedata
from functools import lru_cache

from pylatexenc.latex2text import get_default_latex_context_db

# $…$ with a macro or an exponent is a formula. Without one, pandoc's rule decides: no space just inside the dollars
# and no digit after them, so "$5 and $10" stays money. Anything over 600 characters is not a formula; without that
# limit hostile text would take forever.
FORMULA = re.compile(
    r"\$\$(?P<block>[^$]{1,600}?)\$\$"
    r"|(?<![\\$])\$(?P<macro>(?=[^$]{0,600}[\\^])(?:[^$\\]|\\.){1,600})\$"
    r"|(?<![\\$])\$(?P<inline>(?=\S)(?:[^$\\]|\\.){1,600}?(?<!\s))\$(?!\d)"
    r"|\\\((?P<paren>.{1,600}?)\\\)|\\\[(?P<bracket>.{1,600}?)\\\]",
    re.DOTALL,
)

# ── macros ───────────────────────────────────────────────────────────────────────────────────

_MARKS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328", "r": "\u030a", "d": "\u0323",
    "b": "\u0331",
}  # fmt: skip
_ACCENT = re.compile(
    r"""\\(?:(['`^"~=.])\s*(?:\{\s*\\?([A-Za-z])\s*\}|\\?([A-Za-z]))"""
    r"|([cvuHkrdb])(?:\s*\{\s*\\?([A-Za-z])\s*\}|\s+\\?([A-Za-z])))"
)


def accented(text: str) -> str:
    r"""Replace the macros for accents by accented letters.

    >>> accented(r"L\'evy, Fran\c cois, \v{S}koda, na\"{\i}ve")
    'Lévy, François, Škoda, naïve'
    """
    return _ACCENT.sub(_accented, text)


def _accented(match: re.Match[str]) -> str:
    mark, letter = (group for group in match.groups() if group)
    letter = unicodedata.normalize("NFC", letter + _MARKS[mark])
    return letter if len(letter) == 1 or "{" in match[0] else match[0]  # "\d f" is no letter, so it is not TeX either


def _symbols() -> dict[str, str]:
    """The macros that stand for a sign or a letter, from pylatexenc, and a few that it lacks."""
    macros = (kind["macros"].items() for kind in get_default_latex_context_db().d.values())
    plain = {
        name: spec.simplify_repl
        for kind in macros
        for name, spec in kind
        if name.isalpha()
        and isinstance(spec.simplify_repl, str)
        and spec.simplify_repl
        and "%" not in spec.simplify_repl
    }
    more = "LaTeX:LaTeX TeX:TeX BibTeX:BibTeX eg:e.g. ie:i.e. etal:et~al. degree:° deg:° th:þ dh:ð over:/"
    del plain["today"]
    return plain | {name: sign.replace("~", " ") for name, sign in (pair.split(":") for pair in more.split())}


SYMBOLS = _symbols()
NATIONAL = frozenset(["ss", "o", "O", "l", "L", "ae", "AE", "oe", "OE", "aa", "AA", "i", "j", "dh", "th"])
_STYLE_NAMES = (
    "emph textit textsl it em sl textbf bf texttt tt textsc sc textrm rm textsf sf textup textmd textnormal text mbox "
    "hbox fbox underline url path uppercase lowercase protect mathit mathbf mathrm mathsf mathtt mathcal mathbb "
    "mathfrak mathscr mathds mathbbm mathnormal cal Bbb boldsymbol bm pmb operatorname mathop mathbin mathrel mathord "
    "bfseries itshape rmfamily textsuperscript textsubscript ensuremath left right big Big bigg Bigg bigl bigr Bigl "
    "Bigr middle limits nolimits displaystyle textstyle scriptstyle xspace overline widetilde tilde widehat hat bar "
    "vec dot ddot check breve acute grave underbrace overbrace noindent centering small large"
)
_STYLES = frozenset(_STYLE_NAMES.split())
_SPACE_NAMES = "quad qquad hspace vspace enspace thinspace par newline linebreak , ; : ~"
_SPACES = frozenset([*_SPACE_NAMES.split(), " ", "\\", "\n"])
_MACRO = re.compile(r"\\(?:([A-Za-z]+)\*?(\s*)((?:\{[^{}]*\})*)|(.))", re.DOTALL)
_MATH_ACCENTS = {
    "tilde": "~", "hat": "^", "bar": "=", "dot": ".", "ddot": '"', "check": "v", "breve": "u",
    "acute": "'", "grave": "`",
}  # fmt: skip
_MATH_ACCENT = re.compile(rf"\\(?:wide)?({'|'.join(_MATH_ACCENTS)})(?![A-Za-z])\s*(?:\{{([A-Za-z])\}}|([A-Za-z]))")
_FRACTION = re.compile(r"\\[cdt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_ROOT = re.compile(r"\\sqrt\s*\{([^{}]*)\}")
_SCRIPT = re.compile(r"([_^])\{([^{}]*)\}")
_LINKED = re.compile(r"\\(?:href|textcolor|hyperlink)\s*\{[^{}]*\}\s*\{([^{}]*)\}")
_ASIDE = re.compile(r"\s?\\(?:cite[tp]?|ref|label|color|footnote)\*?\s*\{[^{}]*\}")
_HIDDEN = str.maketrans("{}", "\ue000\ue001")  # braces that are no TeX
_SHOWN = str.maketrans("\ue000\ue001", "{}")


def without_asides(text: str) -> str:
    r"""Drop citations, labels and footnotes, and keep a link's words.

    >>> without_asides(r"\href{https://a.example}{a page} \cite{b}")
    'a page'
    """
    return _ASIDE.sub("", _LINKED.sub(r"\1", text))


# ── plain text ───────────────────────────────────────────────────────────────────────────────


@lru_cache(4096)  # the same titles recur on every list
def plain(text: str) -> str:
    r"""The text as people would type it.

    >>> plain(r"\textbf{$\alpha$-Bench}: L\'evy's $5 and 10\%")
    "α-Bench: Lévy's $5 and 10%"
    >>> plain(r"$\operatorname*{arg\,min}_{x} f$ for $n<m$")
    'arg min_x f for n<m'
    """
    if "\\" not in text and "$" not in text:
        return text
    parts, at = [], 0
    for match in FORMULA.finditer(text):
        parts += [text[at : match.start()], _translated(match[match.lastgroup or 0].strip()).translate(_HIDDEN)]
        at = match.end()
    parts.append(text[at:])
    made = "".join(parts)
    if "\\" in made:
        made = _translated(made)
    return " ".join(made.translate(_SHOWN).split())


def _translated(text: str) -> str:
    """Translate the TeX in a formula, or in the text around formulas."""
    if "\\" in text:
        text = _MATH_ACCENT.sub(_math_accented, accented(without_asides(text)))
    text = _ROOT.sub(r"√(\1)", _FRACTION.sub(r"\1/\2", text))
    text = _MACRO.sub(_macro, text)
    text = _SCRIPT.sub(_script, text)
    return text.replace("{", "").replace("}", "").replace("~", " ")


def _macro(match: re.Match[str]) -> str:
    name, space, arguments, sign = match.groups()
    if sign:
        return " " if sign in _SPACES else "" if sign in "!-()[]/" else sign.translate(_HIDDEN)
    if name in _STYLES:
        return _MACRO.sub(_macro, arguments)
    if name in _SPACES:
        return " "
    if (symbol := SYMBOLS.get(name)) is None:
        return match[0].translate(_HIDDEN)
    if symbol.isalpha() and symbol.isascii() and match.string[match.start() - 1 : match.start()].isalnum():
        symbol = f" {symbol}"  # log, max
    swallows = name in NATIONAL
    return symbol + ("" if swallows else space) + _MACRO.sub(_macro, arguments)


def _math_accented(match: re.Match[str]) -> str:
    letter = match[2] or match[3]
    accented_letter = unicodedata.normalize("NFC", letter + _MARKS[_MATH_ACCENTS[match[1]]])
    return accented_letter if len(accented_letter) == 1 else letter


def _script(match: re.Match[str]) -> str:
    sign, script = match.groups()
    return sign + (script if script.isalnum() or len(script) == 1 else f"({script})")
