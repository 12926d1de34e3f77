"""intake.reindex: texts that an older version has read are read again."""

import pytest

from papers import words
from papers.intake import reindex
from papers.models import Article, Paper
from papers.reading.search import Filters, find
from tests.makers import make_paper, make_person

pytestmark = pytest.mark.django_db

OLD = {"title_words": "", "abstract_words": "", "byline_folded": "zoe sample", "words_form": 0}


def found(typed):
    return [paper.title for paper in find(make_person(), Filters(q=typed))]


def test_old_papers_are_searched_as_they_were_until_they_are_read_again():
    make_paper("A naïve “gibbon”", byline="Zoë Sample", **OLD)
    make_paper("Another", byline="Zoë Sample", **OLD)
    assert found("naive") == []
    assert found("another") == ["Another"]
    assert (reindex.batch(1), reindex.batch(5), reindex.batch(5)) == (1, 1, 0)
    assert found("naive gibbon zoe") == ["A naïve “gibbon”"]
    assert set(Paper.objects.values_list("words_form", flat=True)) == {words.FORM}


def test_text_of_a_posts_page_is_searched_with_its_summary():
    post = make_paper("On owls", abstract="A summary.", arxiv_id="", words_form=reindex.STALE)
    Article.objects.create(paper=post, outcome="taken", text="Deep within, a kingfisher.")
    assert found("kingfisher") == []
    assert reindex.batch() == 1
    assert found("kingfisher summary owl") == ["On owls"]


def test_newest_papers_come_first():
    old, new = make_paper(**OLD), make_paper(**OLD)
    reindex.batch(1)
    assert [Paper.objects.get(pk=paper.pk).words_form for paper in (old, new)] == [0, words.FORM]
