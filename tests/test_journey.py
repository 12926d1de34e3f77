"""The whole product as separate processes, from feeds on the wire to a member's votes."""

import tempfile
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from feedserver import FeedServer
from ops.embedded import DATABASE, ROLE, Cluster
from papers.intake import gate
from papers.models import FetchLog, Paper, Sighting, Source
from papers.sources.wire.addresses import gate_name

from .folders import furnished
from .journey import Browser, Service, environment, free_port, service, wait_for
from .makers import make_queue, make_source

pytestmark = pytest.mark.journey

WEDNESDAY = datetime(2026, 3, 4, 15, tzinfo=UTC)
PASSWORD = "a-kettle-of-gradients-7"


@pytest.fixture
def server():
    with FeedServer(seed=3, now=WEDNESDAY, history=timedelta(days=40)) as server:
        yield server


@pytest.fixture
def var():
    with tempfile.TemporaryDirectory(prefix="tenth journey ", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # lets in the account that runs PostgreSQL when we are root
        yield Path(folder)


# ── the journey ─────────────────────────────────────────────────────────────────────────────


def test_from_feed_to_vote_and_across_a_restart(server, var):
    port = free_port()
    env = environment(furnished(var), server, PORT=str(port))
    browser = Browser(f"http://localhost:{port}")

    with service(["-m", "ops.run"], env) as tenth:
        set_up(browser, tenth)
        subscribe(browser, server)
        cards = wait_for(lambda: cards_of(browser), 30)
        voted, kept, skipped = list(cards)[:3]
        browser.send(f"/papers/{voted}/vote", value="1")
        browser.open("/")
        browser.send(f"/papers/{kept}/keep")
        browser.open("/")
        browser.send(f"/papers/{skipped}/pass")
        check_lists(browser, cards, voted, kept, skipped)
        add_channel(browser, server)
        share(browser, voted, note="See <!channel> & table 3.")
        wait_for(lambda: server.hooks.received)
        use_it(browser, voted)
        make_all_due(var)
        assert tenth.end() == 0

    server.clock.advance(timedelta(days=1))
    with service(["-m", "ops.run"], env) as tenth:
        tenth.wait_for_line("Tenth is ready")
        check_lists(browser, cards, voted, kept, skipped)  # and still signed in
        # Nobody requests it: the beat's first tick finds the sources due, and a worker pulls Thursday's batch.
        wait_for(lambda: set(cards_of(browser)) - set(cards), 30)
        assert tenth.end() == 0
    (message,) = server.hooks.received  # only one, even across the restart
    assert message.text.startswith(f"Ada shared {cards[voted]}")
    assert "See <!channel> & table 3." in message.text


def set_up(browser: Browser, tenth: Service) -> None:
    link = tenth.wait_for_line(r"first admin: (\S+)")[1]
    browser.open(link)
    browser.send(name="Ada", email="ada@team.example", time_zone="Europe/Paris", password=PASSWORD, again=PASSWORD)
    assert browser.url.endswith("/sources/start")


def subscribe(browser: Browser, server: FeedServer) -> None:
    """Add an arXiv category by its checkbox and three blogs by OPML."""
    urls = [server.feed(slug) for slug in ("kettle", "petit-lot", "fjord")]
    outlines = "".join(f'<outline type="rss" text="{quote(url)}" xmlUrl="{url}"/>' for url in urls)
    opml = f'<opml version="2.0"><body>{outlines}</body></opml>'.encode()
    browser.open("/sources/start?preset=none")
    browser.send("start$", files={"opml": ("feeds.opml", opml)}, look="1")
    browser.send("start$", category=["cs.LG"])
    assert "4 sources added" in browser.text()


def add_channel(browser: Browser, server: FeedServer) -> None:
    browser.open("/settings/channels")
    browser.send("channels$", kind="slack", name="papers", address=server.hook("papers"))
    assert "Added papers." in browser.text()


def share(browser: Browser, paper: str, note: str = "Worth an hour.") -> None:
    browser.open(f"/papers/{paper}/share")
    browser.send("share$", note=note)
    assert "On its way to papers." in browser.text()


def use_it(ada: Browser, paper: str) -> None:
    """Have Ada apply and measure a paper, Bo check it, and Ada promote it to production; insight counts it."""
    ada.open(f"/papers/{paper}/apply")
    ada.send("apply$", new_project="Atlas", taken="The loss of section 3")
    application = ada.url
    ada.send("result$", **{"step-note": "It ran.", "step-claimed": "91 %", "step-ours": "88 %"})
    ada.send("advance$", **{"step-to": "pilot"})
    ada.open("/settings/people")
    ada.send("people$", email="bo@team.example", role="member")
    bo = Browser(ada.base)
    bo.open(ada.page.get_element_by_id("minted").get("value"))
    bo.send(name="Bo", email="bo@team.example", time_zone="Europe/Oslo", password=PASSWORD, again=PASSWORD)
    bo.open(application)
    (result,) = bo.page.xpath("//form[contains(@action, '/check')]//*[contains(@name, '-note')]/@name")
    bo.send("check$", **{result.replace("note", "holds"): "yes", result: "I ran it again."})
    assert "✓ Confirmed by Bo: I ran it again." in bo.text()
    ada.open(application)
    ada.send("advance$", **{"step-to": "production", "step-note": "It serves."})
    assert "Production" in ada.text()
    ada.open("/insight?measure=applied")
    assert "Not enough yet: 1 applied, needs 20" in ada.text()


def cards_of(browser: Browser) -> dict[str, str]:
    """Return the papers in the queue by id, with their titles."""
    page = browser.open("/")
    cards = page.xpath("//*[starts-with(@id, 'paper-') and .//h2]")
    return {card.get("id").removeprefix("paper-"): card.xpath("string(.//h2)").strip() for card in cards}


def check_lists(browser: Browser, cards: dict[str, str], voted: str, kept: str, skipped: str) -> None:
    left = cards_of(browser)
    assert voted in left
    assert not {kept, skipped} & set(left)
    assert browser.page.xpath(f"//*[@id='paper-{voted}']//button[@data-act='up'][@aria-pressed='true']")
    assert cards[kept] in browser.open("/kept").text_content()
    assert cards[skipped] not in browser.page.text_content()


def make_all_due(var: Path) -> None:
    sockets = str(Cluster(var).sockets)
    with psycopg.connect(host=sockets, dbname=DATABASE, user=ROLE) as database:
        database.execute("UPDATE papers_source SET next_fetch = now() WHERE kind <> 'person'")


# ── the worker and the gate ─────────────────────────────────────────────────────────────────


@pytest.fixture
def env(server, var, transactional_db):
    """Let workers share this test's database and the queue inside it."""
    make_queue()
    database = connection.settings_dict
    url = f"postgresql://{database['USER']}@{quote(database['HOST'], safe='')}/{database['NAME']}"
    return environment(var, server, DATABASE_URL=url)


WORKER = ["-m", "ops.run", "worker"]


def make_arxiv(*categories: str) -> list[Source]:
    return [make_source(name, kind="arxiv", address=name, next_fetch=timezone.now()) for name in categories]


def ask_to_refresh(env: dict[str, str]) -> None:
    """Tell a worker that something is due, as the product does."""
    code = "import config.celery, django; django.setup(); from papers.tasks import refresh_due; refresh_due.delay()"
    with service(["-c", code], env | SETTINGS) as sender:
        assert sender.process.wait(20) == 0, sender.lines


def pull(env: dict[str, str], sources: list[Source]) -> AbstractContextManager[Service]:
    """Start a process that pulls these sources, one after the other."""
    ids = [source.pk for source in sources]
    code = (
        "import config.celery, django; django.setup()\n"
        "from papers.intake import pipeline, quiet\n"
        f"with quiet.Book() as book: pipeline.take_turn({ids}, book, lambda: False)"
    )
    return service(["-c", code], env | SETTINGS)


SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings"}


def test_a_worker_killed_during_a_pull_loses_and_duplicates_nothing(server, env):
    make_arxiv("cs.LG")
    expected = {item.paper.id for item in server.world.announcements(WEDNESDAY.date(), ["cs.LG"]) if "new" in item.type}
    with connection.cursor() as cursor, service(WORKER, env) as worker:
        # Kill it in the middle of storing: our lock holds up the worker's transaction once papers are in it.
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE papers_sighting IN EXCLUSIVE MODE")
        ask_to_refresh(env)
        wait_for(waits_for_a_lock)
        worker.kill()
        cursor.execute("ROLLBACK")
    wait_for(lambda: not waits_for_a_lock())
    assert not Paper.objects.exists()

    Source.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))  # minutes later
    with service(WORKER, env):
        ask_to_refresh(env)
        wait_for(lambda: Source.objects.get().last_success)
    stored = list(Paper.objects.values_list("arxiv_id", flat=True))
    assert len(stored) == len(set(stored)) == Sighting.objects.count()
    assert expected <= set(stored)


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # otherwise the snapshot lasts as long as the transaction
        cursor.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
        return cursor.fetchone() is not None


def test_two_processes_together_keep_to_a_hosts_pace(server, env):
    env |= {"HOST_PACE_SECONDS": "0.5"}
    sources = make_arxiv("cs.LG", "cs.CL", "cs.CV", "stat.ML", "cs.RO", "cs.IR")
    with pull(env, sources[::2]) as first, pull(env, sources[1::2]) as second:
        assert [process.process.wait(30) for process in (first, second)] == [0, 0]
    assert FetchLog.objects.count() == len(sources)
    requests = sorted(server.requests, key=lambda request: request.began)
    assert len(requests) >= len(sources)
    for before, after in pairwise(requests):
        assert after.began >= before.ended, "two connections at a time"
        assert after.began - before.began >= 0.5


def test_all_of_arxiv_is_one_host_with_a_pace_of_three_seconds():
    hosts = ("rss.arxiv.org", "export.arxiv.org", "arxiv.org", "oaipmh.arxiv.org")
    assert {gate_name(f"https://{host}/some/path") for host in hosts} == {gate.ARXIV}
    assert gate.ARXIV_PACE == 3
