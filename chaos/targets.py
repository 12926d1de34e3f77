"""chaos.targets: which processes the product is made of, and the plan of who is killed, when and how."""

import contextlib
import random
import signal
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import psutil

from ops.embedded import Cluster

MARK = "TENTH_SUPERVISED"  # ops.run: in the environment of all that a supervisor starts
KILL, TERM, INT, QUIT, STOP = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGSTOP)
# What each may be sent, the usual one more often. STOP: it hangs for a while, and then is killed.
SIGNALS: dict[str, list[signal.Signals]] = {
    "worker": [KILL, KILL, STOP, TERM],
    "worker child": [KILL, KILL, STOP],
    "beat": [KILL, STOP, TERM],
    "web": [KILL, KILL, TERM],
    "web child": [KILL, KILL, STOP, TERM],
    "backend": [KILL, KILL, TERM],
    "auxiliary": [KILL],
    "postmaster": [KILL, KILL, INT, QUIT],
    "recovery": [INT],  # a backend is killed, and the postmaster asked to end while it recovers from that
    "supervisor": [KILL, KILL, TERM, INT],
}
HASTY = 0.1  # of the kills come before all is well again after the one before
WAITS = (0.1, 3.0)  # seconds
HANGS = (0.5, 4.0)  # seconds that what is stopped hangs
RECOVERY_SECONDS = 5.0


@dataclass(frozen=True)
class Strike:
    target: str
    signal: signal.Signals
    wait: float  # seconds, once all is well again after the one before
    hasty: bool  # does not wait until all is well again
    followed: bool  # by a hasty one
    draw: float  # which of several

    @property
    def is_a_request(self) -> bool:
        """Asks a service to end, which it does in its own time."""
        return self.signal == TERM and self.target in {"worker", "beat", "web", "web child", "backend"}


def plan(seed: int, kills: int, only: Collection[str] = ()) -> list[Strike]:
    """Each target in turn, in an order that is drawn anew each time round."""
    rng = random.Random(f"{seed} strikes")
    targets: list[str] = []
    while len(targets) < kills:
        targets += rng.sample(among := [each for each in SIGNALS if not only or each in only], len(among))
    hasty = [rng.random() < HASTY for _ in range(kills + 1)]
    hasty[0] = hasty[kills] = False
    return [
        Strike(target, rng.choice(SIGNALS[target]), rng.uniform(*WAITS), hasty[n], hasty[n + 1], rng.random())
        for n, target in enumerate(targets[:kills])
    ]


class Processes:
    """The processes that work in one data folder."""

    def __init__(self, var: Path):
        self.var = str(var.resolve())
        self.cluster = Cluster(var)

    def marked(self) -> list[psutil.Process]:
        """All that a supervisor has started here, but the database."""
        ours = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get(MARK) == self.var:
                    ours.append(process)
        return ours

    def postmaster(self) -> psutil.Process | None:
        with contextlib.suppress(OSError, ValueError, psutil.Error):
            process = psutil.Process(int((self.cluster.data / "postmaster.pid").read_text().split("\n", 1)[0]))
            return process if process.name() == "postgres" else None
        return None

    def postgres(self) -> list[psutil.Process]:
        """Every PostgreSQL process in this folder, whoever started it."""
        ours = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.name() == "postgres" and process.cwd() == str(self.cluster.data):
                    ours.append(process)
        return ours

    def left(self) -> list[psutil.Process]:
        return self.marked() + self.postgres()

    def of(self, target: str, supervisor: int) -> list[psutil.Process]:
        """The processes that a strike at this target may hit."""
        match target:
            case "supervisor":
                return [psutil.Process(supervisor)] if psutil.pid_exists(supervisor) else []
            case "postmaster" | "recovery":
                postmaster = self.postmaster()
                return [postmaster] if postmaster else []
            case "backend" | "auxiliary":
                return self._children_of_postmaster(client=target == "backend")
        word = {"worker": "celery", "beat": "ops.beat", "web": "gunicorn"}[target.split()[0]]
        tops = [each for each in self.marked() if _says(each, word) and not _says(_parent(each), word)]
        if "child" not in target:
            return tops
        children: list[psutil.Process] = []
        for top in tops:
            with contextlib.suppress(psutil.Error):
                children += top.children(recursive=True)
        return children

    def _children_of_postmaster(self, client: bool) -> list[psutil.Process]:
        postmaster, ours = self.postmaster(), []
        with contextlib.suppress(psutil.Error):
            for child in postmaster.children() if postmaster else ():
                title = " ".join(child.cmdline())
                if title.startswith("postgres: ") and ("[local]" in title) == client:
                    ours.append(child)
        return ours


def _parent(process: psutil.Process) -> psutil.Process | None:
    try:
        return process.parent()
    except psutil.Error:
        return None


def _says(process: psutil.Process | None, word: str) -> bool:
    """Whether its command names this program; not the shell-like helpers that only hand a command on."""
    try:
        return process is not None and any(part.partition(".")[0] == word or part == word for part in process.cmdline())
    except psutil.Error:
        return False


def strike(
    plan: Strike, processes: Processes, supervisor: int, sleep: Callable[[float], object]
) -> psutil.Process | None:
    """Do it. Returns whom it hit, None when there was nobody."""
    candidates = sorted(processes.of(plan.target, supervisor), key=lambda each: each.pid)
    if not candidates:
        return None
    victim = candidates[int(plan.draw * len(candidates))]
    try:
        if plan.target == "recovery" and not _begin_recovery(plan, processes, supervisor):
            return None
        if plan.signal == STOP:
            victim.suspend()
            sleep(HANGS[0] + plan.draw * (HANGS[1] - HANGS[0]))
            victim.kill()
        else:
            victim.send_signal(plan.signal)
    except psutil.Error:
        return None
    return victim


def _begin_recovery(plan: Strike, processes: Processes, supervisor: int) -> bool:
    """Kill a backend, so that the postmaster throws all out and recovers; True once it does."""
    backends = processes.of("backend", supervisor)
    postmaster = processes.postmaster()
    if not backends or not postmaster:
        return False
    backends[int(plan.draw * len(backends))].kill()
    deadline = time.monotonic() + RECOVERY_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(psutil.Error):
            if any("startup" in " ".join(child.cmdline()) for child in postmaster.children()):
                return True
        time.sleep(0.002)
    return False
