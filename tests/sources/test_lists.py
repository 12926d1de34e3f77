"""sources.lists: bibliographies and plain lists."""

import doctest

import pytest

from papers.sources import lists
from papers.sources.lists import plain

RIS = """TY  - JOUR
AU  - Lee, Ann
AU  - Ray, Bob
TI  - Hens at night
PY  - 2023/04/05
DO  - 10.1000/hens
ER  -

TY - CONF
T1 - Ducks without an end
UR - https://blog.example/ducks
"""
CSL = """[{"title": "Geese <i>fly</i>", "DOI": "10.1000/geese", "author": [{"given": "Ann", "family": "Lee"}],
  "issued": {"date-parts": [["2020", 3]]}, "container-title": "Birds"}, 3, {"title": "Nowhere"}]"""


def test_the_worked_examples_hold():
    assert doctest.testmod(plain).failed == 0


def test_ris_is_read_with_and_without_end_marks():
    first, second = lists.read(RIS)[1]
    assert (first.item.title, [each.name for each in first.item.authors]) == ("Hens at night", ["Ann Lee", "Bob Ray"])
    assert (first.item.link, f"{first.item.published_at:%Y-%m-%d}") == ("https://doi.org/10.1000/hens", "2023-04-05")
    assert (second.line, second.item.title, second.item.link) == (
        *(9, "Ducks without an end"),
        "https://blog.example/ducks",
    )


def test_csl_is_read_and_each_bad_entry_has_a_reason():
    good, number, nowhere = lists.read(CSL)[1]
    assert (good.item.title, good.item.journal_ref, good.item.published_at.month) == ("Geese fly", "Birds", 3)
    assert number.why
    assert "no DOI" in nowhere.why


@pytest.mark.parametrize(
    ("entry", "link"),
    [
        ("@article{a, title={T}, journal={arXiv preprint arXiv:2401.12345}}", "https://arxiv.org/abs/2401.12345"),
        ("@misc{a, title={T}, howpublished={\\url{https://blog.example/a_b}}}", "https://blog.example/a_b"),
        ('@misc(a, title = "T", doi = "https://doi.org/10.1000/A")', "https://doi.org/10.1000/a"),
        (
            "@online{a, title={T}, eprint={cs/9901001}, eprinttype={arxiv}, date={2020-02-03}}",
            "https://arxiv.org/abs/cs/9901001",
        ),
    ],
)
def test_bibtex_entries_lead_to_their_papers(entry, link):
    (read,) = lists.read(entry)[1]
    assert read.item, read.why
    assert read.item.link == link


@pytest.mark.parametrize(
    "text", ["@", "@article{", "TY  - \nXX", "[", "{}", "\0", "@a{b,c={" + "{" * 5000, "TY  - JOUR\nER  - "]
)
def test_broken_lists_never_raise(text):
    lists.read(text)
