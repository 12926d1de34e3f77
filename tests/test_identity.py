"""identity: every spelling of a paper's address is the same name."""

import random
import unicodedata

import pytest

from papers.identity import Name, arxiv_id, author_key, canonical_link, doi, entry_name, fold, names_in

ARXIV = [
    "2401.12345",
    "2401.12345v2",
    "arXiv:2401.12345v3",
    "arxiv: 2401.12345",
    "oai:arXiv.org:2401.12345v1",
    "10.48550/arXiv.2401.12345",
    "doi:10.48550/ARXIV.2401.12345",
    "https://doi.org/10.48550/arXiv.2401.12345",
    "http://arxiv.org/abs/2401.12345v2",
    "https://arxiv.org/pdf/2401.12345",
    "https://arxiv.org/pdf/2401.12345v2.pdf#page=3",
    "https://www.arxiv.org/html/2401.12345v1?x=1",
    "https://export.arxiv.org/abs/2401.12345/",
    "https://arxiv.org/src/2401.12345",
    "https://arxiv.org/format/2401.12345",
    "https://arxiv.org/e-print/2401.12345",
    "arxiv.org/abs/2401.12345",
    "https://arxiv.org/abs/arXiv:2401.12345",
    "<https://arxiv.org/abs/2401.12345>",
    "  https://arxiv.org/abs/2401.12345\n",
    "https://www.alphaxiv.org/abs/2401.12345v1",
    "https://alphaxiv.org/overview/2401.12345",
    "https://huggingface.co/papers/2401.12345?utm_source=x",
    "https://hf.co/papers/2401.12345",
    "https://ar5iv.labs.arxiv.org/html/2401.12345",
    "https://ar5iv.org/abs/2401.12345",
    "https://www.semanticscholar.org/arxiv/2401.12345",
    "https://api.semanticscholar.org/graph/v1/paper/arXiv:2401.12345",
    "https://openreview.net/forum?id=abc&noteId=arXiv:2401.12345",
    "https://scirate.com/arxiv/2401.12345",
    "https://dblp.org/rec/journals/corr/abs-2401-12345.html",
]


@pytest.mark.parametrize("address", ARXIV)
def test_every_spelling_of_an_arxiv_paper_is_its_id(address):
    assert names_in(address) == (Name("arxiv", "2401.12345"),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cs/9901001", ("cs/9901001", 0)),
        ("math.GT/0309136v2", ("math/0309136", 2)),
        ("https://arxiv.org/abs/HEP-TH/9901001v12", ("hep-th/9901001", 12)),
        ("https://arxiv.org/pdf/cond-mat.dis-nn/0501001.pdf", ("cond-mat/0501001", 0)),
        ("https://doi.org/10.48550/arXiv.cs/9901001", ("cs/9901001", 0)),
        ("0704.0001", ("0704.0001", 0)),
        ("1412.9999v1", ("1412.9999", 1)),
        ("2401.123456", ("2401.123456", 0)),
        ("2401.1234", None),  # five digits since 2015
        ("1401.12345", None),
        ("2413.12345", None),  # no such month
        ("0000.0000", None),
        ("foo/9901001", None),
        ("cs/9913001", None),
        ("cs.LG", None),
        ("12.5", None),
        ("https://arxiv.org/list/cs.LG/recent", None),
        ("https://arxiv.org/a/lecun_y_1", None),
        ("https://huggingface.co/datasets/2401.12345", None),
        ("https://blog.example/2401.12345", None),
        ("https://notarxiv.org/abs/2401.12345", None),
        ("https://[broken/abs/2401.12345", None),
    ],
)
def test_only_arxiv_ids_are_arxiv_ids(text, expected):
    assert arxiv_id(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.1145/3292500.3330701", "10.1145/3292500.3330701"),
        ("DOI: 10.1145/ABC", "10.1145/abc"),
        ("https://dx.doi.org/10.1000/A%28b%29.", "10.1000/a(b)"),
        ("https://dl.acm.org/doi/pdf/10.1145/3292500.3330701?x=1", "10.1145/3292500.3330701"),
        ("https://link.springer.com/article/10.1007/s11263-020-01359-2", "10.1007/s11263-020-01359-2"),
        ("https://link.springer.com/content/pdf/10.1007/s11263-020-01359-2.pdf", "10.1007/s11263-020-01359-2"),
        ("https://www.biorxiv.org/content/10.1101/2020.01.01.900001v2.full.pdf", "10.1101/2020.01.01.900001"),
        ("https://www.frontiersin.org/articles/10.3389/fnins.2020.00001/full", "10.3389/fnins.2020.00001"),
        ("10.48550/arXiv.2401.12345", None),
        ("10.1145/", None),
        ("10 apples", None),
        ("https://blog.example/posts/10.5/thing", None),
    ],
)
def test_a_doi_is_found_where_there_is_one(text, expected):
    assert doi(text) == expected
    if expected:
        assert names_in(text) == (Name("doi", expected),)


POST = "https://example.com/a/post"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a/post",
        "http://example.com/a/post",
        "HTTPS://WWW.Example.COM:443/a/post/",
        "http://example.com:80/a//post#comments",
        "https://example.com./a/b/../post",
        "https://example.com/a/post?utm_source=x&fbclid=1&UTM_Medium=y",
        "https://example.com/a/post/amp/",
        "https://example.com/a/post.amp?amp=1",
        "https://amp.example.com/a/post/index.html",
        "https://user:secret@example.com/%61/post",
        "https://www.google.com/amp/s/www.example.com/a/post/amp",
        "https://example-com.cdn.ampproject.org/c/s/example.com/a/post",
        "https:\\\\example.com\\a\\post",
        "https://example.com/a/po\nst",
    ],
)
def test_all_spellings_of_a_link_are_one_link(url):
    assert canonical_link(url) == POST


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://example.com", "https://example.com"),
        ("https://example.com/?p=12", "https://example.com?p=12"),
        ("https://example.com/x?b=2&a=1+1", "https://example.com/x?a=1%201&b=2"),
        ("https://example.com:8443/x", "https://example.com:8443/x"),
        ("https://bücher.example/straße", "https://xn--bcher-kva.example/stra%C3%9Fe"),
        ("https://example.com/stra%c3%9fe", "https://example.com/stra%C3%9Fe"),
        ("https://example.com/100%", "https://example.com/100%25"),
        ("https://example.com/Case", "https://example.com/Case"),
        ("http://[::1]:8000/x", "https://[::1]:8000/x"),
        ("http://127.0.0.1:8200/x", "https://127.0.0.1:8200/x"),
        ("https://www.com/x", "https://www.com/x"),
        ("mailto:a@b.example", ""),
        ("javascript:alert(1)", ""),
        ("ftp://example.com/x", ""),
        ("https://", ""),
        ("https://example.com:port/", ""),
        ("https://exa mple.com/", ""),
        ("", ""),
    ],
)
def test_a_link_has_one_spelling(url, link):
    assert canonical_link(url) == link


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("www.example.com/post", (Name("link", "https://example.com/post"),)),
        ("openai.com/blog/x", (Name("link", "https://openai.com/blog/x"),)),
        ("attention is all you need", ()),
        ("cs.LG", ()),
        ("cs.LG/recent", ()),
        ("and/or", ()),
        ("", ()),
        ("\x00", ()),
        ("mailto:a@b.example", ()),
    ],
)
def test_typed_text_is_recognised_as_an_address_or_not(typed, names):
    assert names_in(typed) == names


def test_a_link_too_long_for_a_name_is_hashed():
    first, second = (names_in(f"https://example.com/?q={'x' * 3000}{tail}")[0] for tail in "ab")
    assert first != second
    assert len(first.value) < 2000
    assert canonical_link(first.value) == first.value


# ── properties that hold for any text ────────────────────────────────────────────────────────


def texts(count=3000):
    rng = random.Random(7)
    pieces = [
        *ARXIV,
        POST,
        "www.",
        "/amp",
        "%2F",
        "%",
        "?a=b&",
        "..",
        "//",
        "#",
        "ß",
        "İ",
        "ﬁ",
        "é",
        "ＡＢ",
        "͏",
        "\u0345",
    ]
    pieces += [".amp", "index.html", "https://", "10.1145/x", "é", " ", "Ǆ", "ŉ", ", ", ". ", "Jr", "日本", "\ud800"]
    for _ in range(count):
        some = [rng.choice(pieces) for _ in range(rng.randint(1, 4))]
        some += [chr(rng.randint(1, 0x2FFF)) for _ in range(rng.randint(0, 3))]
        rng.shuffle(some)
        yield "".join(some)
        yield f"https://example.com/{''.join(some)}"


def test_names_are_ascii_short_and_stable():
    for text in texts():
        for name in names_in(text):
            assert name.value.isascii(), text
            assert 0 < len(name.value) <= 2000, text
            assert names_in(name.value) == (name,), text


def test_a_canonical_link_is_its_own_canonical_link():
    for text in texts():
        link = canonical_link(text)
        assert canonical_link(link) == link, text


def test_folding_twice_changes_nothing():
    for text in [*texts(), *map(chr, range(1, 0x3000))]:
        once = fold(text)
        assert fold(once) == once, repr(text)
        assert author_key(author_key(text)) == author_key(text), repr(text)


def test_fold_finds_names_with_or_without_accents():
    assert fold("Łukasz Kaiser; Jürgen Schmidhuber; Sørensen") == fold("Lukasz Kaiser; Jurgen Schmidhuber; Sorensen")
    for text in ("Étienne Bézout", "Đorđe Þór", "Straße"):
        assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("LeCun, Yann", "Yann LeCun"),
        ("J. K. Müller", "J.K. Muller"),
        ("Bob Ray Jr.", "Bob Ray, Jr"),
        ("JEAN-PIERRE SERRE", "Jean‐Pierre Serre"),
    ],
)
def test_one_author_has_one_key(one, other):
    assert author_key(one) == author_key(other)


def test_other_authors_have_other_keys():
    assert author_key("Wei Zhang") != author_key("Wei Zhou")
    assert author_key("A, B Collaboration") == "a b collaboration"
    assert len(author_key("x" * 5000)) <= 300


def test_any_entry_id_makes_a_valid_name():
    for text in [*texts(500), "é" * 1900, "x" * 9000, "a\0b\ud800"]:
        name = entry_name(1, text)
        assert name.value.isascii()
        assert len(name.value) <= 2000
    assert entry_name(1, "7") != entry_name(2, "7")
