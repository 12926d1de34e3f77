"""chaos.house: a Tenth in its own folder, kept running as systemd would, with an invented world to pull from."""

import random
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import requests

from feedserver import FeedServer

from . import people
from .book import Book
from .evidence import Reader
from .people import Person
from .product import Service, environment, free_port

WEDNESDAY = datetime(2026, 3, 4, 15, tzinfo=UTC)
STEP = timedelta(hours=8)  # of the world's clock
CATEGORIES = ("cs.LG", "cs.CL")
BLOGS = ("kettle", "petit-lot", "fjord", "overfit", "daily-three")
BY_HAND = ("tea-room", "field-notes", "slow-gpu", "lab-17")  # not subscribed to; their posts are added by link
ASK_AGAIN = 5.0  # seconds until the same source is requested again
# This also moves the last fetch back an hour, because a page refreshes a source at most once a minute.
DUE = """
UPDATE papers_source SET next_fetch = now(), last_fetch = last_fetch - interval '1 hour' WHERE kind <> 'person'"""
STARTS = 5  # failed starts in a row before giving up
START_SECONDS = 120
END_SECONDS = 90


class GivenUpError(Exception):
    """The product does not start, or does not recover."""


class Keeper:
    """Starts the product, and restarts it when it has stopped, as systemd would."""

    def __init__(self, env: dict[str, str], base: str):
        self.env, self.base = env, base
        self.lines: list[str] = []  # output of services that have stopped
        self.failed: list[str] = []  # starts that stopped before everything was ready
        self.starts = 0
        self.started_at = self.struck_at = 0.0  # time.time() of the last start and the last kill
        self._start()

    def _start(self) -> None:
        self.starts += 1
        self.started_at = time.time()
        self.ready = False
        self.service = Service(["-m", "ops.run"], self.env)

    @property
    def supervisor(self) -> int:
        return self.service.process.pid

    def restart_if_stopped(self) -> bool:
        """Restart the product if it has stopped, and tell whether it had. Stopping before ready is a failed start."""
        if self.service.process.poll() is None:
            return False
        output = list(self.service.lines)
        self.lines += output
        if not self.ready and self.struck_at < self.started_at:
            self.failed.append("\n".join([f"exit code {self.service.process.returncode}", *output[-20:]]))
            if len(self.failed) >= STARTS:
                raise GivenUpError("The product does not start:\n" + self.failed[-1])
        time.sleep(0.1)
        self._start()
        return True

    def restart(self) -> None:
        """Restart a stuck product as a person would: press Ctrl-C, wait, and start it."""
        self.struck_at = time.time()
        self.end()
        self.restart_if_stopped()

    def is_ready(self) -> bool:
        """Tell whether all parts report that they are well."""
        try:
            answer = requests.get(f"{self.base}/readyz", timeout=5)
        except requests.RequestException:
            return False
        self.ready = self.ready or answer.ok
        return answer.ok

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if time.monotonic() > deadline:
                raise GivenUpError("The product was not ready in time:\n" + "\n".join(self.log()[-30:]))
            self.restart_if_stopped()
            time.sleep(0.1)

    def log(self) -> list[str]:
        return self.lines + list(self.service.lines)

    def end(self) -> None:
        if self.service.process.poll() is None:
            self.service.process.terminate()
        try:
            self.service.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.failed.append(f"It did not stop within {END_SECONDS} s.")
            self.service.process.kill()
            self.service.process.wait()


class House:
    """The product, the world it pulls from, the webhook it sends to, an admin, the members and their record."""

    def __init__(self, seed: int, folder: Path, members: Sequence[str] = ()):
        self.seed, self.var = seed, folder / "var"
        self.book = Book()
        # The webhook checks how old a message is, so it follows the real clock.
        self.world = FeedServer(seed=seed, now=WEDNESDAY, history=timedelta(days=30), a_day=12)
        self.counter = FeedServer(seed=seed, a_day=1)
        port = free_port()
        self.base = f"http://localhost:{port}"
        paces = {"HOST_PACE_SECONDS": "0", "ARXIV_PACE_SECONDS": "0"}
        self.env = environment(self.var, self.world, PORT=str(port), WEB_WORKERS="2", WORKER_CONCURRENCY="2", **paces)
        self.reader = Reader(self.var, self.world.url)
        self.admin = Person(self.base, "admin@team.example", self.book, seed)
        self.members = [Person(self.base, f"{name}@team.example", self.book, seed) for name in members]
        self.steps = 0
        self.stepped_at = 0.0
        self.step_wanted = threading.Event()
        self.longest_pull = 0.0  # seconds from a step of the world until all of it had been pulled
        self._requested: dict[int, float] = {}
        self._random = random.Random(f"{seed} house")

    def __enter__(self) -> "House":
        self.world.__enter__()
        self.counter.__enter__()
        self.keeper = Keeper(self.env, self.base)
        return self

    def __exit__(self, *exception: object) -> None:
        try:
            self.keeper.end()
        finally:
            self.keeper.service.kill()
            self.counter.__exit__()
            self.world.__exit__()

    def furnish(self) -> None:
        """Create people, sources, a channel and a project; then pull the first papers."""
        self.keeper.wait_until_ready()
        people.join(self.admin, self.keeper.service.wait_for_line(r"first admin: (\S+)")[1])
        for member in self.members:
            people.join(member, people.invite(self.admin))
        self.stepped_at = time.time()
        for category in CATEGORIES:
            people.subscribe(self.admin, "arxiv", category)
        for slug in BLOGS:
            people.subscribe(self.admin, "feed", self.world.feed(slug))
        self.counter.hooks.keys["counter"] = people.open_channel(self.admin, self.counter.hook("counter", "signed"))
        people.open_project(self.admin)
        self.pull()
        links = self.links()
        (channel,), (project,) = self.reader.rows(
            "SELECT id FROM papers_channel UNION ALL SELECT id FROM papers_project"
        )
        for person in [self.admin, *self.members]:
            person.channel, person.project, person.links = channel, project, links
            for path in ("/", "/browse"):
                page = person.get(path)
                person.papers += people.papers_on(page.text) if page is not None else []
            assert person.papers, "No papers arrived."

    def links(self) -> list[str]:
        blogs = [self.world.world.blogs[slug] for slug in BY_HAND]
        posts = [post for blog in blogs for post in self.world.world.posts(blog, WEDNESDAY)]
        return [self.world.site(post.blog.slug) + post.slug for post in posts]

    # ── the world moves on ───────────────────────────────────────────────────────────────────

    def stale(self) -> list[tuple[int, bool]]:
        """Return sources not pulled since the world's last step: their ids, and whether a worker has claimed them."""
        rows = self.reader.rows(
            "SELECT id, claimed_until > now() FROM papers_source WHERE kind <> 'person' "
            "AND (last_success IS NULL OR last_success < to_timestamp(%s)) ORDER BY id",
            self.stepped_at,
        )
        return [(pk, bool(claimed)) for pk, claimed in rows]

    def step(self) -> None:
        """Let some hours pass in the world, and make every source due."""
        self.world.clock.advance(STEP)
        self.steps += 1
        self.stepped_at = time.time()
        self._requested = {}
        with self.reader.connect() as database:
            database.execute(DUE)

    def refresh_one(self) -> bool:
        """Request a stale source with the button on its page. Returns False when none is stale."""
        stale = self.stale()
        if not stale:
            self.longest_pull = max(self.longest_pull, time.time() - self.stepped_at) if self.stepped_at else 0
            return False
        recent = time.monotonic() - ASK_AGAIN
        free = [pk for pk, claimed in stale if not claimed and self._requested.get(pk, 0) < recent]
        if free:
            chosen = self._random.choice(free)
            self._requested[chosen] = time.monotonic()
            self.admin.post(f"/sources/{chosen}/refresh", patience=15)
        return True

    def has_pulled(self, since: float) -> bool:
        """Tell whether a pull that began after this time has succeeded."""
        try:
            (has_succeeded,) = self.reader.rows(
                "SELECT max(last_success) > to_timestamp(%s) FROM papers_source", since
            )[0]
        except psycopg.Error:
            return False
        return bool(has_succeeded)

    def pull(self, seconds: float = 60) -> None:
        """Wait until every source has been pulled, requesting those that have not."""
        deadline = time.monotonic() + seconds
        while self.refresh_one():
            if time.monotonic() > deadline:
                raise GivenUpError(f"Sources were not pulled: {self.stale()}")
            time.sleep(0.2)

    def live(self, over: threading.Event) -> None:
        """Keep the world moving until `over` is set: take a requested step once the previous one has been pulled."""
        while not over.wait(self._random.uniform(0.1, 0.3)):
            try:
                if not self.refresh_one() and self.step_wanted.is_set():
                    self.step_wanted.clear()
                    self.step()
            except psycopg.Error:
                over.wait(0.5)


def folder(prefix: str) -> Path:
    """Create a folder that PostgreSQL's account may enter when we are root."""
    path = Path(tempfile.mkdtemp(prefix=f"tenth-{prefix}-"))
    path.chmod(0o711)
    return path
