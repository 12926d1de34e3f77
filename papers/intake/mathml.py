"""intake.mathml: formulas in TeX become MathML, with only elements and attributes that are known to be safe."""

import html
import re
from functools import lru_cache
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter

_ELEMENT_NAMES = (
    "math mrow mi mo mn mtext mspace msub msup msubsup munder mover munderover mfrac msqrt mroot mtable mtr "
    "mtd mstyle mpadded mphantom menclose mmultiscripts mprescripts none"
)
ELEMENTS = frozenset(_ELEMENT_NAMES.split())
_TOKENS = frozenset({"mi", "mo", "mn", "mtext"})
_ATTRIBUTE_NAMES = (
    "display mathvariant stretchy fence form accent accentunder linethickness lspace rspace width height depth "
    "voffset minsize maxsize movablelimits largeop symmetric displaystyle scriptlevel notation columnalign "
    "rowspacing columnspacing columnlines rowlines"
)
ATTRIBUTES = frozenset(_ATTRIBUTE_NAMES.split())
# Browsers support bold in MathML only as Unicode's bold letters. These are the starts of those alphabets.
_BOLD = {"bold": (0x1D400, 0x1D41A, 0x1D6A8, 0x1D6C2), "bold-italic": (0x1D468, 0x1D482, 0x1D71C, 0x1D736)}


# latex2mathml reads the name of an operator only if it is one word, and not \operatorname*{arg\,min}.
_SPACED = re.compile(r"\\operatorname\*?\s*\{([^{}]*[\\~][^{}]*)\}")


@lru_cache(maxsize=20_000)
def mathml(formula: str, display: str) -> str:
    """A formula as MathML; "" if it cannot be rendered. latex2mathml does not escape, so we serialize its tree."""
    formula = _SPACED.sub(r"\\mathop{\\mathrm{\1}}", formula)
    try:
        return _serialized(Converter(display=display).convert_to_element(formula))
    except Exception:  # latex2mathml raises all kinds of exceptions; then the TeX is shown as it is
        return ""


def _serialized(element: Element) -> str:
    tag, text = element.tag, html.unescape(element.text or "").strip("\n")
    if tag not in ELEMENTS or re.match(r"\\[A-Za-z]", text):
        raise ValueError("an unknown element, or a macro that latex2mathml does not know")
    if tag in _TOKENS and len(element):  # token elements may contain only text, but latex2mathml nests <mrow> in them
        tag = "mrow"
    text = _bold(text, element.get("mathvariant", ""))
    attributes = "".join(
        f' {name}="{html.escape(value)}"' for name, value in element.attrib.items() if name in ATTRIBUTES
    )
    return f"<{tag}{attributes}>{html.escape(text)}{''.join(map(_serialized, element))}</{tag}>"


def _bold(text: str, variant: str) -> str:
    if variant not in _BOLD or len(text) != 1:
        return text
    for first, last, to in zip("AaΑα", "ZzΩω", _BOLD[variant], strict=True):
        if first <= text <= last:
            return chr(to + ord(text) - ord(first))
    return text
