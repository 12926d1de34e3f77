"""sources.titles: one line for every post."""

import pytest

from papers.sources import titles

from .test_feed import parse, rss

MEDIA = '<media:content xmlns:media="http://search.yahoo.com/mrss/" url="https://b.example/x.png" medium="image">{}</media:content>'  # noqa: E501
LONG = "We brewed a pot for each of the forty seeds and measured, over a long and rainy weekend, how warm the cups stayed afterwards."  # noqa: E501


@pytest.mark.parametrize(
    ("item", "title"),
    [
        ("<description>&lt;p&gt;Short one. More.&lt;/p&gt;</description>", "Short one."),
        ("<description>&lt;p&gt;No stop&lt;/p&gt;&lt;p&gt;More.&lt;/p&gt;</description>", "No stop"),
        (f"<description>&lt;p&gt;{LONG}&lt;/p&gt;</description>", f"{LONG[: LONG.rindex(' ')]}…"),
        ("<description>&lt;img src='/a.png' alt='Tea over time'&gt;</description>", "Tea over time"),
        ("<description>&lt;img src='/a.png'&gt;</description>", "Untitled image of B"),
        ("<description></description>" + MEDIA.format(""), "Untitled image of B"),
        (
            "<description></description>"
            + MEDIA.format('<media:description type="plain">Tea over time</media:description>'),
            "Tea over time",
        ),
        ("<title>Two\n lines</title>", "Two lines"),
        ("<title>A &lt;em&gt;bold&lt;/em&gt; cup</title>", "A bold cup"),
        ("<title>Vec&amp;lt;T&amp;gt; &amp;amp; us</title>", "Vec<T> & us"),
    ],
)
def test_every_post_has_a_title_of_one_line(item, title):
    [read] = parse(rss(f"{item}<link>/a</link>")).items
    assert read.title == title


def test_image_keeps_its_description_as_its_text():
    [read] = parse(rss("<description>&lt;img src='/a.png' alt='Tea over time'&gt;</description><link>/a</link>")).items
    assert (read.abstract, read.content_html) == ("Tea over time", "")


def test_title_in_xhtml_has_no_tags():
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>u:1</id><link href="/1"/><title type="xhtml">'  # noqa: E501
        '<div xmlns="http://www.w3.org/1999/xhtml">Cups <b>of</b> tea</div></title></entry></feed>'
    )
    assert parse(feed).items[0].title == "Cups of tea"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("It was J. R. Oak. He left.", "It was J. R. Oak."),
        ("Is it v2.5 now? Yes.", "Is it v2.5 now?"),
        ("小さな模型。次の文。", "小さな模型。"),
        ("", ""),
    ],
)
def test_first_sentence_ends_at_its_stop(text, sentence):
    assert titles.first_sentence(text) == sentence


def test_text_without_spaces_is_cut_too():
    assert titles.cut("茶" * 200, 50) == "茶" * 49 + "…"
