"""sources.huggingface: the daily papers, whichever keys they have today."""

import json
from datetime import UTC, datetime

import pytest

from papers.sources.huggingface import read
from papers.sources.wire.fetch import Reply
from papers.sources.wire.sentences import FetchError

NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)


def answer(*entries):
    return Reply(url="https://huggingface.co/api", status=200, body=json.dumps(entries).encode())


def test_a_paper_has_its_facts():
    paper = {
        "id": "2603.00001",
        "title": "Kites",
        "summary": "We fly.",
        "authors": [{"name": "Ada Sample", "hidden": True}, {"name": ""}, 7],
        "publishedAt": "2026-03-03T00:00:00.000Z",
        "upvotes": 12,
        "githubRepo": "https://github.com/a/kites",
        "projectPage": "javascript:alert(1)",
        "linkedModels": [{"id": "a/kite-7b"}, {"id": "x"}, None],
    }
    (item,), skipped = read(answer({"paper": paper}), NOW)
    assert (item.title, item.abstract, [each.name for each in item.authors]) == ("Kites", "We fly.", ["Ada Sample"])
    assert item.published_at == datetime(2026, 3, 3, tzinfo=UTC)
    assert item.evidence == {
        "upvotes": 12,
        "code": "https://github.com/a/kites",
        "models": ["https://huggingface.co/a/kite-7b"],
    }
    assert skipped == 0


def test_odd_entries_are_skipped_and_missing_keys_are_no_fault():
    entries = [
        {"paper": {"id": "2603.00001"}, "title": "Only this"},
        {"paper": {"id": "not-an-id", "title": "x"}},
        {"paper": {"id": ["2603.00002"], "title": {}, "upvotes": True, "authors": "Ada"}},
        {"paper": None},
        "what",
        {"paper": {"id": "2603.00003", "title": "y", "upvotes": "9", "authors": None, "publishedAt": "soon"}},
    ]
    items, skipped = read(answer(*entries), NOW)
    assert [(item.title, item.evidence) for item in items] == [("Only this", {}), ("y", {})]
    assert skipped == 4


@pytest.mark.parametrize("body", [b"<html>", b'{"error": "Rate limited"}', b"", b"[" * 100_000])
def test_anything_but_a_list_is_a_failure(body):
    with pytest.raises(FetchError, match="not its list of papers"):
        read(Reply(url="https://huggingface.co/api", status=200, body=body), NOW)
