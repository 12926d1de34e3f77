"""chaos.targets: the processes that make up the product, and the plan of which to kill, when and how."""

import contextlib
import random
import signal
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import psutil

from ops.embedded import Cluster

MARK = "TENTH_SUPERVISED"  # set by ops.run in the environment of everything a supervisor starts
KILL, TERM, INT, QUIT, STOP = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGSTOP)
# The signals each may get, the usual one more often. STOP suspends the process for a while and then kills it.
SIGNALS: dict[str, list[signal.Signals]] = {
    "worker": [KILL, KILL, STOP, TERM],
    "worker child": [KILL, KILL, STOP],
    "beat": [KILL, STOP, TERM],
    "web": [KILL, KILL, TERM],
    "web child": [KILL, KILL, STOP, TERM],
    "backend": [KILL, KILL, TERM],
    "auxiliary": [KILL],
    "postmaster": [KILL, KILL, INT, QUIT],
    "recovery": [INT],  # kills a backend, and tells the postmaster to stop while it recovers
    "supervisor": [KILL, KILL, TERM, INT],
}
HASTY = 0.1  # the share of kills that come before recovery from the previous one
WAITS = (0.1, 3.0)  # seconds
HANGS = (0.5, 4.0)  # seconds for which a process is suspended
RECOVERY_SECONDS = 5.0


@dataclass(frozen=True)
class Strike:
    target: str
    signal: signal.Signals
    wait: float  # seconds after recovery from the previous kill
    hasty: bool  # does not wait for recovery
    followed: bool  # by a hasty one
    draw: float  # chooses among several processes

    @property
    def is_a_request(self) -> bool:
        """Tell whether this asks a service to stop, which it does in its own time."""
        return self.signal == TERM and self.target in {"worker", "beat", "web", "web child", "backend"}


def plan(seed: int, kills: int, only: Collection[str] = ()) -> list[Strike]:
    """Plan kills of each target in turn, in an order drawn afresh every round."""
    rng = random.Random(f"{seed} strikes")
    targets: list[str] = []
    while len(targets) < kills:
        available = [target for target in SIGNALS if not only or target in only]
        targets += rng.sample(available, len(available))
    hasty = [rng.random() < HASTY for _ in range(kills + 1)]
    hasty[0] = hasty[kills] = False
    return [
        Strike(target, rng.choice(SIGNALS[target]), rng.uniform(*WAITS), hasty[n], hasty[n + 1], rng.random())
        for n, target in enumerate(targets[:kills])
    ]


class Processes:
    """The processes that use one data folder."""

    def __init__(self, var: Path):
        self.var = str(var.resolve())
        self.cluster = Cluster(var)

    def marked(self) -> list[psutil.Process]:
        """Return everything a supervisor started here, except the database."""
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
        """Return every PostgreSQL process in this folder, whoever started it."""
        ours = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.name() == "postgres" and process.cwd() == str(self.cluster.data):
                    ours.append(process)
        return ours

    def leftovers(self) -> list[psutil.Process]:
        return self.marked() + self.postgres()

    def of(self, target: str, supervisor: int) -> list[psutil.Process]:
        """Return the processes that a strike at this target may hit."""
        match target:
            case "supervisor":
                return [psutil.Process(supervisor)] if psutil.pid_exists(supervisor) else []
            case "postmaster" | "recovery":
                postmaster = self.postmaster()
                return [postmaster] if postmaster else []
            case "backend" | "auxiliary":
                return self._children_of_postmaster(client=target == "backend")
        word = {"worker": "celery", "beat": "ops.beat", "web": "gunicorn"}[target.split()[0]]
        tops = [process for process in self.marked() if _runs(process, word) and not _runs(_parent(process), word)]
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


def _runs(process: psutil.Process | None, word: str) -> bool:
    """Tell whether a process runs this program; helpers that only pass a command on do not count."""
    try:
        return process is not None and any(part.partition(".")[0] == word or part == word for part in process.cmdline())
    except psutil.Error:
        return False


def strike(
    plan: Strike, processes: Processes, supervisor: int, sleep: Callable[[float], object]
) -> psutil.Process | None:
    """Carry out a strike. Returns the process hit, or None when there was none."""
    candidates = sorted(processes.of(plan.target, supervisor), key=lambda process: process.pid)
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
    """Kill a backend so that the postmaster disconnects everybody and recovers; True once it does."""
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
