"""The first morning: one command, one link, a few ticks, and papers come by themselves."""

import re
import tempfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from feedserver import FeedServer
from papers import tasks
from papers.models import Source
from papers.sources import starter
from tests.journey import environment, free_port, service
from tests.makers import make_person

from .conftest import DESKTOP, Visitor, in_both_looks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.journey
def test_from_the_link_on_the_terminal_to_the_first_papers(chromium):
    port = free_port()
    with (
        FeedServer(seed=5) as server,
        tempfile.TemporaryDirectory(prefix="tenth first ", ignore_cleanup_errors=True) as var,
    ):
        Path(var).chmod(0o711)  # the account that runs PostgreSQL, when we are root, passes through
        with service(["-m", "ops.run"], environment(Path(var), server, PORT=str(port))) as tenth:
            link = tenth.wait_for_line(r"first admin: (\S+)", 60)[1]
            context = chromium.new_context(viewport=DESKTOP, timezone_id="Europe/Oslo")
            visitor = Visitor(context, f"http://localhost:{port}")
            page = visitor.page

            page.goto(link)
            expect(page.get_by_label("Time zone")).to_have_value("Europe/Oslo")  # the browser's own
            page.get_by_label("Name").fill("Mira Lind")
            page.get_by_label("Email").fill("mira@team.example")
            page.get_by_label("New password").fill("a kettle of gradients")
            page.get_by_label("The same again").fill("a kettle of gradients")
            page.get_by_role("button", name="Start").click()

            page.wait_for_url("**/sources/start")
            expect(page.get_by_label(re.compile(r"^cs\.LG"))).to_be_checked()
            page.get_by_role("link", name="start with nothing ticked").click()
            page.get_by_label(re.compile(r"^cs\.LG")).check()
            expect(page.locator("[data-sum]")).to_have_text("200")
            outline = f'<opml><body><outline text="Kettle & Sons" xmlUrl="{server.feed("kettle")}"/></body></opml>'
            page.get_by_text("Bring the list from a feed reader").click()
            page.get_by_label("OPML").set_input_files(
                {"name": "x.opml", "mimeType": "text/xml", "buffer": outline.encode()}
            )
            page.get_by_role("button", name="Show what is in the file").click()
            expect(page.get_by_label(re.compile("Kettle"))).to_be_checked()
            expect(page.get_by_label(re.compile(r"^cs\.LG"))).to_be_checked()
            page.get_by_role("button", name="Start pulling").click()

            # Nobody reloads the page: the progress leads to the papers.
            expect(page.locator(".card").first).to_be_visible(timeout=30_000)
            expect(page.locator("#progress")).to_have_count(0)
            page.goto(link)
            expect(page.locator("main")).to_contain_text(re.compile("used|already|expired", re.IGNORECASE))
            visitor.complaints = [line for line in visitor.complaints if "410" not in line and "404" not in line]
            assert visitor.complaints == []
            context.close()
            assert tenth.end() == 0


@pytest.fixture
def admin(transactional_db):
    return make_person("Mira Lind", role="admin")


@pytest.fixture
def offline(settings, monkeypatch):
    """Every source refuses the connection, and the worker is called by hand."""
    refusing = f"http://127.0.0.1:{free_port()}"
    settings.ALLOW_PRIVATE_ADDRESSES = True
    settings.HOST_PACE_SECONDS = settings.ARXIV_PACE_SECONDS = 0
    settings.ARXIV_FEED_URL, settings.ARXIV_API_URL = refusing, f"{refusing}/api/query"
    monkeypatch.setattr(tasks.tick, "delay_on_commit", lambda: None)
    blogs = [blog._replace(address=f"{refusing}/{number}") for number, blog in enumerate(starter.BLOGS)]
    monkeypatch.setattr("papers.views.start.BLOGS", blogs)
    monkeypatch.setattr("papers.views.start.STARTER", {"cs.LG": "core", **{blog.address: "core" for blog in blogs[:2]}})


def test_without_internet_one_sentence_says_so_and_the_progress_is_gone(window, admin, offline):
    page = window(admin).open("/sources/start")
    page.get_by_role("button", name="Start pulling").click()
    expect(page.get_by_role("heading", name="The first papers are on their way")).to_be_visible()
    expect(page.locator("main")).to_contain_text("0 of 3 sources fetched")
    expect(page.locator(".empty")).to_have_count(0)
    for source in Source.objects.all():
        tasks.refresh_due(source.pk)
    expect(page.locator(".empty")).to_contain_text("None of the 3 sources could be reached")  # it comes by itself
    expect(page.locator("#progress")).to_have_count(0)
    words = page.locator("main").inner_text()
    assert "refused" not in words
    assert "asked" not in words
    assert words.count("could be reached") == 1
    page.goto(page.url)
    expect(page.locator("#progress")).to_have_count(0)


def test_ticks_change_the_sum(window, admin):
    page = window(admin).open("/sources/start")
    total = page.locator("[data-sum]")
    before = int(total.inner_text())
    page.get_by_label(re.compile(r"^cs\.LG")).uncheck()
    expect(total).to_have_text(str(before - starter.A_DAY["cs.LG"]))
    page.get_by_label("Find a category").fill("robotics")
    expect(page.get_by_label(re.compile(r"^cs\.RO"))).to_be_visible()
    expect(page.get_by_label(re.compile(r"^cs\.NE"))).to_be_hidden()


@in_both_looks
def test_it_is_open_to_all(window, admin, scheme, viewport):
    for size in (viewport, {"width": 320, "height": 640}):
        visitor = window(admin, viewport=size, color_scheme=scheme)
        visitor.open("/sources/start")
        assert visitor.barriers() == []
        assert visitor.fits()
