"""Recorded feeds and lists, read in place: each gives its items, or is listed here with the reason why not."""

import gzip
import itertools
import json
import re
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from papers.sources import arxiv, feed, opml, starter
from papers.sources.wire.fetch import Reply
from papers.sources.wire.sentences import FetchError

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
NOW = datetime(2026, 11, 23, tzinfo=UTC)

pytestmark = [
    pytest.mark.samples,
    pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded feeds are not here (../shared/samples)"),
]

# What gives no item, and why.
REFUSED = {
    "feedkit/xml/FeedNotFound.xml": "an XML document of another kind",
    "gofeed/parser/rss/version_rdf_090.xml": "an empty <rdf:RDF> without a channel: no feed",
}
# Feeds that are feeds and hold nothing that could be a card: no entries at all, or none with a title, words or address.
EMPTY = {
    *("feedkit/xml/RSSAtom.xml", "feedkit/xml/Syndication.xml", "reader/10.json", "reader/unknown.json"),
    *("rome/atom_1.0_prefix.xml", "simplepie/feed-with-whitespace-before-xml-declaration.xml"),
    # entries that only show one extension, without title, text and link
    *("feedkit/xml/Atom + XHTML.xml", "feedkit/xml/AtomDC.xml", "feedkit/xml/AtomMedia.xml", "feedkit/xml/Content.xml"),
    *("feedkit/xml/GeoRSSSimple.xml", "feedkit/xml/Media.xml", "feedkit/xml/Podcast.xml", "feedkit/xml/RSSDC.xml"),
    *("feedkit/xml/YouTube.xml", "feedkit/xml/iTunes.xml", "reader/empty.atom", "reader/empty.rss"),
    *("feedparser_docs_examples/hcard.xml", "feedparser_docs_examples/rel-enclosure.xml"),
    *("feedparser_docs_examples/rel-tag.xml", "feedparser_docs_examples/xfn.xml", "rome/dublin-core-date.xml"),
}


def reply(body: bytes) -> Reply:
    return Reply(200, "https://blog.example/feed", {}, body)


def whole_feeds() -> list[Path]:
    folders = [SAMPLES / "feeds", SAMPLES / "feed_history"]
    return sorted(
        path for folder in folders for path in folder.rglob("*") if path.is_file() and ".tar" not in path.name
    )


def read(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def test_each_recorded_feed_gives_items_or_is_listed_with_the_reason():
    refused, empty = set(), set()
    for path in whole_feeds():
        name = str(path.relative_to(SAMPLES / path.relative_to(SAMPLES).parts[0]))
        try:
            found = feed.parse(reply(read(path)), NOW)
        except FetchError:
            refused.add(name)
            continue
        if not found.items:
            empty.add(name)
        for item in found.items:
            assert item.title
            assert item.link or item.entry_id
            assert "\0" not in item.abstract
    assert refused == {name for name in REFUSED if not name.startswith("gofeed/")}
    assert empty == EMPTY


def test_each_case_of_gofeed_has_as_many_entries_as_it_expects():
    with tarfile.open(SAMPLES / "feeds" / "gofeed.tar.gz") as archive:
        files = {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}
    counted = 0
    for name, body in files.items():
        expected = files.get(name.removesuffix(".xml") + ".json")
        if not name.endswith(".xml") or expected is None or name in REFUSED:
            continue
        said = json.loads(expected)
        items = said.get("items") or said.get("entries") or []
        found = feed.parse(reply(body), NOW)
        assert len(found.items) + found.skipped == len(items), name
        counted += 1
    assert counted > 150


def test_versions_of_one_feed_keep_the_ids_of_its_entries():
    for folder in (SAMPLES / "feed_history").iterdir():
        versions = [feed.parse(reply(read(path)), NOW) for path in sorted(folder.glob("*.xml.gz"))]
        assert len(versions) > 30
        known: dict[str, str] = {}
        for item in itertools.chain.from_iterable(version.items for version in versions):
            assert known.setdefault(item.link, item.entry_id) == item.entry_id, (folder.name, item.link)
        assert len(known) < sum(len(version.items) for version in versions)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("recorded_2025-08-20_atom_cs.AI.xml", 7),
        ("generated/2011-02-03_rss_math_all_announce_types.xml", 7),
        ("generated/2011-02-03_atom_math_all_announce_types.xml", 7),
        ("generated/2025-06-07_rss_cs.AI.xml", 0),
    ],
)
def test_announcement_feeds_match_the_manifest(name, count):
    items, skipped = arxiv.read_feed(reply((SAMPLES / "arxiv_rss" / name).read_bytes()), NOW)
    assert (len(items), skipped) == (count, 0)


def test_every_announcement_has_an_id_a_version_a_type_and_authors():
    for path in (SAMPLES / "arxiv_rss").rglob("*.xml"):
        items, skipped = arxiv.read_feed(reply(path.read_bytes()), NOW)
        assert skipped == 0
        for item in items:
            assert item.version >= 1
            assert item.announce_type in ("new", "cross", "replace", "replace-cross")
            assert item.authors
            assert item.categories
            assert not item.abstract.startswith(("arXiv:", "Abstract:"))


def test_rss_and_atom_form_of_an_announcement_agree():
    folder = SAMPLES / "arxiv_rss" / "generated"
    for day in ("2025-06-04", "2011-02-03"):
        for rss in folder.glob(f"{day}_rss_*.xml"):
            atom = folder / rss.name.replace("_rss_", "_atom_")
            first, second = (arxiv.read_feed(reply(path.read_bytes()), NOW)[0] for path in (rss, atom))
            assert [(i.link, i.title, i.authors) for i in first] == [(i.link, i.title, i.authors) for i in second]


class Replay:
    """A fetcher that gives one recorded answer."""

    def __init__(self, body: bytes):
        self.body = body

    def get(self, url, **_):
        return reply(self.body)


ENTRIES = {  # of the recorded answers: as the MANIFEST counts them
    "id_0808.05394_1707.08567_s0_m100_42e5aa0ec3af.xml": 1,
    "id_0808.05394_s0_m100_7b0c7d0a7cdd.xml": 0,
    "id_2104.12255v1_s0_m100_6ae69987ffe1.xml": 1,
    "id_astro-ph_0601001_s0_m100_3150dca9dc76.xml": 1,
    "q_testing_s0_m100_cfe7536492ca.xml": 100,
    "q_testing_s0_m10_bc5a6c384fe9.xml": 10,
    "old_dialect_id_list_1111_2011v2.xml": 1,
    "old_dialect_search_query_au_del_maestro.xml": 10,
    "search_transformer_cs.LG_2026-06.xml": 5,
    "old_dialect_cs.RO_2025-10.xml": 2,
}


@pytest.mark.parametrize(("name", "count"), ENTRIES.items())
def test_recorded_api_responses_give_their_papers(name, count):
    body = (SAMPLES / "arxiv_api" / name).read_bytes()
    found = arxiv.search("anything", Replay(body), NOW, arxiv.Endpoints(), most=count or 1)
    assert len(found.items) == count
    for item in found.items:
        assert item.version >= 1
        assert "  " not in item.title + item.abstract
        assert "\n" not in item.title + item.abstract


def test_recorded_api_error_is_an_error():
    body = (SAMPLES / "arxiv_api" / "id_abc_s0_m100_b79c8dcf6bc3.xml").read_bytes()
    with pytest.raises(FetchError, match="does not understand"):
        arxiv.search("anything", Replay(body), NOW, arxiv.Endpoints())


def test_opml_files_are_read_though_most_are_not_well_formed():
    assert len(opml.read((SAMPLES / "opml" / "data-science-blogs.opml").read_bytes()).feeds) == 247
    assert len(opml.read((SAMPLES / "opml" / "awesome-tech-rss.opml").read_bytes()).feeds) == 141
    for path in (SAMPLES / "opml" / "plenaryapp").rglob("*.opml"):
        assert len(opml.read(path.read_bytes()).feeds) >= 5, path.name


def test_every_address_in_an_opml_file_is_imported():
    for path in (SAMPLES / "opml").rglob("*.opml"):
        body = path.read_bytes()
        listing = opml.read(body)
        addresses = {url.lower() for url in re.findall(rb"xmlurl\s*=\s*[\"']([^\"']*)", body, re.IGNORECASE)}
        assert len(listing.feeds) == len(addresses), path.name
        assert not listing.missed


def test_feed_of_a_recorded_home_page_is_discovered():
    body = (SAMPLES / "html_autodiscovery" / "lilianweng_index.html").read_bytes()  # colah's names none
    assert feed.discover("https://blog.example/", Replay(body))


def test_starter_lists_all_155_arxiv_categories():
    taxonomy = json.loads((SAMPLES / "arxiv_taxonomy.json").read_text())
    active = {name for name, category in taxonomy["CATEGORIES"].items() if category["is_active"]}
    assert set(starter.ARXIV_CATEGORIES) == active
    assert taxonomy["CATEGORY_ALIASES"] == starter.ALIASES
