"""intake.decide: what an item changes; plain values in, plain values out."""

import pytest

from papers.intake.decide import FIELDS, Amend, Create, Known, Leave, decide

SAID = {**dict.fromkeys(FIELDS, ""), "title": "New title", "abstract": "New words"}
HAVE = {**dict.fromkeys(FIELDS, ""), "title": "Old title", "abstract": "Old words", "comment": "8 pages"}


def known(**fields):
    return Known(**{"id": 1, "kind": "arxiv", "arxiv_id": "2603.00001", "version": 1, "fields": HAVE, "sighted": True,
                    "own": True, **fields})  # fmt: skip


def test_what_nobody_knows_is_made_unless_it_is_a_replacement():
    assert decide(SAID, 1, "new", None) == Create()
    assert decide(SAID, 0, "", None) == Create()
    assert decide(SAID, 2, "replace", None) == Leave()
    assert decide(SAID, 2, "replace-cross", None) == Leave()


def test_a_later_version_replaces_what_it_says_and_leaves_what_it_does_not():
    assert decide(SAID, 2, "replace", known()) == Amend(1, {"title": "New title", "abstract": "New words"}, version=2)


@pytest.mark.parametrize("version", [0, 1])
def test_the_same_or_no_version_fills_only_what_is_empty(version):
    said = {**SAID, "journal_ref": "J. Inv. 3", "comment": "9 pages"}
    assert decide(said, version, "", known()) == Amend(1, {"journal_ref": "J. Inv. 3"})


def test_an_older_version_fills_what_is_empty_too_but_is_no_event():
    assert decide(SAID, 1, "", known(version=3)) == Amend(1)


def test_a_source_that_is_new_to_a_paper_joins_it_but_not_by_a_replacement():
    assert decide(HAVE, 1, "cross", known(sighted=False)) == Amend(1, joins=True)
    assert decide(HAVE, 1, "replace", known(sighted=False)) == Amend(1)


def test_a_post_is_rewritten_by_the_feed_that_brought_it_first_alone():
    post = {"kind": "post", "arxiv_id": "", "version": 0}
    assert decide(SAID, 0, "", known(**post)).changes == {"title": "New title", "abstract": "New words"}
    assert decide(SAID, 0, "", known(**post, own=False)).changes == {}


def test_a_paper_that_turns_out_to_be_on_arxiv_says_so():
    assert decide(HAVE, 0, "", known(arxiv_id=""), "2603.00002").arxiv_id == "2603.00002"
    assert decide(HAVE, 0, "", known(), "2603.00001").arxiv_id == ""
