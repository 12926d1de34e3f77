import doctest

import pytest

from papers.sources import opml


def urls(text: str | bytes) -> list[str]:
    return [outline.url for outline in opml.read(text if isinstance(text, bytes) else text.encode()).feeds]


def wrap(outlines: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0"><body>\n{outlines}\n</body></opml>'


LAST = '<outline text="Last" xmlUrl="https://last.example/"/>'


def test_the_worked_examples_hold():
    assert doctest.testmod(opml).failed == 0


def test_folders_nest_and_each_feed_is_listed_once():
    text = """<opml version="2.0"><body><outline text="ML"><outline text="Labs">
      <outline text="A" xmlUrl="https://a.example/feed" htmlUrl="https://a.example"/></outline>
      <outline title="B" xmlurl="https://b.example/feed"/></outline>
      <outline text="A again" xmlUrl="HTTPS://A.example:443/feed"/></body></opml>"""
    found = opml.read(text.encode()).feeds
    assert [(o.title, o.url, o.folder) for o in found] == [
        ("A", "https://a.example/feed", "ML/Labs"),
        ("B", "https://b.example/feed", "ML"),
    ]


@pytest.mark.parametrize(
    ("attributes", "title"),
    [
        ('text="The "Best" feed" xmlUrl="https://a.example/"', 'The "Best" feed'),
        ('text=""Best" feed" xmlUrl="https://a.example/"', '"Best" feed'),
        ('text="The "Best"" xmlUrl="https://a.example/"', 'The "Best"'),
        ("text='Ann's feed' xmlUrl='https://a.example/'", "Ann's feed"),
        ('xmlUrl="https://a.example/" text="5" disks"', '5" disks'),
        ('text="R&D <3 > all" xmlUrl="https://a.example/"', "R&D <3 > all"),
        ('text="<b>A</b>" xmlUrl="https://a.example/"', "<b>A</b>"),
        ("text=A xmlUrl=https://a.example/ ", "A"),
        ('text="A"xmlUrl="https://a.example/"', "A"),
        ('text = "A"\n\txmlUrl\n=\n"https://a.example/"', "A"),
        (
            'text="caf&eacute; &#8211; &amp;amp; &quot;x&quot; &nope; &#xD83D;&#xDE00;" xmlUrl="https://a.example/"',
            'café – &amp; "x" &nope; 😀',
        ),
        ('text="A" XMLURL="https://a.example/"', "A"),
        ('text="A" xmlurl=" https://a.example/ "', "A"),
        ('text="A xmlUrl="https://a.example/"', None),
        ('text="A" xmlUrl="https://a.example/ ', "A"),
        ('text="A" xmlUrl="https://a.example/" description="a = "b" and c"', "A"),
        ('title="" text="A" xmlUrl="https://a.example/"', "A"),
        ('type="rss" text="A" url="https://a.example/"', "A"),
        ('text="A" text="B" xmlUrl="https://a.example/"', "B"),
    ],
)
def test_badly_written_attribute_costs_no_feed(attributes, title):
    listing = opml.read(wrap(f'<outline text="F">\n<outline {attributes}/>\n{LAST}\n</outline>').encode())
    assert [outline.url for outline in listing.feeds] == ["https://a.example/", "https://last.example/"]
    assert title in (None, listing.feeds[0].title)
    assert listing.feeds[1].folder == "F"
    assert not listing.missed


def test_address_keeps_text_that_looks_like_an_entity():
    assert urls(wrap('<outline xmlUrl="https://a.example/?a=1&b=2&copy=3&amp;reg=4"/>')) == [
        "https://a.example/?a=1&b=2&copy=3&reg=4"
    ]


@pytest.mark.parametrize(
    ("encode", "declared"),
    [
        (codec, declared)
        for codec in ("utf-8", "windows-1252", "utf-16", "utf-16-le")
        for declared in ("UTF-8", "iso-8859-1", "utf-16", "rot13")
    ],
)
def test_text_is_decoded_whatever_encoding_is_declared(encode, declared):
    text = wrap('<outline text="café “x”" xmlUrl="https://a.example/"/>').replace("UTF-8", declared)
    assert opml.read(text.encode(encode)).feeds[0].title == "café “x”"


def test_file_with_two_encodings_is_decoded():
    parts = wrap('<outline text="café 1" xmlUrl="https://a.example/"/>|').split("|")
    body = (
        parts[0].encode() + '<outline text="café 2" xmlUrl="https://b.example/"/>'.encode("cp1252") + parts[1].encode()
    )
    assert [outline.title for outline in opml.read(body).feeds] == ["café 1", "café 2"]


def test_truncated_file_gives_the_feeds_received():
    whole = wrap("".join(f'<outline text="A" xmlUrl="https://a{n}.example/feed"/>' for n in range(9)))
    for end in range(60, len(whole), 7):
        found = urls(whole[:end])
        assert whole[:end].count('feed"/>') <= len(found) <= whole[:end].count("xmlUrl")


@pytest.mark.parametrize(
    "text",
    [
        f"<opml>{LAST}</opml>",
        f"<body>{LAST}</body>",
        f"<opml><body><body>{LAST}</body></body></opml>",
        f"<opml><head><title>]]></title></head>{LAST}",
        f"<opml><body><![CDATA[{LAST}]]></body></opml>",
        f"<x:opml xmlns:x='y'><x:body>{LAST.replace('outline', 'x:outline')}</x:body></x:opml>",
        f"<OPML><BODY>{LAST.replace('outline', 'OUTLINE')}</BODY></OPML>",
        f"<!-- <outline xmlUrl='https://no.example/'/> --><opml><body>{LAST}",
        f"<!DOCTYPE opml [<!ENTITY a 'b'>]><opml><body>{LAST}",
        f"<opml><body></outline></outline>{LAST}",
        f"<opml><body><outlin {LAST[9:]}",
    ],
)
def test_feeds_are_found_in_a_nested_missing_or_odd_body(text):
    listing = opml.read(text.encode())
    assert [outline.url for outline in listing.feeds] == ["https://last.example/"]


@pytest.mark.parametrize("text", [b"", b"hello", b"<html><body>no</body></html>", b"\x00\x01", b'{"a": 1}'])
def test_file_that_is_not_opml_is_rejected(text):
    with pytest.raises(ValueError, match="it is not"):
        opml.read(text)


def test_entities_are_neither_expanded_nor_fetched():
    text = b"""<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>
      <opml><body><outline text="&x;&b;" xmlUrl="https://a.example/"/></body></opml>"""
    assert opml.read(text).feeds[0].title == "&x;&b;"


def test_bad_addresses_are_reported_with_their_lines():
    long = f'<outline xmlUrl="https://a/{"x" * 2000}"/>'
    text = wrap(
        '<outline text="A" xmlUrl="javascript:alert(1)"/>\n<outline text="B" xmlUrl="feed://b.example/x"/>\n'
        f'<!--\n--><outline text="C" xmlUrl=""/>\n<outline xmlUrl="http://a\\@b/"/>{long}'
    )
    listing = opml.read(text.encode())
    assert [outline.url for outline in listing.feeds] == ["https://b.example/x"]
    assert [(missed.line, missed.url[:19], missed.why) for missed in listing.missed] == [
        (3, "javascript:alert(1)", "That is not a web address."),
        (6, "", "It has no address."),
        (7, "http://a\\@b/", "That is not a web address."),
        (7, "https://a/xxxxxxxxx", "Its address is too long."),
    ]


def test_very_deep_file_is_read():
    assert urls(b"<opml><body>" + b'<outline text="x">' * 200 + b"</body></opml>") == []
    deep = opml.read(b"<opml><body>" + b'<outline text="x">' * 50_000 + LAST.encode() + b"</outline>" * 50_000)
    assert deep.feeds[0].folder == "/".join("x" * opml.DEEPEST)


@pytest.mark.timeout(60)
def test_hostile_files_are_read_quickly():
    for part in (
        '<outline text="',
        "<outline a='\"",
        "<!--",
        '" a="',
        "<outline xmlUrl=",
        "<![CDATA[",
        'a="',
        "a:" * 9,
        " ",
        "<outline",
        '""',
        "&",
        "xmlUrl=",
    ):
        text = wrap('<outline text="' + part * (200_000 // len(part)))
        opml.read(text.encode())
        opml.read(wrap(part * (200_000 // len(part)) + LAST).encode())


@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", "utf-16", "ascii", ""])
@pytest.mark.parametrize("written", ["utf-8", "utf-8-sig", "cp1252", "utf-16-le", "utf-16"])
def test_names_stay_whole_in_any_encoding_whatever_the_file_says(declared, written):
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    text = f'{head}<opml><body><outline text="Café Bär" xmlUrl="https://a.example/"/></body></opml>'
    assert [feed.title for feed in opml.read(text.encode(written)).feeds] == ["Café Bär"]
