"""The server's replies can be read by the libraries that read the real thing."""

import io
import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import arxiv
import feedparser
import lxml.etree
import lxml.html
import pytest

from feedserver import FeedServer, arxiv_feed

WEDNESDAY = datetime(2026, 3, 4, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def server():
    with FeedServer(seed=7, now=WEDNESDAY) as server:
        yield server


def get(url, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as reply:
            return reply.status, reply.headers, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def feed(url):
    parsed = feedparser.parse(io.BytesIO(get(url)[2]), sanitize_html=False, resolve_relative_uris=False)
    assert not parsed.bozo
    return parsed


def api(server, page_size=100, **search):
    client = arxiv.Client(page_size=page_size, delay_seconds=0, num_retries=0)
    client.query_url_format = server.arxiv_api_url + "?{}"
    return list(client.results(arxiv.Search(**search)))


# Announcements


@pytest.mark.parametrize(("form", "version"), [("rss", "rss20"), ("atom", "atom10")])
def test_an_announcement_feed_holds_one_day(server, form, version):
    parsed = feed(f"{server.arxiv_feed_url}/{form}/cs.LG+stat.ML")
    assert parsed.version == version
    assert parsed.feed.title == "cs.LG + stat.ML updates on arXiv.org"
    assert {entry.arxiv_announce_type for entry in parsed.entries} == {"new", "cross", "replace", "replace-cross"}
    assert {entry.published_parsed[:4] for entry in parsed.entries} == {(2026, 3, 4, 5)}  # midnight in New York


def test_an_item_has_arxivs_parts(server):
    entry = feed(f"{server.arxiv_feed_url}/rss/cs").entries[0]
    number = entry.id.removeprefix("oai:arXiv.org:").removesuffix("v1")
    assert entry.link == f"https://arxiv.org/abs/{number}"
    assert entry.summary.startswith(f"arXiv:{number}v1 Announce Type: new \nAbstract: ")


def test_announcements_have_an_unquoted_etag_and_an_expiry(server):
    status, headers, _ = get(f"{server.arxiv_feed_url}/rss/cs.LG")
    assert (status, headers["Content-Type"]) == (200, "application/rss+xml")
    assert len(headers["ETag"]) == 64
    assert headers["Cache-Control"] == "max-age=50400"  # 14 hours to midnight in New York


def test_a_weekend_is_a_valid_feed_without_items():
    with FeedServer(seed=7, now=datetime(2026, 3, 7, 15, tzinfo=UTC)) as server:
        parsed = feed(f"{server.arxiv_feed_url}/rss/cs.LG")
    assert (parsed.feed.title, parsed.entries) == ("cs.LG updates on arXiv.org", [])


@pytest.mark.parametrize("name", ["nope", "cs.XX", "cs.LG+nope"])
@pytest.mark.parametrize("form", ["rss", "atom"])
def test_an_unknown_archive_gets_400_with_a_feed(server, form, name):
    status, _, body = get(f"{server.arxiv_feed_url}/{form}/{name}")
    assert status == 400
    assert feedparser.parse(io.BytesIO(body)).feed.title.startswith("Feed error for query: ")


def test_a_new_day_brings_another_batch():
    with FeedServer(seed=7, now=WEDNESDAY) as server:
        before = {entry.id for entry in feed(f"{server.arxiv_feed_url}/rss/cs.LG").entries}
        server.clock.advance(timedelta(days=1))
        after = {entry.id for entry in feed(f"{server.arxiv_feed_url}/rss/cs.LG").entries}
    assert after
    assert not before & after


# Search


def test_search_walks_all_pages_newest_first(server):
    results = api(server, query="cat:cs.LG", max_results=None, sort_by=arxiv.SortCriterion.SubmittedDate)
    assert len(results) == len({result.entry_id for result in results}) > 400
    assert all("cs.LG" in result.categories for result in results)
    assert [result.published for result in results] == sorted((r.published for r in results), reverse=True)
    assert max(len(result.authors) for result in results) > 5


def test_search_understands_windows_brackets_phrases_and_operators(server):
    window = "submittedDate:[202602010000 TO 202602100000]"
    results = api(server, query=f"(cat:cs.LG OR cat:cs.CL) AND {window} ANDNOT cat:cs.AI", max_results=None)
    assert results
    for result in results:
        assert {"cs.LG", "cs.CL"} & set(result.categories)
        assert "cs.AI" not in result.categories
        assert datetime(2026, 2, 1, tzinfo=UTC) <= result.published <= datetime(2026, 2, 10, tzinfo=UTC)
    titled = api(server, query='ti:"open model for"', max_results=None)
    assert titled
    assert all("open model for" in result.title.lower() for result in titled)


def test_search_finds_authors_without_their_accents(server):
    name = next(r.authors[0].name for r in api(server, query="cat:cs.*") if "é" in r.authors[0].name)
    results = api(server, query=f'au:"{name.replace("é", "e")}"', max_results=None)
    assert all(name in [author.name for author in result.authors] for result in results)
    assert results


def test_known_ids_are_returned_and_unknown_ones_left_out(server):
    paper = api(server, query="cat:cs.LG", max_results=1)[0]
    results = api(server, id_list=[paper.get_short_id().split("v")[0], "2603.99999"])
    assert [result.title for result in results] == [paper.title]


def test_a_requested_version_is_the_one_returned(server):
    paper = next(p for p in server.world.papers(WEDNESDAY.date()) if len(p.until(WEDNESDAY.date())) > 1)
    (first,), (latest,) = api(server, id_list=[f"{paper.id}v1"]), api(server, id_list=[paper.id])
    assert first.get_short_id().endswith("v1")
    assert not latest.get_short_id().endswith("v1")
    assert first.published == latest.published == first.updated < latest.updated


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("id_list=abc", "incorrect_id_format_for_abc"),
        ("search_query=cat:cs.LG&max_results=30001", "max_results_must_be_less_than_30000"),
        ("search_query=cat:cs.LG&start=-1", "start_must_be_non_negative"),
        ("search_query=cat:cs.LG&max_results=many", "max_results_must_be_an_integer"),
        ("search_query=cat:cs.LG&sortBy=luck", "sortBy_must_be_in_relevance_lastUpdatedDate_submittedDate"),
        ("search_query=", "search_query_and_id_list_must_not_both_be_empty"),
        ("search_query=(cat:cs.LG", "unbalanced_brackets_in_search_query"),
    ],
)
def test_a_bad_query_gets_400_with_an_error_entry(server, query, error):
    status, _, body = get(f"{server.arxiv_api_url}?{query}")
    (entry,) = feedparser.parse(io.BytesIO(body)).entries
    assert (status, entry.id) == (400, f"https://arxiv.org/api/errors#{error}")
    assert b"<published>" not in body


# Blogs


def test_every_blog_speaks_its_dialect(server):
    versions = {"rss": "rss20", "atom": "atom10", "rdf": "rss10"}
    for blog in server.world.blogs.values():
        status, headers, body = get(server.feed(blog.slug))
        assert status == 200
        assert headers["ETag"].startswith('"')
        if blog.dialect == "json":
            entries = json.loads(body)["items"]
        else:
            parsed = feed(server.feed(blog.slug))
            assert parsed.version == versions[blog.dialect]
            entries = parsed.entries
        assert len(entries) >= 3, blog.slug


def test_a_home_page_leads_to_the_feed(server):
    home = lxml.html.fromstring(get(server.site("petit-lot"))[2], base_url=server.site("petit-lot"))
    home.make_links_absolute()
    assert home.xpath("//link[@rel='alternate']/@href") == [server.feed("petit-lot")]


def test_the_links_of_a_feed_work(server):
    for entry in feed(server.feed("kettle")).entries:
        status, _, body = get(entry.link)
        assert status == 200
        page = lxml.html.fromstring(body.decode())
        assert page.xpath("//meta[@property='og:title']/@content") == [entry.title]


def test_an_article_of_a_journal_names_its_paper(server):
    post = server.world.posts(server.world.blogs["aao"], WEDNESDAY)[0]
    page = lxml.html.fromstring(get(server.site("aao") + post.slug)[2].decode())
    assert page.xpath("//meta[@name='citation_doi']/@content") == [post.paper.text.doi]
    assert len(page.xpath("//meta[@name='citation_author']")) == len(post.paper.text.authors)


def test_an_unchanged_blog_answers_304(server):
    _, headers, _ = get(server.feed("kettle"))
    assert get(server.feed("kettle"), **{"If-None-Match": headers["ETag"]})[::2] == (304, b"")
    assert get(server.feed("kettle"), **{"If-Modified-Since": headers["Last-Modified"]})[0] == 304
    assert get(server.feed("kettle"), **{"If-None-Match": '"other"'})[0] == 200


def test_gzip_is_sent_to_clients_that_accept_it(server):
    _, headers, body = get(server.feed("kettle"), **{"Accept-Encoding": "gzip"})
    assert headers["Content-Encoding"] == "gzip"
    assert body[:2] == b"\x1f\x8b"


def test_xml_is_well_formed_whatever_the_titles(server):
    for day in range(20):
        at = WEDNESDAY - timedelta(days=day)
        for form in ("rss", "atom"):
            lxml.etree.fromstring(arxiv_feed.reply(server.world, at, form, "cs+stat+math").body)
