"""Adding sources: one after a look at what would come in, or many at once."""

import html
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from feedserver import FeedServer
from papers import tasks
from papers.intake import pipeline
from papers.models import Event, Source
from papers.sources import feed, sandbox, starter
from papers.sources.item import Item, Pull
from papers.sources.starter import ARXIV_CATEGORIES, BLOGS
from papers.sources.wire.sentences import FetchError
from tests.makers import make_person, make_source
from tests.workers import after_the_worker

from .conftest import text

pytestmark = pytest.mark.django_db
FEED = "https://blog.example/feed.xml"
POST = Item("A post about $n<m$", "https://blog.example/1", published_at=datetime(2026, 3, 4, tzinfo=UTC))


class Found:
    def __init__(self, url, title=""):
        self.url, self.title = url, title


@pytest.fixture
def queue(monkeypatch):
    """Collect the tasks that are handed to the worker."""
    handed = []
    for name in ("refresh_due", "tick", "answer_due"):
        task = getattr(tasks, name)
        monkeypatch.setattr(task, "delay_on_commit", lambda *args, name=name: handed.append((name, *args)))
    return handed


@pytest.fixture
def boss(client, queue):
    person = make_person("Grace Boss", role="admin")
    client.force_login(person)
    return person


@pytest.fixture
def web(monkeypatch):
    """The outside: which feeds a site has, and what a source would bring; an exception is raised."""
    answers = {"found": [Found(FEED)], "pull": Pull(items=(POST,), title="The Blog", site_url="https://blog.example/")}

    def answer(name):
        if isinstance(answers[name], Exception):
            raise answers[name]
        return answers[name]

    monkeypatch.setattr(feed, "discover", lambda url, fetcher: answer("found"))
    monkeypatch.setattr(pipeline, "preview", lambda kind, address, now, fetcher: answer("pull"))
    return answers


def look(client, address):
    answer = client.post("/sources/new", {"address": address})
    return text(after_the_worker(client, answer) if answer.status_code == 303 else answer)


def save(client, **fields):
    form = {"save": "1", "kind": "feed", "address": FEED, "name": "The Blog", "horizon": "adjacent", "site_url": ""}
    return client.post("/sources/new", form | fields)


# ── one ──────────────────────────────────────────────────────────────────────────────────────


def test_what_would_come_in_is_shown_before_anything_is_saved(client, boss, web):
    page = look(client, "blog.example")
    assert "A post about $n&lt;m$" in page
    assert 'value="The Blog"' in page
    assert f'name="address" value="{FEED}"' in page
    assert not Source.objects.exists()


def test_saving_adds_the_source_and_fetches_it(client, boss, web, queue):
    answer = save(client, name="My blog", site_url="https://blog.example/")
    source = Source.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/sources/{source.pk}")
    assert (source.kind, source.address, source.name, source.horizon) == ("feed", FEED, "My blog", "adjacent")
    assert source.site_url == "https://blog.example/"
    assert Event.objects.get().person == boss
    assert queue == [("refresh_due", source.pk)]


def test_category_by_its_listing_page_needs_no_search_for_feeds(client, boss, web):
    web["found"] = AssertionError("not asked")
    page = look(client, "https://arxiv.org/list/cs.LG/recent")
    assert 'name="kind" value="arxiv"' in page
    assert 'name="address" value="cs.LG"' in page
    assert "cs.LG · Machine Learning" in page


def test_site_with_several_feeds_asks_which(client, boss, web):
    web["found"] = [Found(FEED, "Posts"), Found("https://blog.example/comments", "Comments")]
    page = look(client, "blog.example")
    assert "This site has 2 feeds" in page
    assert 'name="address" value="https://blog.example/comments"' in page


def test_what_is_in_the_list_already_is_linked(client, boss, web):
    source = make_source("Ours", address=FEED)
    assert f'<a dir="auto" href="/sources/{source.pk}">Ours</a>' in look(client, FEED)
    assert f'<a dir="auto" href="/sources/{source.pk}">Ours</a>' in look(
        client, "blog.example"
    )  # found out by its feed
    assert save(client)["Location"] == f"/sources/{source.pk}"
    assert Source.objects.count() == 1


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("", "Enter an address"),
        ("diffusion <models>", "neither an address nor an arXiv category"),
        ("ftp://blog.example/", "http:// or https://"),
        ("https://arxiv.org/abs/2401.00001", "single paper, not a source"),
        ("a\0b.example", "Null characters"),
    ],
)
def test_what_cannot_be_a_source_is_said_and_the_text_kept(client, boss, web, address, sentence):
    page = look(client, address)
    assert sentence in page
    assert 'aria-invalid="true"' in page
    if address.isprintable():
        assert f'value="{address}"'.replace("<", "&lt;").replace(">", "&gt;") in page or not address


@pytest.mark.parametrize("where", ["found", "pull"])
def test_trouble_on_the_way_is_a_sentence(client, boss, web, where):
    web[where] = FetchError("blog.example lies in a private network, and those are not asked.")
    page = look(client, "blog.example")
    assert "lies in a private network" in page
    assert 'value="blog.example"' in page


def test_site_without_a_feed_is_told_so(client, boss, web):
    web["found"] = []
    assert "No feed was found there" in look(client, "blog.example")


def test_source_with_nothing_in_it_may_be_added_all_the_same(client, boss, web):
    web["pull"] = Pull(note="arXiv announces nothing on weekends.")
    page = look(client, "cs.LG")
    assert "Nothing is in it right now" in page
    assert "nothing on weekends" in page
    assert "Add it" in page


@pytest.mark.parametrize(
    "fields",
    [{"name": ""}, {"name": "x" * 201}, {"horizon": "far"}, {"kind": "person"}, {"address": "file:///etc/passwd"}],
)
def test_tampered_form_saves_nothing(client, boss, web, fields):
    assert save(client, **fields).status_code in {200, 400}
    assert not Source.objects.exists()


def test_bookmarklet_can_fill_in_the_address(client, boss):
    assert 'value="https://x.example/&quot;&gt;"' in text(client.get('/sources/new?address=https://x.example/">'))


# ── many ─────────────────────────────────────────────────────────────────────────────────────


def upload(client, content, name="feeds.opml", **fields):
    data = content if isinstance(content, bytes) else content.encode()
    return text(client.post("/sources/start", {"opml": SimpleUploadedFile(name, data), **fields}))


OPML = f"""<opml version="2.0"><body><outline text="Blogs">
<outline type="rss" text="The Blog" xmlUrl="{FEED}"/>
<outline type="rss" text="Tom & Jerry <3" xmlUrl="https://tom.example/feed?a=1&b=2"/>
<outline type="rss" text="The Blog again" xmlUrl="{FEED}"/>
</outline></body></opml>"""


def test_a_long_list_is_read_in_a_child_process_and_one_that_takes_too_long_is_refused(client, boss, monkeypatch):
    long = OPML.replace("<outline text", f"<!--{'x' * 300_000}--><outline text")
    assert "Tom &amp; Jerry" in upload(client, long)
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 0.0)
    assert "more than 0 seconds" in upload(client, long)


def test_first_run_offers_every_category_and_the_starter_list(client, boss):
    page = text(client.get("/sources/start"))
    assert page.count('name="category"') == len(ARXIV_CATEGORIES) == 155
    assert page.count('name="blog"') == len(BLOGS)
    assert page.index('value="cs.LG"') < page.index('value="cs.CL"') < page.index('value="cs.CC"')


def test_first_run_has_the_starter_ticked_and_says_how_much_it_brings(client, boss):
    answer = client.get("/sources/start")
    ticked = re.findall(r'value="([^"]*)" checked', answer.content.decode())
    assert sorted(ticked) == sorted(starter.STARTER)
    assert 340 <= answer.context["a_day"] <= 350
    assert "about 200 a day" in text(answer)
    empty = text(client.get("/sources/start?preset=none"))
    assert " checked" not in empty
    assert '<b class="num" data-sum>0</b>' in empty
    make_source()
    assert " checked" not in text(client.get("/sources/start"))  # the team has chosen already


def test_each_choice_is_asked_for_its_horizon(client, boss):
    fields = {
        "category": ["cs.LG", "stat.ML", "math.ST", "cs.DB"],
        "blog": [blog.address for blog in BLOGS[:2]],
        "feed": [f"{FEED} The Blog"],
        "horizon cs.LG": "moonshot",
        "horizon others": "adjacent",
        "horizon feeds": "moonshot",
        f"horizon {BLOGS[0].address}": "adjacent",
        f"horizon {BLOGS[1].address}": "nowhere",
    }
    client.post("/sources/start", fields)
    assert dict(Source.objects.values_list("address", "horizon")) == {
        "cs.LG": "moonshot",
        "stat.ML": "adjacent",  # as the starter has it
        "math.ST": "adjacent",
        "cs.DB": "adjacent",
        BLOGS[0].address: "adjacent",
        BLOGS[1].address: BLOGS[1].horizon,
        FEED: "moonshot",
    }


def test_ticked_ones_are_added_and_the_tick_begins(client, boss, queue):
    answer = client.post(
        "/sources/start", {"category": ["cs.LG", "stat.ML", "xx.YY"], "blog": [BLOGS[0].address, "http://no"]}
    )
    assert (answer.status_code, answer["Location"]) == (303, "/")
    added = set(Source.objects.values_list("kind", "address"))
    assert added == {("arxiv", "cs.LG"), ("arxiv", "stat.ML"), ("feed", BLOGS[0].address)}
    assert queue == [("tick",)]


def test_all_categories_at_once_are_no_trouble(client, boss):
    client.post("/sources/start", {"category": list(ARXIV_CATEGORIES), "blog": [blog.address for blog in BLOGS]})
    assert Source.objects.count() == len(ARXIV_CATEGORIES) + len(BLOGS)
    client.post("/sources/start", {"category": list(ARXIV_CATEGORIES)})
    assert Source.objects.count() == len(ARXIV_CATEGORIES) + len(BLOGS)
    page = text(client.get("/sources"))
    assert "155 were in the list already" in page


def test_nothing_ticked_is_said(client, boss, queue):
    assert "Nothing is ticked" in text(client.post("/sources/start", {}))
    assert not queue


def test_opml_is_shown_before_it_is_added_and_other_ticks_stay(client, boss):
    page = upload(client, OPML, category=["cs.CL"])
    assert "From your OPML file: 2 feeds" in page
    assert "Tom &amp; Jerry" in page
    assert 'value="cs.CL" checked' in page
    assert not Source.objects.exists()


def test_feeds_of_an_opml_file_are_added_under_their_names(client, boss):
    feeds = [f"{FEED} The Blog", "https://rss.arxiv.org/rss/cs.LG arXiv", "javascript:alert(1) Evil", "", "x" * 3000]
    client.post("/sources/start", {"feed": feeds})
    assert set(Source.objects.values_list("kind", "address", "name")) == {
        ("feed", FEED, "The Blog"),
        ("arxiv", "cs.LG", "cs.LG · Machine Learning"),
    }


def test_known_feeds_of_an_opml_file_are_marked_and_counted(client, boss):
    make_source(address=FEED)
    page = upload(client, OPML)
    assert "1 of them is new" in page
    assert "in your list" in page


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("<html><body>Hello</body></html>", "feeds.opml"),
        ("%PDF-1.7 not at all", "feeds.opml"),
        ("", "feeds.opml"),
        ("<opml><body></body></opml>", "holds no feeds"),
        (b"\xff\xfe\x00garbage\x00", "feeds.opml"),
        ("<opml>" + " " * 5 * 1024 * 1024 + "</opml>", "larger than 5 MB"),
    ],
)
def test_what_is_no_opml_is_said_and_ticks_stay(client, boss, content, sentence):
    page = upload(client, content, category=["cs.CL"])
    assert sentence in page
    assert 'role="alert"' in page
    assert 'value="cs.CL" checked' in page


def test_feeds_of_an_opml_file_that_cannot_be_read_are_told_with_their_line_and_reason(client, boss):
    bad = (
        '\n<outline text="A" xmlUrl="javascript:alert(1)"/>\n<outline text="B" xmlUrl=""/>\n'
        '<outline text="C" xmlUrl="https://rss.arxiv.org/rss/cs.LG+cs.NotThere"/></body>'
    )
    page = upload(client, OPML.replace("</body>", bad))
    assert "From your OPML file: 2 feeds" in page
    assert "3 feeds cannot be added" in page
    assert "javascript:alert(1) <span" in page
    for reason in ("That is not a web address.", "It has no address.", "arXiv has no category “cs.NotThere”"):
        assert reason in page
    assert "cannot be added" not in upload(client, OPML)


def test_arxiv_feeds_of_an_opml_file_become_categories_searches_and_author_feeds(client, boss):
    feeds = "".join(
        f'<outline text="{name}" xmlUrl="{url}"/>'
        for name, url in (
            ("Three", "https://rss.arxiv.org/rss/cs.AI+cs.LG+cs.CL"),
            ("An archive", "http://export.arxiv.org/rss/econ"),
            ("Hens", "http://export.arxiv.org/api/query?search_query=all:hens&amp;start=0"),
            ("By Lee", "https://arxiv.org/a/lee_a_1.atom"),
            ("Nothing there", "https://arxiv.org/help/rss"),
        )
    )
    page = upload(client, f"<opml><body>{feeds}</body></opml>")
    assert "1 feed cannot be added" in page
    for ticked in re.findall(r'name="feed" value="([^"]*)" checked', page):
        client.post("/sources/start", {"feed": [html.unescape(ticked)]})
    assert set(Source.objects.values_list("kind", "address")) == {
        *(("arxiv", name) for name in ("cs.AI", "cs.LG", "cs.CL", "econ.EM", "econ.GN", "econ.TH")),
        ("arxiv", "search: all:hens"),
        ("feed", "https://arxiv.org/a/lee_a_1.atom2"),
    }
    assert Source.objects.get(address="search: all:hens").name == "Hens"


def test_ticked_feed_that_cannot_be_added_is_named_with_the_reason(client, boss):
    client.post("/sources/start", {"feed": [f"{FEED} The Blog", "https://arxiv.org/abs/2401.00001 One paper"]})
    page = text(client.get("/sources"))
    assert "1 source added." in page
    assert "Not added: One paper: This is a single paper" in page


def test_pages_that_another_reader_scrapes_are_left_out_with_the_reason(client, boss):
    scraped = """<outline text="A" type="HTML+XPath" xmlUrl="https://a.example/list"/>
      <outline text="B" type="JSON+DotNotation" xmlUrl="https://b.example/x.json"/>
      <outline text="Elsewhere" frss:opmlUrl="https://c.example/list.opml"/></body>"""
    page = upload(client, OPML.replace("</body>", scraped))
    assert "From your OPML file: 2 feeds" in page
    assert "3 feeds cannot be added" in page


def test_exported_sources_import_back_as_they_were(client, boss):
    make_source('A "quoted" & <odd> name', address="https://ann:hush@blog.example/feed?a=1&b=2", horizon="moonshot")
    make_source("Hens", kind="arxiv", address='search: all:"hens & eggs" AND cat:cs.LG', horizon="adjacent")
    make_source("cs.LG · Machine Learning", kind="arxiv", address="cs.LG", site_url="https://arxiv.org/list/cs.LG")
    answer = client.get("/sources.opml")
    assert "attachment" in answer["Content-Disposition"]
    exported = answer.content.decode()
    assert "hush" not in exported
    assert ET.fromstring(exported).findall("body/outline/outline")
    columns = ("kind", "address", "name", "horizon")
    before = set(Source.objects.filter(kind__in=["arxiv", "feed"]).values_list(*columns))
    Source.objects.all().delete()
    fields: dict[str, list[str]] = {}
    for field, value in re.findall(r'name="(feed[^"]*)" value="([^"]*)" checked', upload(client, exported)):
        fields.setdefault(field, []).append(html.unescape(value))
    client.post("/sources/start", fields)
    after = {
        (kind, url.replace("//blog", "//ann:hush@blog"), *rest)
        for kind, url, *rest in Source.objects.filter(kind__in=["arxiv", "feed"]).values_list(*columns)
    }
    assert after == before


def test_export_is_for_members(client):
    assert client.get("/sources.opml").status_code == 302


def test_an_opml_file_of_nothing_but_bad_addresses_says_why(client, boss):
    page = upload(client, '<opml><body><outline text="A" xmlUrl="javascript:alert(1)"/></body></opml>')
    assert "holds no feed that can be read" in page
    assert "javascript:alert(1) in line 1: That is not a web address." in page


def test_xml_bomb_in_an_opml_file_is_harmless(client, boss):
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE opml [<!ENTITY l0 "lol">{entities}]>' + OPML.replace("Blogs", "&l9;")
    page = upload(client, bomb)
    assert len(page) < 500_000
    secret = '<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + OPML.replace("The Blog", "&x;")
    assert "root:" not in upload(client, secret)


# ── over a real wire, to a server of invented papers ─────────────────────────────────────────


@pytest.fixture(scope="module")
def blogs():
    with FeedServer(seed=1, now=datetime(2026, 3, 4, 15, tzinfo=UTC)) as server:
        yield server


@pytest.fixture
def wire(blogs, settings):
    settings.ALLOW_PRIVATE_ADDRESSES = True
    settings.HOST_PACE_SECONDS = settings.ARXIV_PACE_SECONDS = 0
    settings.ARXIV_FEED_URL, settings.ARXIV_API_URL = blogs.arxiv_feed_url, blogs.arxiv_api_url
    yield blogs
    blogs.behave()


def test_site_leads_to_its_feed_and_what_is_in_it(client, boss, wire):
    page = look(client, wire.site("kettle"))
    assert f'name="address" value="{wire.feed("kettle")}"' in page
    assert "What would come in" in page
    assert page.count('class="serif"') > 3


@pytest.mark.parametrize("wish", ["cs.LG", "all:model AND cat:cs.LG"])
def test_arxiv_shows_what_would_come_in(client, boss, wire, wish):
    assert "What would come in" in look(client, wish)


@pytest.mark.parametrize(
    ("mischief", "sentence"),
    [
        ({"kind": "status", "code": 404}, "has nothing at this address (404)"),
        ({"kind": "status", "code": 503, "retry_after": 1800}, "is busy and asks to be left alone"),
        ({"kind": "page"}, "No feed was found there"),
        ({"kind": "cut"}, "What would come in: 8 entries"),
        ({"kind": "huge"}, "sent more than 4 MB"),
        ({"kind": "bomb", "megabytes": 20}, "sent more than 4 MB"),
        ({"kind": "close"}, "broke off"),
        ({"kind": "malformed"}, "malformed entries were left out"),
    ],
)
def test_feed_that_misbehaves_gets_a_sentence_or_is_read_as_far_as_it_goes(client, boss, wire, mischief, sentence):
    wire.misbehave("/*", **mischief)
    page = look(client, wire.feed("kettle"))
    assert sentence in page
    assert ('class="error"' in page) != ("What would come in" in page)
    assert not Source.objects.exists()


def test_address_in_a_private_network_is_refused(client, boss, blogs, settings):
    settings.ALLOW_PRIVATE_ADDRESSES = False
    for address in (blogs.feed("kettle"), "http://169.254.169.254/latest/meta-data", "http://[::1]:8000/"):
        page = look(client, address)
        assert "is in a private or local network" in page
        assert f'value="{address}"' in page
