"""reading.terms: servers of any locale read the same words, and so find the same papers."""

from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from papers import words
from papers.reading.terms import Term, compile_each

TEXTS = {
    "“Otter” dams—beaver’s nests… of the École": "ecole nests otter dams",
    "Erdős–Rényi graphs, Ørsted and Straße": "Erdos renyi ØRSTED strasse",
    "C++ and GPT-4 on TPU/NPU, 3×3": "C++ GPT4 npu 3x3",
    "机器学习 と 데이터": "机器 学 데이터",
    "Обучение кошек, λόγος, हिन्दी": "ОБУЧЕНИЕ λογος हिन्दी",
}
LOCALES = ("LOCALE 'C'", "LOCALE 'C.UTF-8'", "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'")


@pytest.mark.django_db
def test_every_locale_gives_the_same_answers():
    queries = [
        (text, query) for text, typed in TEXTS.items() for query in compile_each([Term(w) for w in typed.split()])
    ]
    read = "SELECT to_tsvector('english', %s)::text, to_tsvector('english', %s) @@ %s::tsquery"
    answers = {}
    server = connection.get_connection_params()
    with psycopg.connect(**server, autocommit=True) as first:
        for locale in LOCALES:
            name = f"locale_{uuid4().hex}"
            first.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' STRATEGY file_copy {locale}")
            try:
                with psycopg.connect(**{**server, "dbname": name}) as other:
                    answers[locale] = [
                        other.execute(read, [words.index(text), words.index(text), query]).fetchone()
                        for text, query in queries
                    ]
            finally:
                first.execute(f"DROP DATABASE {name}")
    assert all(matches for _, matches in answers[LOCALES[0]])
    assert answers[LOCALES[0]] == answers[LOCALES[1]] == answers[LOCALES[2]]
