"""intake.minutes: estimate the time that a paper or post takes to read; 0 where nothing is known about its length."""

import re

WORDS_PER_MINUTE = 220
MOST = 60

# "page" in the languages in which authors comment on arXiv. Up to three words may stand before it ("A4", "main text").
_PAGES = re.compile(
    r"""(?<![\d.,])(\d{1,2},\d{3}|\d{1,4})          # 12, 1,024
        (?:\s*\+\s*\d+)*                            # 8+4: the main text counts
        \s*-?\s*
        (?:(?!fig|tab|ref|app|sec|ch|eq|col|and\b|with\b)[^\W\d][\w-]*[ ]+){0,3}?
        (?:pages?\b|pp\b|pgs?\b|p[áa]ginas?\b|pagin[ae]\b|seiten?\b|sidor\b|sider\b|sivua\b|стр|с\.|stron\b|oldal\b
           |sayfa\b|页|頁|ページ|쪽|페이지)""",
    re.IGNORECASE | re.VERBOSE,
)
_NUMBER_AFTER = re.compile(
    r"\b(?:number of pages|pages|页数|頁数)\s*[:=：]\s*(\d{1,4})\b(?!\s*[-–]\s*\d)", re.IGNORECASE
)
_RANGE = re.compile(r"\bpp?\.?\s*(\d{1,5})\s*[-–—]{1,2}\s*(\d{1,5})\b", re.IGNORECASE)


def pages(comment: str) -> int:
    """The number of pages that a comment names; 0 if it names none.

    >>> pages("12 pages, 4 figures"), pages("8+4 pp."), pages("14 double-column pages"), pages("5 figures")
    (12, 8, 14, 0)
    >>> pages("12 páginas"), pages("Pages: 9"), pages("pp. 101-118"), pages("1,024 pages"), pages("see page 7")
    (12, 9, 18, 1024, 0)
    """
    if found := _PAGES.search(comment) or _NUMBER_AFTER.search(comment):
        return int(found[1].replace(",", ""))
    if span := _RANGE.search(comment):
        first, last = int(span[1]), int(span[2])
        return last - first + 1 if first <= last else 0
    return 0


def of_words(words: int) -> int:
    """
    >>> of_words(2200), of_words(90), of_words(0)
    (10, 1, 0)
    """
    return min(max(1, round(words / WORDS_PER_MINUTE)), MOST) if words else 0


def of_paper(comment: str) -> int:
    """About 50 seconds a page, and some to begin with.

    >>> of_paper("12 pages, 4 figures"), of_paper("")
    (13, 0)
    """
    count = pages(comment)
    return min(round(3 + count * 0.8), MOST) if count else 0
