"""intake.render: safe HTML of a post, made once, when it arrives."""

import re

import nh3

LONGEST_TEXT = 10_000  # characters kept of an abstract or a post
LONGEST_HTML = 20_000  # characters of a post with its tags, to keep a page of cards light


_TAG_NAMES = (
    "p br hr div blockquote pre code ul ol li dl dt dd em strong b i s sub sup q cite abbr kbd a table thead "
    "tbody tr th td"
)
_TAGS = frozenset(_TAG_NAMES.split())
_HEADING = re.compile(r"<(/?)h[1-6]\b", re.IGNORECASE)


def clean(content: str, longest: int = LONGEST_HTML) -> str:
    """Sanitize untrusted HTML: no images, scripts, styles or forms, and links without a referrer.

    Headings become paragraphs, because the page has its own headings. A long post is cut off.
    """
    cleaned = _sanitized(_HEADING.sub(r"<\1p", content))
    if len(cleaned) > longest:  # cut before a tag or between words; sanitizing again closes open tags
        cut = max(cleaned.rfind(mark, 0, longest) for mark in ("<", " "))
        cleaned = _sanitized(cleaned[: cut if cut > 0 else longest] + " …")
    return re.sub(r"<(p|div)>\s*</\1>", "", cleaned)


def _sanitized(content: str) -> str:
    return nh3.clean(
        content,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    ).strip()
