"""intake.decide: plain values in, a decision out."""

import pytest

from papers.intake.decide import FIELDS, Amend, Create, Existing, Leave, decide

NEW = {**dict.fromkeys(FIELDS, ""), "title": "New title", "abstract": "New words"}
OLD = {**dict.fromkeys(FIELDS, ""), "title": "Old title", "abstract": "Old words", "comment": "8 pages"}


def existing(**values):
    defaults = {"id": 1, "kind": "arxiv", "arxiv_id": "2603.00001", "version": 1, "fields": OLD, "sighted": True}
    return Existing(**{**defaults, "own": True, **values})


def test_new_paper_is_created_unless_the_item_is_a_replacement():
    assert decide(NEW, 1, "new", None) == Create()
    assert decide(NEW, 0, "", None) == Create()
    assert decide(NEW, 2, "replace", None) == Leave()
    assert decide(NEW, 2, "replace-cross", None) == Leave()


def test_later_version_replaces_the_fields_that_it_has():
    assert decide(NEW, 2, "replace", existing()) == Amend(1, {"title": "New title", "abstract": "New words"}, version=2)


@pytest.mark.parametrize("version", [0, 1])
def test_same_or_no_version_fills_only_empty_fields(version):
    fields = {**NEW, "journal_ref": "J. Inv. 3", "comment": "9 pages"}
    assert decide(fields, version, "", existing()) == Amend(1, {"journal_ref": "J. Inv. 3"})


def test_older_version_fills_empty_fields_without_an_event():
    assert decide(NEW, 1, "", existing(version=3)) == Amend(1)


def test_new_source_joins_a_paper_but_not_by_a_replacement():
    assert decide(OLD, 1, "cross", existing(sighted=False)) == Amend(1, joins=True)
    assert decide(OLD, 1, "replace", existing(sighted=False)) == Amend(1)


def test_only_the_feed_that_first_brought_a_post_may_rewrite_it():
    post = {"kind": "post", "arxiv_id": "", "version": 0}
    assert decide(NEW, 0, "", existing(**post)).changes == {"title": "New title", "abstract": "New words"}
    assert decide(NEW, 0, "", existing(**post, own=False)).changes == {}


def test_paper_found_on_arxiv_later_gets_its_arxiv_id():
    assert decide(OLD, 0, "", existing(arxiv_id=""), "2603.00002").arxiv_id == "2603.00002"
    assert decide(OLD, 0, "", existing(), "2603.00001").arxiv_id == ""
