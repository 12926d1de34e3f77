import doctest

import pytest

from papers.sources import charset, feed, page
from papers.sources.wire.fetch import Reply

from .conftest import NOW

RSS = '<rss version="2.0"><channel><title>Über</title><item><title>naïve café</title><link>https://b.example/1</link></item></channel></rss>'
JSON = '{"version": "https://jsonfeed.org/version/1.1", "title": "Über", "items": [{"id": "1", "title": "naïve café"}]}'
WIDE = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
FALSE = ["", "utf-8", "utf-16", "UTF-32", "iso-8859-1", "windows-1252", "us-ascii", "nonsense"]
SILLY = [
    *("utf8mb4", "rot13", "rot_13", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "base64", "undefined"),
    *(
        "zlib",
        "bz2",
        "hex",
        "uu",
        "quopri",
        "mbcs",
        "oem",
        "utf-7",
        "unknown",
        "x" * 300,
        "a\0b",
        "a b",
        "é",
        "..",
        "-",
    ),
    *("os.path", "aliases", "cp65001", "charmap", "%s", "iso-8859-1\x7f", "utf-8 or so", "'", "binary", "none", "null"),
]


def items(body: bytes, content_type: str = "") -> tuple:
    found = feed.parse(
        Reply(200, "https://b.example/feed", {"content-type": content_type} if content_type else {}, body), NOW
    )
    return found.title, found.items[0].title


def test_the_worked_examples_hold():
    assert doctest.testmod(charset).failed == 0


@pytest.mark.parametrize("wide", WIDE)
@pytest.mark.parametrize("declared", FALSE)
@pytest.mark.parametrize("header", ["", "utf-8", "utf-16", "iso-8859-1"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "marked"])
def test_utf_16_and_32_are_read_with_or_without_a_mark_whatever_is_declared(wide, declared, header, mark):
    declaration = f"<?xml version='1.0' encoding='{declared}'?>\n" if declared else ""
    content_type = f"application/rss+xml; charset={header}" if header else ""
    assert items((mark + declaration + RSS).encode(wide), content_type) == ("Über", "naïve café")


@pytest.mark.parametrize("wide", [*WIDE, "utf-8"])
@pytest.mark.parametrize("mark", ["", "\ufeff", " \n"], ids=["plain", "marked", "blank"])
@pytest.mark.parametrize("header", ["", "utf-8", "utf-16"])
def test_json_feed_in_utf_16_or_32_is_read(wide, mark, header):
    assert items((mark + JSON).encode(wide), f"application/json; charset={header}" if header else "") == (
        "Über",
        "naïve café",
    )


@pytest.mark.parametrize("label", SILLY)
@pytest.mark.parametrize("real", ["utf-8", "windows-1252"])
def test_unusable_encoding_label_is_ignored(label, real):
    declared = f'<?xml version="1.0" encoding="{label}"?>\n'.encode()
    assert charset._codec(label) == ""
    assert items(declared + RSS.encode(real)) == ("Über", "naïve café")
    assert items(RSS.encode(real), f"text/xml; charset={label}") == ("Über", "naïve café")
    body = b"<meta charset='" + label.encode() + b"'><title>" + "naïve café".encode(real) + b"</title>"
    read = page.read(
        Reply(200, "https://b.example/", {"content-type": f"text/html; charset={label}"}, body), "", "b", NOW
    )
    assert read.title == "naïve café"


@pytest.mark.parametrize(
    ("label", "codec", "words"),
    [
        *(("x-sjis", "cp932", "論文の題名"), ("Shift_JIS", "cp932", "論文の題名"), ("EUC-JP", "euc_jp", "論文の題名")),
        *(("iso-2022-jp", "iso2022_jp", "論文の題名"), ("GB2312", "gb18030", "论文标题"), ("big5", "big5", "論文標題")),
        *(
            ("ks_c_5601-1987", "cp949", "논문 제목"),
            ("koi8-r", "koi8-r", "Статья"),
            ("windows-1251", "cp1251", "Статья"),
        ),
        *(
            ("ISO-8859-1 ", "cp1252", "“café”"),
            ("ISO-8859-2", "iso8859-2", "Žižka"),
            ("iso-8859-9", "iso8859-9", "ğış"),
        ),
        *(("windows-874", "cp874", "ภาษาไทย"), ("macintosh", "mac-roman", "café"), ("cp037", "utf-8", "café")),
    ],
)
def test_regional_encodings_are_read_under_all_their_names(label, codec, words):
    text = RSS.replace("naïve café", words).replace("Über", "T")
    declared = f'<?xml version="1.0" encoding="{label}"?>'.encode()
    assert items(declared + text.encode(codec)) == ("T", words)
    assert items(text.encode(codec), f"application/xml; charset={label}") == ("T", words)


def test_utf_8_declared_as_latin_1_is_read_as_utf_8():
    declared = b'<?xml version="1.0" encoding="iso-8859-1"?>'
    assert items(declared + RSS.encode(), "text/xml; charset=us-ascii") == ("Über", "naïve café")


def test_two_encodings_in_one_file_are_both_read():
    assert charset.text("é ".encode() + b"caf\xe9 \x93x\x94" + " ü".encode()) == "é café “x” ü"
    assert charset.text("é ü".encode()[:-1]) == "é "  # cut off within a letter


def test_ebcdic_is_read_because_xml_allows_it():
    assert charset.text('<?xml version="1.0" encoding="cp037"?><a>x</a>'.encode("cp037")).endswith("<a>x</a>")


@pytest.mark.timeout(60)
def test_random_bytes_are_decoded_quickly():
    for body in (
        b"a\xff" * 2_000_000,
        b"&#" + b"0" * 5_000_000,
        b"&#8217;" * 500_000,
        b"<?xml" * 1_000_000,
        b"<meta" * 900_000,
    ):
        charset.text(body)
