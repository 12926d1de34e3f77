"""sources.authors: bylines of posts."""

import pytest

from .test_feed import parse, rss


def bylines(text: str) -> list[list[str]]:
    return [[signer.name for signer in item.authors] for item in parse(text).items]


def test_entry_without_author_has_its_sources_or_its_feeds():
    entry = "<entry><id>{0}</id><title>Post {0}</title><link href='/{0}'/>{1}</entry>"
    named = "<author><name>{}</name></author>"
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Cups</title>'
        + named.format("Ann Oak")
        + entry.format(1, "")
        + entry.format(2, named.format("Bo Elm"))
        + entry.format(3, f"<source><id>u:o</id><title>Other</title>{named.format('Cy Ash')}</source>")
        + entry.format(4, "<source><id>u:o</id><title>Other</title></source>")
        + "</feed>"
    )
    assert bylines(feed) == [["Ann Oak"], ["Bo Elm"], ["Cy Ash"], ["Ann Oak"]]


@pytest.mark.parametrize(
    ("channel", "byline"),
    [
        ("<managingEditor>noreply@blog.example (Ann Oak)</managingEditor>", ["Ann Oak"]),
        ("<managingEditor>ann@blog.example</managingEditor>", []),
        ('<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">Ann Oak</dc:creator>', ["Ann Oak"]),
        (
            '<itunes:author xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">Ann Oak and Bo Elm</itunes:author>',  # noqa: E501
            ["Ann Oak", "Bo Elm"],
        ),
        ('<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">B</dc:creator>', []),
        ("", []),
    ],
)
def test_rss_item_has_the_channels_author_but_never_its_title(channel, byline):
    assert bylines(rss("<title>a</title><link>/a</link>", channel)) == [byline]


def test_json_item_has_the_feeds_author():
    feed = '{"version":"https://jsonfeed.org/version/1.1","title":"T","authors":[{"name":"Ann Oak"}],"items":[{"id":"1","url":"https://a.example/1","title":"One"}]}'
    assert bylines(feed) == [["Ann Oak"]]


@pytest.mark.parametrize(
    ("creator", "byline"),
    [
        ("Ann Oak, Bo Elm &amp; Cy Ash", ["Ann Oak", "Bo Elm", "Cy Ash"]),
        ("Ann Oak, PhD and Bo Elm, MD", ["Ann Oak, PhD", "Bo Elm, MD"]),
        ("Oak, Ann; Elm, Bo", ["Oak, Ann", "Elm, Bo"]),
        ("By Ann Oak", ["Ann Oak"]),
        ("ann@blog.example (Ann Oak), bo@blog.example (Bo Elm)", ["Ann Oak", "Bo Elm"]),
        ("Oak and Sons", ["Oak and Sons"]),
        ("Institute of Arts and Natural Sciences", ["Institute of Arts and Natural Sciences"]),
    ],
)
def test_several_authors_in_one_text_are_several(creator, byline):
    item = (
        f'<title>a</title><link>/a</link><dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">{creator}</dc:creator>'
    )
    assert bylines(rss(item)) == [byline]
