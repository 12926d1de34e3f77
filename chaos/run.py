"""chaos.run: kill parts of a house at work, wait each time until all is well, and in the end look what it kept."""

import contextlib
import os
import shutil
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psutil
import psycopg

from . import promises
from .evidence import Evidence
from .house import END_SECONDS, GivenUpError, House, folder
from .product import ROOT
from .promises import Arrival, Outage
from .targets import Processes, Strike, plan, strike

LIMIT = 20.0  # seconds until all is well again
HOPELESS = 60.0  # seconds; then somebody starts it anew, and the kill counts as too long
TARGET_SECONDS = 30.0  # until it is said that there is no such process
NOTICED = 0.5  # until whatever the kill ends can have ended
PROBE = 3.0  # seconds that a share has, before another one is sent to see whether the worker takes that
MEMBERS = ("ada", "bo", "cleo", "prober")  # the last one only sees whether all is well


@dataclass
class Hit:
    """One kill, and how long each part took to be well again."""

    strike: Strike
    at: float
    ready: float = 0
    act: float = 0
    work: float = 0
    restarted: bool = False  # all of the product, as systemd does when it has ended
    hopeless: bool = False  # somebody had to start it anew

    @property
    def seconds(self) -> float:
        return max(self.ready, self.act, self.work)

    def __str__(self) -> str:
        name = f"{self.strike.target} {self.strike.signal.name.removeprefix('SIG')}"
        parts = f"ready {self.ready:5.1f}  act {self.act:5.1f}  work {self.work:5.1f}"
        more = "  (all of it started anew)" if self.restarted else ""
        more = "  NOT WELL UNTIL SOMEBODY STARTED IT ANEW" if self.hopeless else more
        return f"{time.strftime('%H:%M:%S', time.localtime(self.at))}  {name:20} {self.seconds:5.1f} s  {parts}{more}"


class Run:
    """A house under fire. Use as a context: on leaving it, all has ended."""

    def __init__(
        self, seed: int, kills: int, only: Collection[str] = (), drain: float = 1200, limit: float = LIMIT
    ) -> None:
        self.strikes = plan(seed, kills, only)
        self.seed, self.drain_seconds, self.limit = seed, drain, limit
        self.folder = folder("chaos")
        self.house = House(seed, self.folder, MEMBERS)
        *self.actors, self.prober = self.house.members
        self.hits: list[Hit] = []
        self.over = threading.Event()
        self.threads: list[threading.Thread] = []
        self.shared_memory: set[str] = set()
        self.processes = Processes(self.house.var)

    def __enter__(self) -> "Run":
        self.house.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        self._rest()
        self.house.__exit__()
        (self.folder / "output.log").write_text("\n".join(self.house.keeper.log()))

    # ── the run ──────────────────────────────────────────────────────────────────────────────

    def go(self) -> None:
        self.house.furnish()
        self._begin()
        for each in self.strikes:
            self._strike(each)
        self._rest()
        self._drain()

    def _begin(self) -> None:
        lives = [actor.live for actor in self.actors] + [self.house.live]
        self.threads = [threading.Thread(target=live, args=(self.over,), daemon=True) for live in lives]
        for thread in self.threads:
            thread.start()

    def _rest(self) -> None:
        """Nobody acts any more, and the world stands still."""
        self.over.set()
        for thread in self.threads:
            thread.join(HOPELESS)
        self.threads = []

    def _strike(self, each: Strike) -> None:
        self.house.step_wanted.set()
        self._wait(each.wait / 3 if each.hasty else each.wait)
        self.shared_memory |= segments(self.processes)
        hit = self._hit(each)
        if hit is None:
            print(f"          there was no {each.target} to hit", flush=True)
            return
        self.hits.append(hit)
        if each.target == "supervisor":
            self.house.keeper.service.process.wait(END_SECONDS)
            hit.restarted = self.house.keeper.look()
            hit.at = self.house.keeper.started_at
        if hit.strike.followed:
            print(hit, "and at once:", flush=True)
            return
        self._wait_until_well(hit)
        print(hit, "" if hit.seconds <= self.limit else "TOO LONG", flush=True)

    def _hit(self, each: Strike) -> Hit | None:
        """Strike once there is somebody to hit."""
        keeper, deadline = self.house.keeper, time.monotonic() + TARGET_SECONDS
        while time.monotonic() < deadline:
            keeper.look()
            keeper.struck_at = time.time()
            if victim := strike(each, self.processes, keeper.supervisor, time.sleep):
                hit = Hit(each, time.time())
                if each.is_a_request and not each.followed:  # what it has in hand may be finished
                    with contextlib.suppress(psutil.Error):
                        victim.wait(END_SECONDS)
                    hit.at = time.time()
                return hit
            time.sleep(0.02)
        return None

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.house.keeper.look()
            time.sleep(0.05)

    # ── is it well? ──────────────────────────────────────────────────────────────────────────

    def _wait_until_well(self, hit: Hit) -> None:
        """All parts say so, an act goes through, and a worker takes what was asked for after the kill."""
        began, deadline = hit.at, time.time() + HOPELESS

        def until(happens: Iterator[bool]) -> float:
            nonlocal deadline
            for done in happens:
                if self.house.keeper.look():
                    hit.restarted = True
                if done:
                    return time.time() - began
                if time.time() > deadline:
                    if hit.hopeless:
                        raise GivenUpError(f"A new start did not help either: {hit}\n" + self._last_words())
                    hit.hopeless = True
                    self.house.keeper.start_anew()
                    deadline = time.time() + HOPELESS
                time.sleep(0.05)
            raise AssertionError

        time.sleep(NOTICED)
        hit.ready = until(self._ready())
        hit.act = until(self._acts())
        hit.work = until(self._works(began))

    def _last_words(self) -> str:
        return "\n".join(self.house.keeper.log()[-30:])

    def _ready(self) -> Iterator[bool]:
        while True:
            yield self.house.keeper.is_ready()

    def _acts(self) -> Iterator[bool]:
        """A vote, each time another, with little patience."""
        while True:
            paper, value = self.prober.random.choice(self.prober.papers), self.prober.random.choice(["1", "-1"])
            yield self.prober.once("vote", paper, value, patience=5)

    def _works(self, since: float) -> Iterator[bool]:
        """A share that is asked for now, and another one when that is not taken soon; or a source pulled since then."""
        self.house.step_wanted.set()
        while True:
            act = str(uuid.UUID(int=self.prober.random.getrandbits(128), version=4))
            paper = self.prober.random.choice(self.prober.papers)
            if self.prober.once("share", paper, act, patience=5):
                deadline = time.monotonic() + PROBE
                while time.monotonic() < deadline:
                    yield act in {arrival.act for arrival in self.arrivals()} or self.house.has_pulled(since)
            yield False

    def arrivals(self) -> list[Arrival]:
        """The messages that the webhook took. Its requests are dated by another clock than ours."""
        ahead = time.time() - time.monotonic()
        return [
            Arrival(str(uuid.UUID(asked.headers["webhook-id"].removeprefix("msg_"))), asked.began + ahead)
            for asked in list(self.house.counter.requests)
            if asked.path.startswith("/hooks/") and asked.status == 204
        ]

    # ── the end ──────────────────────────────────────────────────────────────────────────────

    def _drain(self) -> None:
        """Wait until nothing waits, is claimed or held, or as long as a claim may last."""
        deadline, told = time.monotonic() + self.drain_seconds, time.monotonic() + PROBE
        while time.monotonic() < deadline:
            with contextlib.suppress(psycopg.Error):
                stale = self.house.ask()
                stuck = promises.nothing_is_stuck(self.house.reader.read(sound=False))
                if not stale and not stuck:
                    return
                if time.monotonic() > told:
                    print("          waiting:", *(stuck or ["sources are to be pulled"]), flush=True)
                    told += TARGET_SECONDS
            self.house.keeper.look()
            time.sleep(0.5)

    def outages(self) -> list[Outage]:
        """From each kill until all was well; of kills in a row, until the last of them was."""
        found: list[Outage] = []
        ended = time.time()
        for hit in reversed(self.hits):
            if hit.seconds:
                ended = hit.at + hit.seconds
            found.append(Outage(hit.at, ended))
        return found

    def broken(self, evidence: Evidence, calm: Evidence) -> list[str]:
        """Every promise that was not kept, in sentences."""
        acts, site = self.house.book.acts, self.house.world.url
        longest = timedelta(seconds=self.house.longest_pull)
        slow = [f"It took {hit.seconds:.0f} s after: {hit}" for hit in self.hits if hit.seconds > self.limit]
        failed = [f"A start failed:\n{said}" for said in self.house.keeper.failed]
        return [
            *slow,
            *failed,
            *promises.acts_are_kept(acts, evidence),
            *promises.links_are_kept(acts, site, evidence),
            *promises.nothing_is_doubled(evidence),
            *promises.shares_arrive_once(acts, evidence, self.arrivals(), self.outages()),
            *promises.papers_are_the_same(calm, evidence),
            *promises.nothing_is_stuck(evidence),
            *promises.nothing_was_late(evidence, longest),
            *promises.answers_are_right(self.house.book.odd),
            *promises.log_is_clean(self.house.keeper.log()),
            *evidence.unsound,
            *checked(self.house.env),
        ]

    def calm(self) -> Evidence:
        """The same world, as far as this one came, and nothing killed."""
        path = folder("calm")
        shutil.copytree(self.house.var / "static", path / "var" / "static")  # to compress it anew takes seconds
        with House(self.seed, path) as house:
            house.furnish()
            for _ in range(self.house.steps):
                house.step()
                house.pull()
            evidence = house.reader.read()
        shutil.rmtree(path, ignore_errors=True)
        return evidence

    def end(self) -> list[str]:
        """End it in order. Returns what it left behind."""
        self.shared_memory |= segments(self.processes)
        self.house.keeper.end()
        code = self.house.keeper.service.process.returncode
        left = [f"It ended with exit code {code}."] if code else []
        left += [f"The process {each.pid} is left: {' '.join(each.cmdline())}" for each in self.processes.left()]
        left += [f"The shared memory {name} is left." for name in sorted(self.shared_memory) if exists(name)]
        if self.processes.cluster.sockets.exists():
            left.append(f"The folder {self.processes.cluster.sockets} is left.")
        return left + checksums(self.processes)


# ── what else there is to look at ────────────────────────────────────────────────────────────


def checked(env: dict[str, str]) -> list[str]:
    done = subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, env=env, capture_output=True, text=True)
    return [f"manage.py check says: {done.stderr}"] if done.returncode else []


def segments(processes: Processes) -> set[str]:
    """The shared memory that the database here has now: POSIX by path, System V by id."""
    postmaster = processes.postmaster()
    if postmaster is None:
        return set()
    names: set[str] = set()
    with contextlib.suppress(OSError):
        maps = Path(f"/proc/{postmaster.pid}/maps").read_text().splitlines()
        names |= {path for line in maps if (path := line.split()[-1]).startswith("/dev/shm/PostgreSQL")}  # noqa: S108
        for row in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]:
            if row.split()[4] == str(postmaster.pid):
                names.add(row.split()[1])
    return names


def exists(segment: str) -> bool:
    if segment.startswith("/"):
        return os.path.exists(segment)
    with contextlib.suppress(OSError):
        return segment in {row.split()[1] for row in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]}
    return False


def checksums(processes: Processes) -> list[str]:
    """Every page of the database, once it has ended in order."""
    cluster = processes.cluster
    command = [cluster.binary("pg_checksums"), "--check", "-D", str(cluster.data)]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/")
    return [f"pg_checksums says: {done.stderr.strip()}"] if done.returncode else []
