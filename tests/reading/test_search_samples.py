"""reading.search on recorded titles: every word that a person sees in one finds its paper, typed in plain ASCII."""

import gzip
import html
import itertools
import json
import re
import unicodedata

import pytest
from django.db import connection

from papers.intake.reindex import columns_of
from papers.models import Paper
from papers.reading.terms import Term, compile_each
from papers.tex import plain
from tests.makers import NOW
from tests.sources.test_samples import SAMPLES, read, whole_feeds

TITLES = 2_000
LETTERS = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ß": "ss", "æ": "ae", "Æ": "AE", "đ": "d", "ı": "i"})
LETTERS |= str.maketrans({"’": "'", "‘": "'", "–": "-", "—": "-", "‑": "-", "“": '"', "”": '"', "…": "...", "™": ""})

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.samples,
    pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded titles are not here (../shared/samples)"),
]


def recorded_titles():
    """Return titles of blogs and arXiv, those with odd signs first."""
    titles = {}
    for path in whole_feeds():
        for title in re.findall(r"<title>(?:<!\[CDATA\[)?([^<\]]{8,300})", read(path).decode(errors="ignore")):
            titles[" ".join(html.unescape(html.unescape(title)).split())] = None
    for path in sorted((SAMPLES / "metadata").glob("arxiv_*.jsonl.gz")):
        with gzip.open(path, "rt") as lines:
            for line in itertools.islice(lines, 0, 16_000, 4):
                titles[" ".join(json.loads(line)["title"].split())] = None
    odd = dict.fromkeys(title for title in titles if not title.isascii() or "\\" in title or "$" in title)
    rest = [title for title in titles if title not in odd]
    return ([*odd][: TITLES * 2 // 3] + rest[:: len(rest) // TITLES])[:TITLES]


def seen(title):
    """Return each word of a title, as it stands between blanks and as it stands between signs, as people type it."""
    shown = plain(title)
    pieces = re.split(r"\s+", shown) + re.findall(r"\w+(?:[^\W_]|[\u0300-\u036f])*", shown)
    typed = unicodedata.normalize("NFKD", " ".join(pieces).translate(LETTERS))
    words = "".join(char for char in typed if not "\u0300" <= char <= "\u036f").split()
    return {word.strip(".,;:!?()[]{}'\"-`~") for word in unicodedata.normalize("NFC", " ".join(words)).split()} - {""}


def test_words_of_recorded_titles_find_them():
    titles = recorded_titles()
    rows = [
        Paper(id=number, kind="post", title=title, link="-", arrived_at=NOW, **columns_of(title, "", ""))
        for number, title in enumerate(titles, 1)
    ]
    Paper.objects.bulk_create(rows)
    pairs = [(row.pk, word) for row in rows for word in sorted(seen(row.title)) if re.search(r"\w", word)]
    queries = compile_each([Term(word) for _, word in pairs])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT asked.paper, asked.word, asked.query = '', to_tsvector('english', asked.word) = '' "
            "FROM unnest(%s::int[], %s::text[], %s::text[]) asked (paper, word, query) JOIN papers_paper p "
            "ON p.id = asked.paper WHERE asked.query = '' OR NOT p.search @@ asked.query::tsquery",
            [[pk for pk, _ in pairs], [word for _, word in pairs], queries],
        )
        missed = [(titles[pk - 1], word) for pk, word, empty, common in cursor.fetchall() if not (empty and common)]
    share = 1 - len(missed) / len(pairs)
    print(f"{share:.2%} of {len(pairs):,} words in {len(titles):,} recorded titles find them; missed: {missed[:10]}")
    assert share >= 0.999
