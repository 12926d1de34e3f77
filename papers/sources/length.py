"""sources.length: how long a text is, and whether a feed carries the whole of it."""

import re

CHARACTERS_PER_WORD = 2  # of Chinese, Japanese and Korean, which put no spaces between words
LONG_SUMMARY = 250  # words; a description of that length is the post itself
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af]")
_CUT = re.compile(
    r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|\b(?:read (?:more|on|the (?:rest|full \w+))|continue reading|keep reading"
    r"|(?<=[(\[])more)\b"
    r"[^.!?]{0,80})\W*$|\bappeared first on\b[^\n]{0,200}$",
    re.IGNORECASE,
)


def count_words(text: str) -> int:
    """
    >>> count_words("two words"), count_words("四个汉字")
    (2, 2)
    """
    characters = len(_CJK.findall(text))
    if not characters:
        return len(text.split())
    return len(_CJK.sub(" ", text).split()) + characters // CHARACTERS_PER_WORD


def whole(text: str, is_content: bool) -> int:
    """The words of an entry's text if that is all of the post; 0 if it is a summary or cut off.

    `is_content`: the feed gives it as the content, not as a description.

    >>> whole("A short note, complete.", True), whole("A short note, complete.", False), whole("It begins […]", True)
    (4, 0, 0)
    """
    words = count_words(text)
    return words if (is_content or words >= LONG_SUMMARY) and not _CUT.search(text[-300:].rstrip()) else 0
