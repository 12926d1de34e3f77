"""reading.newest: every way to fetch a page gives the newest matches, and none scans all papers."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from papers.models import Paper
from papers.reading import newest, search
from papers.reading.search import Filters
from tests.makers import NOW, make_person

pytestmark = pytest.mark.django_db

COUNT = 2_000
RARE = range(7, COUNT, 200)


@pytest.fixture
def many():
    """Two thousand papers, three to the minute; all say zebra, one in four quagga, and ten okapi. Analysed."""
    Paper.objects.bulk_create(
        Paper(
            kind="post",
            title=f"Zebra {number}{' quagga' * (number % 4 == 0)}{' okapi' * (number in RARE)}",
            categories=["far" if number < 40 else "near"],
            link=f"https://blog.example/{number}",
            arrived_at=NOW + timedelta(minutes=number // 3),
        )
        for number in range(COUNT)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE papers_paper")
    return list(Paper.objects.newest_first())


def expected(many, fits):
    return [paper.title for paper in many if fits(paper)]


def pages(limit=25, **asked):
    """All pages one after the other, by the cursor of the last paper of each."""
    me, after, titles = make_person(), None, []
    while page := search.take(me, Filters(**asked), after, limit):
        titles += [paper.title for paper in page]
        after = page[-1].cursor
    return titles


ASKED = {
    "zebra": lambda paper: True,
    "quagga": lambda paper: "quagga" in paper.title,
    "okapi": lambda paper: "okapi" in paper.title,
    "-quagga": lambda paper: "quagga" not in paper.title,
    "quagga okapi": lambda paper: "quagga" in paper.title and "okapi" in paper.title,
    '"quagga zebra"': lambda paper: False,
    "zebra cat:far": lambda paper: paper.categories == ["far"],
}


@pytest.mark.parametrize("few", [0, 10, 10_000])
def test_all_pages_together_are_all_matches_newest_first(many, monkeypatch, few):
    monkeypatch.setattr(newest, "FEW", few)  # fenced, by the estimate, gathered
    monkeypatch.setattr(newest, "WALK", 200)
    for typed, fits in ASKED.items():
        assert pages(q=typed, limit=251 if typed == "zebra" else 51) == expected(many, fits)


@pytest.mark.parametrize("wrong", [(1, 1), (COUNT, COUNT), (100, COUNT), (100, 10**9), (10**9, 1)])
def test_wrong_estimate_loses_no_paper(many, monkeypatch, wrong):
    fitting, all_papers = wrong
    monkeypatch.setattr(newest, "_estimate", lambda papers: fitting if papers.query.where else all_papers)
    monkeypatch.setattr(newest, "FEW", 50)
    for typed, fits in ASKED.items():
        assert pages(q=typed, limit=251) == expected(many, fits)


def test_words_missing_from_the_statistics_are_found(many):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM pg_statistic WHERE starelid = 'papers_paper'::regclass")
        cursor.execute("UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE oid = 'papers_paper'::regclass")
    for typed in ("quagga", "okapi"):
        assert pages(q=typed, limit=101) == expected(many, ASKED[typed])


def plans(**asked):
    """The plan of each query for papers that one page takes."""
    with CaptureQueriesContext(connection) as captured:
        search.take(make_person(), Filters(**asked), limit=26)
    sql = [query["sql"] for query in captured if query["sql"].startswith('SELECT "papers_paper"')]
    with transaction.atomic(), connection.cursor() as cursor:
        for name, value in newest.SETTINGS.items():
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
        found = []
        for each in sql:
            cursor.execute(f"EXPLAIN ANALYZE {each}")
            found.append("\n".join(line for (line,) in cursor.fetchall()))
    return found


def test_rare_word_is_gathered_from_the_index_at_once(many):
    (plan,) = plans(q="okapi")
    assert "paper_search" in plan
    assert "paper_newest" not in plan


def test_common_word_scans_only_papers_before_the_fence(many, monkeypatch):
    monkeypatch.setattr(newest, "FEW", 50)
    (plan,) = plans(q="zebra")
    assert "paper_newest" in plan
    assert "arrived_at >=" in plan


def test_walk_without_matches_ends_at_fences(many, monkeypatch):
    monkeypatch.setattr(newest, "_estimate", lambda papers: COUNT)  # as for two common words that never meet
    found = plans(q='"quagga zebra"')
    assert len(found) <= newest.FENCES + 1
    walked = [plan for plan in found if "Rows Removed by Filter" in plan]
    assert all(int(plan.split("Rows Removed by Filter: ")[1].split("\n")[0]) <= newest.WALK for plan in walked)


def test_number_of_queries_is_bounded(many, monkeypatch):
    monkeypatch.setattr(newest, "FEW", 0)
    me = make_person()
    for typed in (*ASKED, "nowhere"):
        with CaptureQueriesContext(connection) as captured:
            search.take(me, Filters(q=typed), limit=26)
        assert len(captured) <= 8 + 2 * newest.FENCES
