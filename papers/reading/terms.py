"""reading.terms: parse a search that somebody types, and compile it into PostgreSQL's tsquery."""

import re
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from django.db import connection

from .. import words

_QUOTES = str.maketrans("“”„«»「」", '"' * 7)
_TERM = re.compile(r'(?P<minus>-?)(?:(?P<field>author|cat|has):\s*)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))', re.I)


@dataclass(frozen=True, slots=True)
class Term:
    """One word or phrase of a search."""

    text: str
    field: str = ""  # "author", "cat", "has", or "" for everywhere
    phrase: bool = False
    minus: bool = False


def parse(typed: str) -> list[Term]:
    """Parse the text of a search into terms.

    >>> [term.text for term in parse('sparse C++ -"deep learning" author:LeCun')]
    ['sparse', 'C++', 'deep learning', 'LeCun']
    """
    return [
        Term(text.strip(), (match["field"] or "").lower(), match["phrase"] is not None, bool(match["minus"]))
        for match in _TERM.finditer(typed.translate(_QUOTES))
        if (text := (match["phrase"] or match["word"] or "").strip(" -")).strip("+")
    ]


def compile_query(terms: list[Term]) -> str:
    """Compile the terms, except categories and `has:`, into the text of a tsquery; "" if only common words are left."""
    terms = [term for term in terms if term.field not in {"cat", "has"}]
    pairs = zip(terms, compile_each(terms), strict=True)
    return " & ".join(dict.fromkeys(f"{'!' * term.minus}({query})" for term, query in pairs if query))


def compile_each(terms: list[Term]) -> list[str]:
    """Compile each term into the text of a tsquery; "" for one of common words only.

    Each alternative occurs once, because PostgreSQL adds up the frequencies of alternatives in its estimates.
    """
    readings = [(number, *reading) for number, term in enumerate(terms) for reading in _readings(term)]
    compiled = [""] * len(terms)
    if not readings:
        return compiled
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, config, required, size, to_tsquery(config::regconfig, text)::text "
            "FROM unnest(%s::int[], %s::text[], %s::bool[], %s::int[], %s::text[]) WITH ORDINALITY "
            "reading (number, config, required, size, text, place) ORDER BY place",
            [list(column) for column in zip(*readings, strict=True)],
        )
        for number, rows in groupby(cursor.fetchall(), itemgetter(0)):
            compiled[number] = _combined(terms[number], [row[1:] for row in rows])
    return compiled


def _combined(term: Term, readings: list[tuple[str, bool, int, str]]) -> str:
    alternatives: dict[str, None] = {}
    required: dict[str, None] = {}
    joined = any(size == 1 for *_, size, _ in readings)  # another reading takes all of the word in one
    for config, is_required, size, query in readings:
        if is_required:
            required[query] = None
        # Of "AT&T" as two words, one letter is left. Every text has that.
        elif joined and size > 1 and re.fullmatch(r"'\w{1,2}'", query):
            continue
        # Otherwise a stop word (the, of), which has no English form, would be searched only in the byline.
        elif query and (config == "english" or alternatives or term.field):
            alternatives[query] = None
    parts = [" | ".join(alternatives)] if alternatives else []
    if required and len(alternatives) > 1:
        parts = [f"({parts[0]})"]
    return " & ".join([*parts, *required])


def _readings(term: Term) -> list[tuple[str, bool, int, str]]:
    """Ways to read a term: configuration, whether it must match too, number of words, and text. English comes first.

    All words are letters and digits, so nothing needs quoting.
    """
    query = words.query(term.text)
    if term.field == "author":  # the byline has weight C
        between = " <-> " if term.phrase else " & "
        return [
            (
                "simple",
                False,
                len(phrase),
                between.join(word + ("C" if word.endswith("*") else ":C") for word in phrase),
            )
            for phrase in query.phrases
        ]
    phrases = [*query.phrases, *_other_numbers(query.phrases)]
    required = [("english", True, 1, word) for word in query.required]
    configs = ("english",) if required else ("english", "simple")
    return required + [(config, False, len(phrase), " <-> ".join(phrase)) for config in configs for phrase in phrases]


def _other_numbers(phrases: list[list[str]]) -> list[list[str]]:
    """The plural or singular of an acronym without vowels (LLM, GNN, MDP), which PostgreSQL's stemmer does not know.

    >>> _other_numbers([["llms"]]), _other_numbers([["gnn"]])
    ([['llm']], [['gnns']])
    """
    if len(phrases) != 1 or len(phrases[0]) != 1 or not re.fullmatch("[b-df-hj-np-tv-xz]{2,}", word := phrases[0][0]):
        return []
    return [[word[:-1] if word[-1] == "s" else f"{word}s"]]
