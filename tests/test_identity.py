import doctest

import pytest

from papers import identity
from papers.identity import Name, arxiv_id, author_key, canonical_link, fold, names_in


def test_the_worked_examples_hold():
    assert doctest.testmod(identity).failed == 0


@pytest.mark.parametrize(
    "spelling",
    [
        "2401.12345",
        "2401.12345v3",
        "arXiv:2401.12345",
        "ARXIV: 2401.12345v1",
        "oai:arXiv.org:2401.12345v2",
        "http://arxiv.org/abs/2401.12345v2",
        "https://arxiv.org/pdf/2401.12345.pdf",
        "https://arxiv.org/pdf/2401.12345v2",
        "https://www.arxiv.org/html/2401.12345v1",
        "https://export.arxiv.org/abs/2401.12345?context=cs",
        "https://arxiv.org/abs/2401.12345#comments",
        "arxiv.org/abs/2401.12345",
        "https://ar5iv.org/abs/2401.12345",
        "https://ar5iv.labs.arxiv.org/html/2401.12345",
        "https://www.alphaxiv.org/abs/2401.12345v1",
        "https://huggingface.co/papers/2401.12345",
        "https://www.semanticscholar.org/arxiv/2401.12345",
        "https://api.semanticscholar.org/arXiv:2401.12345",
        "10.48550/arXiv.2401.12345",
        "https://doi.org/10.48550/arXiv.2401.12345",
        "https://dx.doi.org/10.48550/ARXIV.2401.12345",
    ],
)
def test_every_spelling_of_an_arxiv_paper_is_one_name(spelling):
    assert names_in(spelling) == (Name("arxiv", "2401.12345"),)


@pytest.mark.parametrize(
    "spelling", ["cs/9901001v1", "cs.LG/9901001", "https://arxiv.org/abs/cs/9901001v2", "arXiv:cs/9901001"]
)
def test_old_ids_lose_version_and_subject_class(spelling):
    assert names_in(spelling) == (Name("arxiv", "cs/9901001"),)


@pytest.mark.parametrize(
    "text", ["", "2401.123", "2413.12345", "hello", "2401.12345v0x", "v2", "1.5", "a\0b", "javascript:alert(1)"]
)
def test_what_is_no_address_has_no_name(text):
    assert names_in(text) == ()


def test_a_version_is_told_apart_from_its_paper():
    assert arxiv_id("2401.12345v12") == ("2401.12345", 12)


@pytest.mark.parametrize(
    "spelling",
    [
        "http://blog.example/post",
        "https://www.blog.example/post/",
        "https://BLOG.example:443/post#part",
        "https://blog.example/post?utm_source=feed&utm_medium=rss",
        "https://blog.example/post/amp",
        "https://blog.example/post/index.html",
        " https://blog.example/post ",
    ],
)
def test_every_spelling_of_a_link_is_one_name(spelling):
    assert names_in(spelling) == (Name("link", "https://blog.example/post"),)


def test_links_to_different_things_stay_apart():
    assert canonical_link("https://blog.example/?p=1") != canonical_link("https://blog.example/?p=2")
    assert canonical_link("https://blog.example/Post") != canonical_link("https://blog.example/post")
    assert canonical_link("https://blog.example:8443/post") != canonical_link("https://blog.example/post")


@pytest.mark.parametrize(
    "url",
    [
        "https://müller.example/ä?q=ö",
        "https://[2001:db8::1]:80/x",
        "https://blog.example/a%20b",
        "https://x.example/" + "é" * 3000,
    ],
)
def test_a_canonical_link_is_ascii_short_and_its_own_canonical_link(url):
    link = canonical_link(url)
    assert link.isascii()
    assert 0 < len(link) <= identity.LONGEST
    assert canonical_link(link) == link or "#sha256-" in link


@pytest.mark.parametrize(
    "url", ["https://", "http://[", "https://exa mple/x", "ftp://a.example/b", "mailto:a@b.example", "//"]
)
def test_a_broken_address_is_none(url):
    assert canonical_link(url) == ""


def test_an_arxiv_listing_is_a_link_like_any_other():
    assert names_in("https://arxiv.org/list/cs.LG/recent")[0].kind == "link"


def test_a_publishers_page_that_carries_a_doi_is_that_doi():
    assert names_in("https://dl.acm.example/doi/abs/10.1145/12345.678")[0] == Name("doi", "10.1145/12345.678")


def test_names_fold_over_accents_and_letters_that_have_none():
    assert fold("Øystein Ðorđević") == "oystein dordevic"
    assert author_key("Anne-Marie  O’Neil") == author_key("anne-marie o'neil")
