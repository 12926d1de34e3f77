"""ops.supervise: keep database and services running until told to stop.

A service that dies is restarted at once, then after growing pauses; if it keeps dying right after its start,
everything stops with a message. Whatever a dead service left behind is stopped first: the children of a killed web
server hold its port.
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

MARK = "TENTH_SUPERVISED"  # in the environment of everything a supervisor starts; its value is the data folder
PATIENCE = 20  # seconds a service gets to finish its work
WITHOUT_DATABASE = 5  # the same, when nothing can be finished
YOUNG = 20  # seconds; a service that stops sooner than this after its start has failed
LIVES = 5  # after this many failures in a row, everything stops
LONGEST_PAUSE = 5  # seconds
ENDING = 3  # seconds the database gets to stop after somebody else told it to, and then again after we do
TURN = 0.1  # seconds

IDLE = 300  # seconds without a sign of life before a worker is replaced
LOOK = 15  # seconds between two checks for a sign of life

SEEN = "SELECT seen_at FROM papers_heartbeat WHERE name = 'worker' AND host = %s"


class Output:
    """Lines from all services, each with time and name in front; coloured on a terminal."""

    WIDTH = 8
    COLOURS = {"web": 36, "worker": 33, "beat": 32}

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._coloured = sys.stdout.isatty()

    def write(self, name: str, line: str) -> None:
        prefix = f"{time.strftime('%H:%M:%S')} {name.ljust(self.WIDTH)} | "
        if self._coloured and name in self.COLOURS:
            prefix = f"\033[0m\033[{self.COLOURS[name]}m{prefix}\033[0m"
        with self._lock:
            try:
                print(prefix + line, flush=True)
            except (OSError, ValueError):  # the terminal was closed; the services must not block on it
                return

    def follow(self, name: str, lines: IO[bytes]) -> None:
        def read() -> None:
            for line in lines:
                self.write(name, line.decode("utf-8", "replace").rstrip("\r\n"))

        threading.Thread(target=read, name=f"output of {name}", daemon=True).start()


class Lives:
    """The record of a service's last lives: whether and when to start it again."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self._short = self._failed = 0  # in a row, up to now

    def begin(self) -> None:
        self.began = time.monotonic()

    def end(self, code: int) -> float | None:
        """Return the seconds to wait before the next start; None when the last few all failed right after starting.

        A killed service has not failed: memory may have been short for a moment.
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
    """One service, across restarts."""

    def __init__(self, name: str, command: list[str], env: dict[str, str], folder: str, output: Output):
        self.name, self._command, self._env, self._folder, self._output = name, command, env, folder, output
        self.lives = Lives()
        self.process: subprocess.Popen[bytes] | None = None
        self.code = 0  # of the last run
        self.due = 0.0  # when it may be started again
        self._killed_at = float("inf")

    def start(self) -> None:
        self.process = subprocess.Popen(
            self._command,
            env=self._env,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # only the supervisor gets Ctrl-C
        )
        assert self.process.stdout
        self._output.follow(self.name, self.process.stdout)
        self._output.write("system", f"{self.name} started (pid={self.process.pid})")
        self._killed_at = float("inf")
        self.lives.begin()

    def request_stop(self, patience: float) -> None:
        """Tell the service, but not its children, to stop: running tasks are finished, not killed."""
        if self.process and self.process.poll() is None:
            self._output.write("system", f"sending SIGTERM to {self.name} (pid {self.process.pid})")
            self.process.terminate()
            self._killed_at = min(self._killed_at, time.monotonic() + patience)

    def has_ended(self) -> bool:
        """Tell whether the service has stopped: kill it when its time is up, and clean up after it once."""
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
    """Return all processes started by a supervisor of this data folder, or those of one service's session."""

    def is_ours(process: psutil.Process) -> bool:
        try:
            if process.pid == os.getpid() or process.environ().get(MARK) != folder:
                return False
            return session is None or os.getsid(process.pid) == session
        except (psutil.Error, ProcessLookupError):
            return False  # gone, or another account's

    return [process for process in psutil.process_iter() if is_ours(process)]


def end(processes: Iterable[psutil.Process]) -> None:
    """Tell these processes to stop and kill those that do not. Any may exit by itself meanwhile."""
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
    """Watches for the sign of life that this machine's worker leaves in the database with every task.

    Only checks that the database answered count, timed by our own clock: a machine that slept or had its clock set does
    not look like a stuck worker.
    """

    def __init__(self) -> None:
        super().__init__(name="watch", daemon=True)
        self.idle = 0.0  # seconds
        self._last: object = None

    def run(self) -> None:
        last_check = time.monotonic()
        while True:
            time.sleep(LOOK)
            now = time.monotonic()
            self.check(min(now - last_check, 2 * LOOK))
            last_check = now

    def check(self, passed: float) -> None:
        try:
            with psycopg.connect(**{**parameters(), "connect_timeout": 5}, autocommit=True) as database:
                database.execute("SET statement_timeout = '5s'")
                seen = database.execute(SEEN, [socket.gethostname()[:255]]).fetchone()
        except psycopg.Error:
            self.idle = 0.0  # the worker cannot sign now, so its time starts again
            return
        self.idle = self.idle + passed if seen == self._last else 0.0
        self._last = seen


class Supervisor:
    """The loop that watches over database and services."""

    def __init__(self, cluster: Cluster | None, services: list[Service], output: Output, greet: Callable[[], bool]):
        self._cluster, self._services, self._output = cluster, services, output
        self._greet: Callable[[], bool] | None = greet
        self._database = Lives()
        self._database_due = self._ending_since = float("inf")
        self._watch = Watch()
        self._stop_requested = False
        self._failure = ""

    def request_stop(self, number: int, _: object) -> None:
        """Handle the signal that Ctrl-C, systemd or a closed terminal sends."""
        self._stop_requested = True

    def run(self) -> int:
        for service in self._services:
            service.start()
        self._watch.start()
        while not self._stop_requested and not self._failure:
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
            self._output.write("system", f"worker has done nothing for {self._watch.idle:.0f} s, replacing it")
            self._watch.idle = 0.0
            service.request_stop(PATIENCE)
        if service.process and service.has_ended():
            pause = service.lives.end(service.code)
            if pause is None:
                self._failure = f"{service.name} stopped again and again, shutting down. The lines above say why."
                return
            service.due = time.monotonic() + pause
        if service.process is None and time.monotonic() >= service.due:
            if service.name == "worker":
                self._watch.idle = 0.0
            service.start()

    def _look_after_database(self) -> None:
        """Restart the database when it has died, and stop it when somebody told it to stop and it hangs."""
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
                    self._failure = f"the database stopped again and again, shutting down. Its log says why: {log}"
                    return
                self._database_due = now + pause
        if now >= self._database_due:
            self._output.write("system", "the database stopped, restarting it")
            self._cluster.launch()
            self._database.begin()
            self._database_due = self._ending_since = float("inf")

    def _end(self) -> None:
        """Stop all services, gently. The database is stopped last, by whoever started it."""
        database_is_down = self._cluster and (self._cluster.has_ended() or self._cluster.is_ending())
        for service in self._services:
            service.request_stop(WITHOUT_DATABASE if database_is_down else PATIENCE)
        while [service for service in self._services if not service.has_ended()]:
            time.sleep(TURN)
