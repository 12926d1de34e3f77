"""chaos.run: kill parts of a working house, wait each time until everything works again, and check the result."""

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

LIMIT = 20.0  # seconds until everything must work again
HOPELESS = 60.0  # seconds; after that the product is restarted, and the kill counts as too slow
TARGET_SECONDS = 30.0  # seconds to look for a process to kill
NOTICED = 0.5  # seconds for the effect of a kill to show
PROBE = 3.0  # seconds for a share to arrive, before another is sent to see whether the worker takes that one
MEMBERS = ("ada", "bo", "cleo", "prober")  # the last one only checks whether everything works


@dataclass
class Hit:
    """One kill, and how long each part took to recover."""

    strike: Strike
    at: float
    ready: float = 0
    act: float = 0
    work: float = 0
    restarted: bool = False  # the whole product, by us in systemd's place
    hopeless: bool = False  # it had to be restarted by hand

    @property
    def seconds(self) -> float:
        return max(self.ready, self.act, self.work)

    def __str__(self) -> str:
        name = f"{self.strike.target} {self.strike.signal.name.removeprefix('SIG')}"
        parts = f"ready {self.ready:5.1f}  act {self.act:5.1f}  work {self.work:5.1f}"
        more = "  (the whole product was restarted)" if self.restarted else ""
        more = "  DID NOT RECOVER UNTIL RESTARTED" if self.hopeless else more
        return f"{time.strftime('%H:%M:%S', time.localtime(self.at))}  {name:20} {self.seconds:5.1f} s  {parts}{more}"


class Run:
    """A house under fire. Use it as a context manager: on leaving, everything has stopped."""

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
        self._stop_acting()
        self.house.__exit__()
        (self.folder / "output.log").write_text("\n".join(self.house.keeper.log()))

    # ── the run ──────────────────────────────────────────────────────────────────────────────

    def go(self) -> None:
        self.house.furnish()
        self._start_acting()
        for planned in self.strikes:
            self._strike(planned)
        self._stop_acting()
        self._drain()

    def _start_acting(self) -> None:
        lives = [actor.live for actor in self.actors] + [self.house.live]
        self.threads = [threading.Thread(target=live, args=(self.over,), daemon=True) for live in lives]
        for thread in self.threads:
            thread.start()

    def _stop_acting(self) -> None:
        """Stop the members and the world."""
        self.over.set()
        for thread in self.threads:
            thread.join(HOPELESS)
        self.threads = []

    def _strike(self, planned: Strike) -> None:
        self.house.step_wanted.set()
        self._wait(planned.wait / 3 if planned.hasty else planned.wait)
        self.shared_memory |= segments(self.processes)
        hit = self._hit(planned)
        if hit is None:
            print(f"          there was no {planned.target} to kill", flush=True)
            return
        self.hits.append(hit)
        if planned.target == "supervisor":
            self.house.keeper.service.process.wait(END_SECONDS)
            hit.restarted = self.house.keeper.restart_if_stopped()
            hit.at = self.house.keeper.started_at
        if hit.strike.followed:
            print(hit, "and right after it:", flush=True)
            return
        self._wait_until_recovered(hit)
        print(hit, "" if hit.seconds <= self.limit else "TOO SLOW", flush=True)

    def _hit(self, planned: Strike) -> Hit | None:
        """Strike once there is a process to hit."""
        keeper, deadline = self.house.keeper, time.monotonic() + TARGET_SECONDS
        while time.monotonic() < deadline:
            keeper.restart_if_stopped()
            keeper.struck_at = time.time()
            if victim := strike(planned, self.processes, keeper.supervisor, time.sleep):
                hit = Hit(planned, time.time())
                if planned.is_a_request and not planned.followed:  # it may finish its current work
                    with contextlib.suppress(psutil.Error):
                        victim.wait(END_SECONDS)
                    hit.at = time.time()
                return hit
            time.sleep(0.02)
        return None

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.house.keeper.restart_if_stopped()
            time.sleep(0.05)

    # ── recovery ─────────────────────────────────────────────────────────────────────────────

    def _wait_until_recovered(self, hit: Hit) -> None:
        """Wait until all parts report ready, an action goes through, and a worker does newly requested work."""
        began, deadline = hit.at, time.time() + HOPELESS

        def until(attempts: Iterator[bool]) -> float:
            nonlocal deadline
            for succeeded in attempts:
                if self.house.keeper.restart_if_stopped():
                    hit.restarted = True
                if succeeded:
                    return time.time() - began
                if time.time() > deadline:
                    if hit.hopeless:
                        raise GivenUpError(f"A restart did not help either: {hit}\n" + self._last_words())
                    hit.hopeless = True
                    self.house.keeper.restart()
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
        """Try a vote, a different one each time, with little patience."""
        while True:
            paper, value = self.prober.random.choice(self.prober.papers), self.prober.random.choice(["1", "-1"])
            yield self.prober.once("vote", paper, value, patience=5)

    def _works(self, since: float) -> Iterator[bool]:
        """Wait for a share sent now, sending another if it is not delivered soon, or for a source pulled since then."""
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
        """Return the messages that the webhook accepted. Its requests are dated by another clock than ours."""
        ahead = time.time() - time.monotonic()
        return [
            Arrival(str(uuid.UUID(request.headers["webhook-id"].removeprefix("msg_"))), request.began + ahead)
            for request in list(self.house.counter.requests)
            if request.path.startswith("/hooks/") and request.status == 204
        ]

    # ── the end ──────────────────────────────────────────────────────────────────────────────

    def _drain(self) -> None:
        """Wait until nothing is waiting, claimed or held, or for as long as a claim may last."""
        deadline, next_report = time.monotonic() + self.drain_seconds, time.monotonic() + PROBE
        while time.monotonic() < deadline:
            with contextlib.suppress(psycopg.Error):
                stale = self.house.refresh_one()
                stuck = promises.nothing_is_stuck(self.house.reader.read(sound=False))
                if not stale and not stuck:
                    return
                if time.monotonic() > next_report:
                    print("          waiting:", *(stuck or ["sources to be pulled"]), flush=True)
                    next_report += TARGET_SECONDS
            self.house.keeper.restart_if_stopped()
            time.sleep(0.5)

    def outages(self) -> list[Outage]:
        """Return the time from each kill until recovery; for kills in a row, until recovery from the last one."""
        outages: list[Outage] = []
        ended = time.time()
        for hit in reversed(self.hits):
            if hit.seconds:
                ended = hit.at + hit.seconds
            outages.append(Outage(hit.at, ended))
        return outages

    def broken(self, evidence: Evidence, calm: Evidence) -> list[str]:
        """Return every broken promise as a sentence."""
        acts, site = self.house.book.acts, self.house.world.url
        longest = timedelta(seconds=self.house.longest_pull)
        slow = [f"Recovery took {hit.seconds:.0f} s: {hit}" for hit in self.hits if hit.seconds > self.limit]
        failed = [f"A start failed:\n{output}" for output in self.house.keeper.failed]
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
            *system_check(self.house.env),
        ]

    def calm(self) -> Evidence:
        """Run the same world to the same point without killing anything."""
        path = folder("calm")
        shutil.copytree(self.house.var / "static", path / "var" / "static")  # compressing them again would take seconds
        with House(self.seed, path) as house:
            house.furnish()
            for _ in range(self.house.steps):
                house.step()
                house.pull()
            evidence = house.reader.read()
        shutil.rmtree(path, ignore_errors=True)
        return evidence

    def end(self) -> list[str]:
        """Stop it in order. Returns what it left behind."""
        self.shared_memory |= segments(self.processes)
        self.house.keeper.end()
        code = self.house.keeper.service.process.returncode
        leftovers = [f"It stopped with exit code {code}."] if code else []
        leftovers += [
            f"The process {process.pid} is still running: {' '.join(process.cmdline())}"
            for process in self.processes.leftovers()
        ]
        leftovers += [f"The shared memory {name} remains." for name in sorted(self.shared_memory) if exists(name)]
        if self.processes.cluster.sockets.exists():
            leftovers.append(f"The folder {self.processes.cluster.sockets} remains.")
        return leftovers + checksums(self.processes)


# ── other checks ─────────────────────────────────────────────────────────────────────────────


def system_check(env: dict[str, str]) -> list[str]:
    result = subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, env=env, capture_output=True, text=True)
    return [f"manage.py check says: {result.stderr}"] if result.returncode else []


def segments(processes: Processes) -> set[str]:
    """Return the shared memory the database is using: POSIX by path, System V by id."""
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
    """Check every page of the database after it was shut down in order."""
    cluster = processes.cluster
    command = [cluster.binary("pg_checksums"), "--check", "-D", str(cluster.data)]
    result = subprocess.run(command, capture_output=True, text=True, cwd="/")
    return [f"pg_checksums says: {result.stderr.strip()}"] if result.returncode else []
