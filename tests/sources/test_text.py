from papers.identity import canonical_link
from papers.sources.text import text_of


def test_megabyte_of_open_tags_does_not_block_a_worker():
    """Quadratic, this would outlast the suite's time limit for one test."""
    assert text_of("<a " * 1_000_000) is not None


def test_megabyte_long_address_does_not_block_a_worker():
    assert canonical_link("https://blog.example/x" + ".amp" * 250_000 + "/y")
    assert canonical_link("https://blog.example/x" + ".amp" * 250_000 + "x")
