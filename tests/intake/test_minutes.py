import pytest

from papers.intake import minutes
from papers.intake.store import store
from papers.models import Paper
from papers.sources.item import Item
from tests.makers import NOW, make_source


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("12 pages, 4 figures", 12),
        ("8+4 pp", 8),
        ("8 + 15 pages", 8),
        ("14-page manuscript", 14),
        ("10 A4 pages", 10),
        ("14 double-column pages", 14),
        ("v+30 pages", 30),
        ("1,024 pages", 1024),
        ("Accepted at a workshop of 2026, 7 pages", 7),
        ("10 figures 6 pages", 6),
        ("Number of pages: 22", 22),
        ("pp. 101-118", 18),
        ("12 páginas", 12),
        ("12 Seiten", 12),
        ("19 páginas, 3 figuras", 19),
        ("共15页", 15),
        ("15ページ", 15),
        ("15쪽", 15),
        ("5 figures, 3 tables", 0),
        ("12 figures and pages of proofs", 0),
        ("a typo on page 7 is corrected", 0),
        ("14.5 points", 0),
        ("", 0),
    ],
)
def test_pages_are_read_from_a_comment(comment, expected):
    assert minutes.pages(comment) == expected


@pytest.mark.parametrize(("words", "expected"), [(2200, 10), (5, 1), (10**6, 60), (0, 0)])
def test_words_of_a_post_give_its_minutes(words, expected):
    assert minutes.of_words(words) == expected


@pytest.mark.parametrize(("comment", "expected"), [("12 pages", 13), ("999 pages", 60), ("Code is released", 0)])
def test_pages_of_a_paper_give_its_minutes(comment, expected):
    assert minutes.of_paper(comment) == expected


@pytest.mark.django_db
def test_words_that_a_feed_carries_of_a_paper_are_not_its_length():
    source = make_source()
    item = Item(title="Quiet kernels", link="https://arxiv.org/abs/2603.00901", abstract="Two words", words=2)
    store(source, [item], NOW)
    assert Paper.objects.get().minutes == 0
    store(source, [Item(title="Quiet kernels", link=item.link, comment="10 pages", words=2)], NOW)
    assert Paper.objects.get().minutes == 11


@pytest.mark.django_db
def test_length_once_known_is_not_forgotten():
    source = make_source()
    link = "https://blog.example/long"
    store(source, [Item(title="A long walk", link=link, abstract="One", words=2200)], NOW)
    store(source, [Item(title="A long walk", link=link, abstract="Another summary", words=0)], NOW)
    assert Paper.objects.get().minutes == 10
