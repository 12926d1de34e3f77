"""bench.ingest_floor: the least that storing papers can cost: one process, without the product.

It runs the `arxiv` package's parser over Atom pages of 100 and drops known papers with an anti-join. Papers with a
tsvector, authors and authorships are written by COPY into staging and set-wise inserts, 1,000 papers a commit.
"""

import time
from collections.abc import Sequence
from typing import Any

import psycopg
from arxiv import _feed

TABLES = """
DROP TABLE IF EXISTS floor_authorship, floor_author, floor_paper;
CREATE TABLE floor_paper (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, arxiv_id text UNIQUE, title text, abstract text, byline text,
  categories text[], published timestamptz, search tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', abstract), 'B')
    || setweight(to_tsvector('simple', byline), 'C')) STORED);
CREATE INDEX ON floor_paper USING gin (search);
CREATE TABLE floor_author (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE);
CREATE TABLE floor_authorship (paper_id bigint, position int, author_id bigint, PRIMARY KEY (paper_id, position));
CREATE INDEX ON floor_authorship (author_id, paper_id);
"""
STAGING = """
CREATE TEMP TABLE staged (arxiv_id text, title text, abstract text, byline text, categories text[],
                          published timestamptz) ON COMMIT DROP;
CREATE TEMP TABLE signed (arxiv_id text, position int, name text) ON COMMIT DROP;
"""
INSERT = """
DELETE FROM staged USING floor_paper known WHERE known.arxiv_id = staged.arxiv_id;
INSERT INTO floor_paper (arxiv_id, title, abstract, byline, categories, published) SELECT * FROM staged;
INSERT INTO floor_author (name) SELECT DISTINCT name FROM signed ON CONFLICT DO NOTHING;
INSERT INTO floor_authorship SELECT p.id, s.position, a.id FROM signed s JOIN staged USING (arxiv_id)
  JOIN floor_paper p USING (arxiv_id) JOIN floor_author a USING (name);
"""


def run(pages: Sequence[bytes], conninfo: dict[str, Any]) -> dict[str, float]:
    """Return papers a second, from bytes to commit: into empty tables, and the same pages again."""
    with psycopg.connect(**conninfo) as connection:
        connection.execute(TABLES)
        connection.commit()
        return {"new": _pass(pages, connection), "nothing new": _pass(pages, connection)}


def _pass(pages: Sequence[bytes], connection: psycopg.Connection) -> float:
    began, count = time.perf_counter(), 0
    for first in range(0, len(pages), 10):
        results = [result for page in pages[first : first + 10] for result in _feed.parse(page).results]
        with connection.cursor() as cursor:
            cursor.execute(STAGING)
            with cursor.copy("COPY staged FROM STDIN") as copy:
                for paper in results:
                    byline = "; ".join(author.name for author in paper.authors)
                    base = paper.get_short_id().partition("v")[0]
                    copy.write_row((base, paper.title, paper.summary, byline, paper.categories, paper.published))
            with cursor.copy("COPY signed FROM STDIN") as copy:
                for paper in results:
                    base = paper.get_short_id().partition("v")[0]
                    for position, author in enumerate(paper.authors):
                        copy.write_row((base, position, author.name))
            cursor.execute(INSERT)
        connection.commit()
        count += len(results)
    return count / (time.perf_counter() - began)
