from papers.identity import canonical_link
from papers.sources.text import words_of


def test_a_megabyte_of_open_tags_does_not_hold_a_worker():
    """Quadratic, this would outlast the suite's time limit for one test."""
    assert words_of("<a " * 1_000_000) is not None


def test_a_megabyte_of_one_address_does_not_hold_a_worker():
    assert canonical_link("https://blog.example/x" + ".amp" * 250_000 + "/y")
    assert canonical_link("https://blog.example/x" + ".amp" * 250_000 + "x")
