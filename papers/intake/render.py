"""intake.render: safe HTML of a post, made once, when it arrives."""

import re

import nh3

from ..sources import markup
from . import formulas
from .mathml import ATTRIBUTES, ELEMENTS

LONGEST_TEXT = 10_000  # characters kept of an abstract or a post
LONGEST_HTML = 20_000  # characters of a post with its tags, to keep a page of cards light


_TAG_NAMES = (
    "p br hr div blockquote pre code ul ol li dl dt dd em strong b i s sub sup q cite abbr kbd a table thead "
    "tbody tr th td"
)
_TAGS = frozenset(_TAG_NAMES.split())
# Sizes and offsets of a stranger's formula could cover the page.
_MATH_ATTRIBUTES = set(ATTRIBUTES) - {"width", "height", "depth", "voffset", "lspace", "rspace", "minsize", "maxsize"}
_HEADING = re.compile(r"<(/?)h[1-6]\b", re.IGNORECASE)


def clean(content: str, longest: int = LONGEST_HTML) -> str:
    """Sanitize untrusted HTML: no images, scripts, styles or forms, and links without a referrer; render its formulas.

    Headings become paragraphs, because the page has its own headings. A long post is cut off.
    """
    if "<annotation" in content:
        content = markup.whole(content)
    cleaned = _sanitized(_HEADING.sub(r"<\1p", content))
    if len(cleaned) > longest:  # cut before a tag or between words; sanitizing again closes open tags
        cut = max(cleaned.rfind(mark, 0, longest) for mark in ("<", " "))
        cleaned = _sanitized(cleaned[: cut if cut > 0 else longest] + " …")
    return formulas.render(re.sub(r"<(p|div)>\s*</\1>", "", cleaned))


def _sanitized(content: str) -> str:
    return nh3.clean(
        content,
        tags=_TAGS | ELEMENTS,
        attributes={"a": {"href"}, **dict.fromkeys(ELEMENTS, _MATH_ATTRIBUTES)},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    ).strip()
