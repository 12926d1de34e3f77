"""intake.article: pages of posts, from a server on loopback."""

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from papers.intake import article
from papers.intake.merge import merge
from papers.models import Article, Paper
from tests.makers import make_paper, make_source
from tests.sources.test_article import POST, SENTENCE

pytestmark = pytest.mark.django_db
PAGE = f"<html><body><article><h1>Otters</h1>{POST}<script>alert(1)</script></article></body></html>"


@pytest.fixture
def site(settings):
    """A blog's server: `site.pages` are its pages by path, `site.asked` the paths asked for."""
    settings.ALLOW_PRIVATE_ADDRESSES = True
    settings.HOST_PACE_SECONDS = 0
    article._rules.clear()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            server.asked.append(self.path)
            status, body = server.pages.get(self.path, (404, ""))
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.pages, server.asked = {}, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def make_post(site, source=None, **fields):
    fields = {"minutes": 0, "abstract": "A summary.", "arrived_at": timezone.now(), **fields}
    link = f"http://127.0.0.1:{site.server_port}/{fields.pop('path', 'otters')}"
    return make_paper(arxiv_id="", link=link, source=source, **fields)


def run(now=None):
    for ids in article.due(now or timezone.now()).values():
        for pk in ids:
            article.take(pk, now or timezone.now())


def test_page_of_a_summarised_post_is_fetched_once_and_kept(site):
    paper = make_post(site)
    site.pages["/otters"] = (200, PAGE)
    run()
    run()
    kept = Article.objects.get(paper=paper)
    assert (kept.outcome, site.asked) == ("taken", ["/robots.txt", "/otters"])
    assert "otter" in kept.text
    assert "script" not in kept.html
    assert Paper.objects.get().minutes == round(kept.words / 220)


def test_no_page_is_fetched_where_nothing_is_missing_or_wanted(site):
    make_post(site, minutes=4, path="0")
    make_post(site, source=make_source(fetch_pages=False), path="1")
    make_post(site, source=make_source(state="paused"), path="2")
    make_post(site, arrived_at=timezone.now() - timedelta(days=60), path="3")
    make_paper(minutes=0)
    assert article.due(timezone.now()) == {}


def test_robots_txt_is_respected(site):
    make_post(site)
    site.pages = {"/robots.txt": (200, "User-agent: *\nDisallow: /otters"), "/otters": (200, PAGE)}
    run()
    assert (Article.objects.get().outcome, site.asked) == ("robots", ["/robots.txt"])


@pytest.mark.parametrize(
    ("status", "body", "outcome", "tries_again"),
    [
        (402, "", "paywall", False),
        (403, "", "paywall", False),
        (404, "", "failed", False),
        (503, "", "waiting", True),
        (200, "<p>Only scripts fill this page.</p>", "empty", False),
    ],
)
def test_feeds_summary_stays_where_the_page_gives_nothing(site, status, body, outcome, tries_again):
    paper = make_post(site)
    site.pages["/otters"] = (status, body)
    run()
    row = Article.objects.get()
    assert (row.outcome, row.next_attempt is not None) == (outcome, tries_again)
    paper.refresh_from_db()
    assert (paper.abstract, paper.minutes) == ("A summary.", 0)


def test_failing_page_is_given_up_after_three_tries(site):
    make_post(site)
    site.pages["/otters"] = (500, "")
    for days in range(6):
        run(timezone.now() + timedelta(days=days))
    assert (Article.objects.get().outcome, site.asked.count("/otters")) == ("failed", 3)


def test_page_claimed_by_a_killed_worker_is_due_again(site):
    paper = make_post(site)
    now = timezone.now()
    article.due(now)
    assert Article.objects.claim(paper.pk, now)
    assert not Article.objects.claim(paper.pk, now)
    assert Article.objects.claim(paper.pk, now + timedelta(minutes=6))


def test_page_waits_while_a_source_of_its_host_is_due(site):
    make_post(site)
    make_source(address=f"http://127.0.0.1:{site.server_port}/feed.xml")
    assert article.due(timezone.now()) == {}


def test_merged_record_keeps_the_text():
    keep, lose = make_paper(), make_paper(arxiv_id="")
    Article.objects.create(paper=lose, outcome="taken", text=SENTENCE)
    merge(keep.pk, lose.pk, timezone.now())
    assert Article.objects.get().paper_id == keep.pk
