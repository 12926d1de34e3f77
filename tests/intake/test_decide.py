"""intake.decide: plain values in, a decision out."""

from datetime import UTC, datetime

import pytest

from papers.intake.decide import FIELDS, Amend, Create, Existing, Leave, decide
from papers.sources.item import Authority, Item


def decided(fields, version, announce_type, existing, arxiv_id="", authority=Authority.FEED):
    item = Item("A title", "", version=version, announce_type=announce_type, authority=authority)
    return decide(fields, item, existing, arxiv_id)


NEW = {**dict.fromkeys(FIELDS, ""), "title": "New title", "abstract": "New words"}
OLD = {**dict.fromkeys(FIELDS, ""), "title": "Old title", "abstract": "Old words", "comment": "8 pages"}


def existing(**values):
    defaults = {"id": 1, "kind": "arxiv", "arxiv_id": "2603.00001", "version": 1, "fields": OLD, "sighted": True}
    return Existing(**{**defaults, "own": True, **values})


def test_new_paper_is_created_unless_the_item_is_a_replacement():
    assert decided(NEW, 1, "new", None) == Create()
    assert decided(NEW, 0, "", None) == Create()
    assert decided(NEW, 2, "replace", None) == Leave()
    assert decided(NEW, 2, "replace-cross", None) == Leave()


def test_later_version_replaces_the_fields_that_it_has():
    assert decided(NEW, 2, "replace", existing()) == Amend(
        1, {"title": "New title", "abstract": "New words"}, version=2
    )


@pytest.mark.parametrize("version", [0, 1])
def test_same_or_no_version_fills_only_empty_fields(version):
    fields = {**NEW, "journal_ref": "J. Inv. 3", "comment": "9 pages"}
    assert decided(fields, version, "", existing()) == Amend(1, {"journal_ref": "J. Inv. 3"})


def test_older_version_fills_empty_fields_without_an_event():
    assert decided(NEW, 1, "", existing(version=3)) == Amend(1)


def test_new_source_joins_a_paper_but_not_by_a_replacement():
    assert decided(OLD, 1, "cross", existing(sighted=False)) == Amend(1, joins=True)
    assert decided(OLD, 1, "replace", existing(sighted=False)) == Amend(1)


def test_only_the_feed_that_first_brought_a_post_may_rewrite_it():
    post = {"kind": "post", "arxiv_id": "", "version": 0}
    assert decided(NEW, 0, "", existing(**post)).changes == {"title": "New title", "abstract": "New words"}
    assert decided(NEW, 0, "", existing(**post, own=False)).changes == {}


def test_paper_found_on_arxiv_later_gets_its_arxiv_id():
    assert decided(OLD, 0, "", existing(arxiv_id=""), "2603.00002").arxiv_id == "2603.00002"
    assert decided(OLD, 0, "", existing(), "2603.00001").arxiv_id == ""


RECORDED = {**NEW, "published_at": datetime(2017, 6, 12, tzinfo=UTC), "byline": "Ada Example; Bo Sample"}
BLOGGED = {**OLD, "published_at": datetime(2026, 3, 1, tzinfo=UTC), "byline": "A Blogger"}


@pytest.mark.parametrize("authority", [Authority.PUBLISHER, Authority.ANNOUNCED, Authority.RECORD])
def test_higher_authority_corrects_everything_that_it_says_dates_and_authors_too(authority):
    decision = decided(RECORDED, 1, "", existing(fields=BLOGGED), authority=authority)
    assert decision.changes == {name: value for name, value in RECORDED.items() if value}
    assert decision.authority == authority


def test_lower_authority_only_fills_what_is_empty():
    known = existing(fields={**RECORDED, "comment": ""}, authority=Authority.RECORD)
    decision = decided({**BLOGGED, "comment": "9 pages"}, 1, "", known, authority=Authority.PUBLISHER)
    assert decision == Amend(1, {"comment": "9 pages"})


def test_arxivs_record_is_followed_when_it_is_corrected_without_a_new_version():
    known = existing(fields=RECORDED, authority=Authority.RECORD)
    corrected = {**RECORDED, "journal_ref": "J. Inv. 3", "title": "A corrected title"}
    decision = decided(corrected, 1, "", known, authority=Authority.RECORD)
    assert decision == Amend(1, {"title": "A corrected title", "journal_ref": "J. Inv. 3"})
    assert decided(
        corrected, 1, "", existing(version=2, authority=Authority.RECORD), authority=Authority.RECORD
    ).changes == {name: corrected[name] for name in ("journal_ref", "published_at", "byline")}


def test_a_post_keeps_its_first_date_while_its_feed_moves_it():
    post = existing(kind="post", arxiv_id="", version=0, fields=BLOGGED)
    later = {**BLOGGED, "published_at": datetime(2026, 3, 4, tzinfo=UTC)}
    assert decided(later, 0, "", post).changes == {}
