"""models.paper: names, short addresses, cursors and full text."""

from datetime import timedelta

import pytest
from django.contrib.postgres.search import SearchQuery
from django.db import IntegrityError, connection, transaction

from papers.models import Cursor, Name, Paper, Version
from tests.makers import NOW, make_paper, make_person, make_stage, make_vote

pytestmark = pytest.mark.django_db


def test_name_belongs_to_one_paper():
    paper, other = make_paper(arxiv_id="2603.00001"), make_paper()
    with pytest.raises(IntegrityError, match="one_name_one_paper"), transaction.atomic():
        Name.objects.create(kind="arxiv", value="2603.00001", paper=other)
    assert Paper.objects.named("arxiv", "2603.00001").get() == paper


def test_version_is_stored_once():
    paper = make_paper()
    Version.objects.create(paper=paper, number=2, at=NOW, seen_at=NOW)
    with pytest.raises(IntegrityError, match="one_row_per_version"), transaction.atomic():
        Version.objects.create(paper=paper, number=2, at=NOW, seen_at=NOW)


@pytest.mark.parametrize("number", [1, 31, 32, 1023, 10**9, 2**63 - 1])
def test_short_address_stands_for_one_id(number):
    short = Paper(pk=number).short
    assert Paper.id_from_short(short) == Paper.id_from_short(short.upper()) == number
    assert not set(short) & set("ilou")


@pytest.mark.parametrize("short", ["", "0", "l", "a/b", "é", "z" * 40, "2401.12345"])
def test_invalid_short_address_stands_for_nothing(short):
    assert Paper.id_from_short(short) is None


def test_paging_by_cursor_shows_each_paper_once_even_with_equal_times():
    papers = [make_paper(arrived_at=NOW - timedelta(seconds=n // 3)) for n in range(20)]
    seen, cursor = [], None
    while page := list(Paper.objects.newest_first().older_than(cursor)[:6]):
        seen += page
        cursor = page[-1].cursor
    assert seen == sorted(papers, key=lambda paper: (paper.arrived_at, paper.pk), reverse=True)


@pytest.mark.parametrize("cursor", ["", "x", "1-", "-1", "1-x", "9" * 39, f"{10**30}-1", "-", "1-2-3"])
def test_invalid_cursor_is_the_first_page(cursor):
    make_paper()
    assert Cursor.parse(cursor) is None
    assert Paper.objects.newest_first().older_than(None).count() == 1


def test_untriaged_means_neither_kept_skipped_nor_read_by_me():
    me, other = make_person(), make_person()
    fresh, skimmed, kept, passed, read, others = (make_paper(str(n)) for n in range(6))
    make_stage(me, skimmed, skimmed_at=NOW)
    make_stage(me, kept, kept_at=NOW)
    make_stage(me, passed, passed_at=NOW)
    make_stage(me, read, read_at=NOW)
    make_stage(other, others, read_at=NOW)
    assert set(Paper.objects.untriaged_by(me)) == {fresh, skimmed, others}


def test_full_text_finds_title_abstract_and_folded_authors():
    paper = make_paper("On zebras", abstract="We learn stripes.", byline="Müller")
    for query in ("zebra", "stripe"):
        assert Paper.objects.filter(search=SearchQuery(query, config="english")).get() == paper
    assert Paper.objects.filter(search=SearchQuery("muller", config="simple")).get() == paper


def test_keys_and_indexes_scale_to_all_of_arxiv():
    """3 million papers and 12 million authorships need bigint keys, and no indexes for pattern operators."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns WHERE table_name LIKE 'papers_%%' "
            "AND column_name = 'id' AND data_type NOT IN ('bigint', 'uuid')"
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename IN ('papers_paper', 'papers_name', 'papers_author', "
            "'papers_authorship', 'papers_sighting', 'papers_stage', 'papers_vote') AND indexname LIKE '%%_like'"
        )
        assert cursor.fetchall() == []


def test_one_vote_and_one_stage_per_person_and_paper():
    me, paper = make_person(), make_paper()
    make_vote(me, paper)
    make_stage(me, paper, kept_at=NOW)
    with pytest.raises(IntegrityError, match="one_vote_each"), transaction.atomic():
        make_vote(me, paper, -1)
    with pytest.raises(IntegrityError, match="one_stage_row_each"), transaction.atomic():
        make_stage(me, paper, read_at=NOW)
    with pytest.raises(IntegrityError, match="vote_is_up_or_down"), transaction.atomic():
        make_vote(make_person(), paper, 7)
    with pytest.raises(IntegrityError, match="stage_says_something"), transaction.atomic():
        make_stage(make_person(), paper)
