"""The first morning: one command, one link, a few ticks, and papers come by themselves."""

import re
import tempfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from feedserver import FeedServer
from tests.journey import environment, free_port, service

from .conftest import DESKTOP, Visitor

pytestmark = pytest.mark.journey


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
            page.get_by_label("E-mail").fill("mira@team.example")
            page.get_by_label("New password").fill("a kettle of gradients")
            page.get_by_label("The same again").fill("a kettle of gradients")
            page.get_by_role("button", name="Start").click()

            page.wait_for_url("**/sources/start")
            page.get_by_label(re.compile(r"^cs\.LG")).check()
            outline = f'<opml><body><outline text="Kettle & Sons" xmlUrl="{server.feed("kettle")}"/></body></opml>'
            page.get_by_label("OPML").set_input_files(
                {"name": "x.opml", "mimeType": "text/xml", "buffer": outline.encode()}
            )
            page.get_by_role("button", name="Show what is in the file").click()
            expect(page.get_by_label(re.compile("Kettle"))).to_be_checked()
            expect(page.get_by_label(re.compile(r"^cs\.LG"))).to_be_checked()
            page.get_by_role("button", name="Start pulling").click()

            # Nobody reloads the page: the progress leads to the papers.
            expect(page.locator(".card").first).to_be_visible(timeout=30_000)
            page.goto(link)
            expect(page.locator("main")).to_contain_text(re.compile("used|already|expired", re.IGNORECASE))
            visitor.complaints = [line for line in visitor.complaints if "410" not in line and "404" not in line]
            assert visitor.complaints == []
            context.close()
            assert tenth.end() == 0
