"""ops.supervise: keep database and services running until asked to end.

What dies is started again at once, then after a growing pause; what keeps dying young ends all, with a sentence.
What a dead service leaves behind is ended first: the children of a killed web server hold its port.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import IO

import psutil
import psycopg

from ops.database import parameters
from ops.embedded import Cluster

MARK = "TENTH_SUPERVISED"  # in the environment of all that a supervisor starts: the data folder it works for
PATIENCE = 20  # seconds that a service gets to finish what it does
WITHOUT_DATABASE = 5  # the same when nothing can be finished
YOUNG = 20  # seconds: who ends sooner than that after its start has not lived
LIVES = 5  # so often in a row, and all ends
LONGEST_PAUSE = 5  # seconds
ENDING = 3  # seconds that the database gets to end when somebody else has asked it to, and then as many once more
TURN = 0.1  # seconds

IDLE = 300  # seconds without a sign of life, and a worker is replaced
LOOK = 15  # seconds between two looks at its sign of life

SEEN = "SELECT seen_at FROM papers_heartbeat WHERE name = 'worker' AND host = %s"


class Output:
    """One line after the other, with time and name before it; coloured on a terminal."""

    WIDTH = 8
    COLOURS = {"web": 36, "worker": 33, "beat": 32}

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._coloured = sys.stdout.isatty()

    def write(self, name: str, line: str) -> None:
        prefix = f"{time.strftime('%H:%M:%S')} {name.ljust(self.WIDTH)} | "
        if self._coloured and name in self.COLOURS:
            prefix = f"\033[0m\033[{self.COLOURS[name]}m{prefix}\033[0m"
        with self._turn:
            try:
                print(prefix + line, flush=True)
            except (OSError, ValueError):  # the terminal was closed: who speaks must not be held up by that
                return

    def follow(self, name: str, lines: IO[bytes]) -> None:
        def read() -> None:
            for line in lines:
                self.write(name, line.decode("utf-8", "replace").rstrip("\r\n"))

        threading.Thread(target=read, name=f"output of {name}", daemon=True).start()


class Lives:
    """How long something lived, again and again: when it may start anew, and whether that is of any use."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self._short = self._failed = 0  # the last ones, in a row

    def begin(self) -> None:
        self.began = time.monotonic()

    def end(self, code: int) -> float | None:
        """Seconds to wait before the next one; None when the last ones all failed as soon as they had begun.

        One that was shot did not fail: memory that was short once may be there again.
        """
        if time.monotonic() - self.began >= YOUNG:
            self._short = self._failed = 0
            return 0.0
        self._short += 1
        self._failed += code != -signal.SIGKILL
        if self._failed >= LIVES:
            return None
        return min(2.0 ** (self._short - 2), LONGEST_PAUSE) if self._short > 1 else 0.0


class Service:
    """One service, through all its lives."""

    def __init__(self, name: str, command: list[str], env: dict[str, str], folder: str, output: Output):
        self.name, self._command, self._env, self._folder, self._output = name, command, env, folder, output
        self.lives = Lives()
        self.process: subprocess.Popen[bytes] | None = None
        self.code = 0  # of its last end
        self.due = 0.0  # when it may be started
        self._killed_at = float("inf")

    def start(self) -> None:
        self.process = subprocess.Popen(
            self._command,
            env=self._env,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is the supervisor's to pass on
        )
        assert self.process.stdout
        self._output.follow(self.name, self.process.stdout)
        self._output.write("system", f"{self.name} started (pid={self.process.pid})")
        self._killed_at = float("inf")
        self.lives.begin()

    def ask_to_end(self, patience: float) -> None:
        """Ask the service and not its children too: a task at work is finished, not shot."""
        if self.process and self.process.poll() is None:
            self._output.write("system", f"sending SIGTERM to {self.name} (pid {self.process.pid})")
            self.process.terminate()
            self._killed_at = min(self._killed_at, time.monotonic() + patience)

    def has_ended(self) -> bool:
        """Says so once, and ends what is left of it; kills it when its time is over."""
        if self.process is None:
            return True
        if self.process.poll() is None and time.monotonic() >= self._killed_at:
            self._output.write("system", f"sending SIGKILL to {self.name} (pid {self.process.pid})")
            self.process.kill()
            self._killed_at = float("inf")
        if self.process.poll() is None:
            return False
        self.code = self.process.returncode
        self._output.write("system", f"{self.name} stopped (rc={self.code})")
        end(marked(self._env[MARK], session=self.process.pid))
        self.process = None
        return True


def marked(folder: str, session: int | None = None) -> list[psutil.Process]:
    """All processes that a supervisor of this data folder started, or those of one service's session."""

    def is_ours(process: psutil.Process) -> bool:
        try:
            if process.pid == os.getpid() or process.environ().get(MARK) != folder:
                return False
            return session is None or os.getsid(process.pid) == session
        except (psutil.Error, ProcessLookupError):
            return False  # gone, or another account's

    return [process for process in psutil.process_iter() if is_ours(process)]


def end(processes: Iterable[psutil.Process]) -> None:
    """Ask these to end, and kill those that do not. Each may end by itself at any moment."""
    left = list(processes)
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, stubborn = psutil.wait_procs(left, timeout=2)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=5)


class Watch(threading.Thread):
    """Looks at the sign that the worker of this machine leaves in the database with each piece of work.

    Counted are looks at which the database answered and the sign had not changed, by a clock of our own: neither a
    machine that slept nor one whose clock was set looks like a worker that does nothing.
    """

    def __init__(self) -> None:
        super().__init__(name="watch", daemon=True)
        self.idle = 0.0  # seconds
        self._last: object = None

    def run(self) -> None:
        looked = time.monotonic()
        while True:
            time.sleep(LOOK)
            now = time.monotonic()
            self.look(min(now - looked, 2 * LOOK))
            looked = now

    def look(self, passed: float) -> None:
        try:
            with psycopg.connect(**{**parameters(), "connect_timeout": 5}, autocommit=True) as database:
                database.execute("SET statement_timeout = '5s'")
                seen = database.execute(SEEN, [socket.gethostname()[:255]]).fetchone()
        except psycopg.Error:
            self.idle = 0.0  # nothing can be signed; it gets its whole time again
            return
        self.idle = self.idle + passed if seen == self._last else 0.0
        self._last = seen


class Supervisor:
    """The loop around all of it."""

    def __init__(self, cluster: Cluster | None, services: list[Service], output: Output, greet: Callable[[], bool]):
        self._cluster, self._services, self._output = cluster, services, output
        self._greet: Callable[[], bool] | None = greet
        self._database = Lives()
        self._database_due = self._ending_since = float("inf")
        self._watch = Watch()
        self._asked = False
        self._failure = ""

    def ask(self, number: int, _: object) -> None:
        """Ctrl-C, systemd, or a terminal that was closed: a handler of signals."""
        self._asked = True

    def run(self) -> int:
        for service in self._services:
            service.start()
        self._watch.start()
        while not self._asked and not self._failure:
            time.sleep(TURN)
            self._look_after_database()
            for service in self._services:
                self._look_after(service)
            if self._greet and self._greet():
                self._greet = None
        if self._failure:
            print(f"Tenth: {self._failure}", file=sys.stderr, flush=True)
        self._end()
        return 1 if self._failure else 0

    def _look_after(self, service: Service) -> None:
        if service.name == "worker" and self._watch.idle >= IDLE:
            self._output.write("system", f"worker has done nothing for {self._watch.idle:.0f} s, and is replaced")
            self._watch.idle = 0.0
            service.ask_to_end(PATIENCE)
        if service.process and service.has_ended():
            pause = service.lives.end(service.code)
            if pause is None:
                self._failure = (
                    f"{service.name} has ended by itself again and again, so all ends. The lines above say why."
                )
                return
            service.due = time.monotonic() + pause
        if service.process is None and time.monotonic() >= service.due:
            if service.name == "worker":
                self._watch.idle = 0.0
            service.start()

    def _look_after_database(self) -> None:
        """Start it again when it has died, and end it when somebody else asked it to end and it does not get there."""
        if self._cluster is None:
            return
        now = time.monotonic()
        if self._database_due == float("inf"):
            self._ending_since = min(self._ending_since, now) if self._cluster.is_ending() else float("inf")
            if now - self._ending_since > ENDING:
                self._cluster.stop(ENDING)
            if self._cluster.has_ended():
                pause = self._database.end(self._cluster.code)
                if pause is None:
                    log = self._cluster.log
                    self._failure = f"the database has ended again and again, so all ends. Its log says why: {log}"
                    return
                self._database_due = now + pause
        if now >= self._database_due:
            self._output.write("system", "the database has ended, and is started again")
            self._cluster.launch()
            self._database.begin()
            self._database_due = self._ending_since = float("inf")

    def _end(self) -> None:
        """All services, gently. The database is ended by who started it, last."""
        away = self._cluster and (self._cluster.has_ended() or self._cluster.is_ending())
        for service in self._services:
            service.ask_to_end(WITHOUT_DATABASE if away else PATIENCE)
        while [service for service in self._services if not service.has_ended()]:
            time.sleep(TURN)
