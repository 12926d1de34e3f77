import pytest

from papers.sources import opml


def test_folders_nest_and_each_feed_comes_once():
    text = """<opml version="2.0"><body><outline text="ML"><outline text="Labs">
      <outline text="A" xmlUrl="https://a.example/feed" htmlUrl="https://a.example"/></outline>
      <outline title="B" xmlurl="https://b.example/feed"/></outline>
      <outline text="A again" xmlUrl="https://a.example/feed"/></body></opml>"""
    found = opml.read(text.encode())
    assert [(o.title, o.url, o.folder) for o in found] == [
        ("A", "https://a.example/feed", "ML/Labs"),
        ("B", "https://b.example/feed", "ML"),
    ]


def test_bare_ampersands_and_brackets_do_no_harm():
    text = b'<opml><body><outline text="R&D <3" xmlUrl="https://a.example/?a=1&b=2"/><outline text="B" xmlUrl="https://b.example/"/></body></opml>'
    assert "https://b.example/" in [outline.url for outline in opml.read(text)]


@pytest.mark.parametrize("text", [b"", b"hello", b"<html><body>no</body></html>", b"\x00\x01", b'{"a": 1}'])
def test_what_is_no_opml_is_said(text):
    with pytest.raises(ValueError, match="it is no"):
        opml.read(text)


def test_entities_are_neither_expanded_nor_fetched():
    text = b"""<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>
      <opml><body><outline text="&x;&b;" xmlUrl="https://a.example/"/></body></opml>"""
    assert "root:" not in str(opml.read(text))


def test_only_web_addresses_are_feeds():
    text = b'<opml><body><outline text="A" xmlUrl="javascript:alert(1)"/><outline text="B" xmlUrl="feed://b.example/x"/></body></opml>'
    assert [outline.url for outline in opml.read(text)] == ["https://b.example/x"]


def test_a_very_deep_file_does_not_break_it():
    text = b"<opml><body>" + b'<outline text="x">' * 200 + b"</body></opml>"
    assert opml.read(text) == []
