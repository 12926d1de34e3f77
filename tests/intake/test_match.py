"""intake.match: group the entries of one paper by their names."""

import pytest

from papers.identity import Name
from papers.intake.match import Owner, existing_papers, group, names_of
from papers.sources.item import Item

ARXIV = Name("arxiv", "2603.00001")


def item(link="", title="A title", **fields):
    return Item(title=title, link=link, **fields)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (item("https://arxiv.org/abs/2603.00001v2"), [ARXIV]),
        (item("https://blog.example/a", addresses=("arXiv:2603.00001",)), [ARXIV]),
        (item("https://doi.org/10.1000/X", addresses=("2603.00001",)), [ARXIV, Name("doi", "10.1000/x")]),
        (item("2603.00001", addresses=("2603.00002",)), [ARXIV]),  # a digest is about its first paper
        (item("2603.00001", entry_id="oai:1"), [ARXIV]),
        (item("https://a.example/p?utm_source=x"), [Name("link", "https://a.example/p")]),
        (item("https://a.example/p", entry_id="7"), [Name("link", "https://a.example/p"), Name("entry", "5:7")]),
        (item("", entry_id="7"), [Name("entry", "5:7")]),
        (item("no link"), []),
    ],
)
def test_names_of_an_item_come_from_its_addresses(given, names):
    assert list(names_of(given, 5)) == names


def test_items_that_share_a_name_are_one_entry_with_the_latest_version():
    entries, dropped = group(
        [item("2603.00001", version=1), item("arXiv:2603.00001v3", version=3), item("", title="")], 5
    )
    assert [entry.item.version for entry in entries] == [3]
    assert dropped == 1


def test_items_linked_by_a_chain_of_names_are_one_entry_strongest_name_first():
    items = [item("10.1000/a"), item("2603.00001"), item("2603.00001", addresses=("10.1000/a",))]
    entries, _ = group(items, 5)
    assert [entry.names for entry in entries] == [(ARXIV, Name("doi", "10.1000/a"))]
    assert entries[0].arxiv_id == "2603.00001"


def test_link_of_the_whole_site_does_not_name_one_of_several_entries():
    entries, _ = group([item("https://a.example/", "One", entry_id="1"), item("https://a.example/2", "Two")], 5)
    assert [entry.names[0] for entry in entries] == [Name("entry", "5:1"), Name("link", "https://a.example/2")]


def test_strongest_name_decides_and_others_join():
    entries, _ = group([item("2603.00001", addresses=("10.1000/a",))], 5)
    doi = Name("doi", "10.1000/a")
    assert existing_papers(entries[0], {doi: Owner(3, "", "x"), ARXIV: Owner(9, "2603.00001", "x")}) == [9, 3]
    assert existing_papers(entries[0], {doi: Owner(3, "2603.99999", "x")}) == []
    assert existing_papers(entries[0], {}) == []


def test_entry_id_counts_if_the_title_agrees():
    owners = {Name("entry", "5:7"): Owner(3, "", "A Title")}
    linked, bare = item("https://a.example/p", "Another", entry_id="7"), item("", "Another", entry_id="7")
    same = item("https://a.example/p", "a title", entry_id="7")
    assert [existing_papers(group([each], 5)[0][0], owners) for each in (linked, bare, same)] == [[], [], [3]]
