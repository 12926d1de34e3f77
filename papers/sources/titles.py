"""sources.titles: one-line titles: cut between words, and made from the text of posts that have none."""

import html
import re

from .markup import without_math
from .text import BLOCK, line, text_of

LONGEST_MADE = 120  # characters of a title made from text
# A sentence ends before a capital, a digit or a quote, but not after an initial or an abbreviation.
_END = re.compile(r"[.!?…][\"'”’)]?\s+(?=[^\sa-z])|[。！？]")
_ABBREVIATED = re.compile(r"(?:\b[A-Z]|\b(?:Dr|vs|cf|St|No|Mr|Mrs|Prof|al|Fig|Eq|e\.g|i\.e|etc|resp))\.$")


def cut(text: str, limit: int) -> str:
    """The text, cut between words and with a sign that more follows if it is longer than the limit.

    >>> cut("Sorting the prompts first", 20), cut("Sorting the prompts", 20)
    ('Sorting the prompts…', 'Sorting the prompts')
    """
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    if not text[limit - 1].isspace() and (space := head.rfind(" ")) > limit // 2:
        head = head[:space]
    return head.rstrip(" ,;:–—-(") + "…"


def first_sentence(text: str, limit: int = LONGEST_MADE) -> str:
    """The first sentence of a text, cut at the limit.

    >>> first_sentence("We saw Dr. Oak e.g. twice. Then we left.")
    'We saw Dr. Oak e.g. twice.'
    """
    text = " ".join(text[: limit * 20].split())
    for end in _END.finditer(text):
        sentence = text[: end.end()].rstrip()
        if not _ABBREVIATED.search(sentence):
            return cut(sentence, limit)
    return cut(text, limit)


def from_html(content: str) -> str:
    """The first sentence of the first paragraph that has words.

    >>> from_html("<p> </p><p>Cups rule</p><p>Thread follows.</p>")
    'Cups rule'
    """
    for block in ("<" + part for part in BLOCK.split(f"p>{without_math(content)[:20_000]}", maxsplit=200)):
        if text := text_of(block):
            return first_sentence(text)
    return ""


_IMAGE = re.compile(r"<img\b[^<>]{1,2000}>", re.IGNORECASE)
_ALT = re.compile(r"""\b(?:alt|title)\s*=\s*(?:"([^"]{1,1000})"|'([^']{1,1000})')""", re.IGNORECASE)


def of_image(content: str) -> str | None:
    """The description of the first described image in the HTML; "" if none is described, None if there is no image.

    >>> of_image('<img src="/a.png" alt="Loss &amp; tea">'), of_image("<img src=/a.png>"), of_image("<p></p>")
    ('Loss & tea', '', None)
    """
    images = _IMAGE.findall(content[:20_000])
    alts = (alt for image in images if (alt := _ALT.search(image)))
    return next((text for alt in alts if (text := line(html.unescape(alt[1] or alt[2])))), "" if images else None)


def of_untitled_image(feed_title: str) -> str:
    """
    >>> of_untitled_image("Mira"), of_untitled_image("")
    ('Untitled image of Mira', 'Untitled image')
    """
    return f"Untitled image of {feed_title}" if feed_title else "Untitled image"
