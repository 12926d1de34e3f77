"""config.run: the supervisor behind `make run`, and the services one by one.

    python -m config.run            database (unless DATABASE_URL names one), then web, worker and beat
    python -m config.run web        one service alone, as systemd or a container runs it (also worker, beat)

Whatever is wrong ends in one sentence and exit code 2.
"""

import contextlib
import errno
import fcntl
import multiprocessing
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import IO

import honcho.manager
import psutil
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from honcho.compat import ProcessManager
from honcho.printer import Printer

from config.embedded import Cluster, EmbeddedError

PATIENCE = 20  # seconds that a service gets to finish what it does
MARK = "TENTH_SUPERVISED"  # in the environment of all that a supervisor starts: the data folder it works for


class StartError(Exception):
    """Tenth cannot run; the sentence says why and what to do."""


def in_a_sentence(act: Callable[[], int | None]) -> int:
    """Run it. What a person can mend is said in one sentence, without a traceback."""
    try:
        return act() or 0
    except (ImproperlyConfigured, StartError, EmbeddedError) as error:
        print(f"Tenth: {error}", file=sys.stderr)
    except PermissionError as error:
        print(f"Tenth: {error.filename} is closed to this account ({error.strerror}).", file=sys.stderr)
    return 2


def services() -> dict[str, list[str]]:
    """The command of each service."""
    worker = ["worker", "--loglevel", settings.LOG_LEVEL]
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return {
        "web": [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn"],
        "worker": [sys.executable, "-m", "celery", "--app", "config.celery", "--quiet", *worker, *alone],
        "beat": [sys.executable, "-m", "config.beat"],
    }


class Gently(ProcessManager):
    """Asks the service to end, and not its children too: a task at work is finished, not shot."""

    def terminate(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


class Manager(honcho.manager.Manager):
    """honcho's, which also ends when the database does, and greets when the web server answers."""

    def __init__(self, cluster: Cluster | None, greet: Callable[[], None]):
        super().__init__(Printer(sys.stdout))
        self._procmgr = Gently()
        self._cluster = cluster
        self._greet: Callable[[], None] | None = greet

    def _any_stopped(self) -> bool:
        """Asked by honcho at each turn of its loop, once all have started."""
        if self._greet and not self._terminating and answers():
            self._greet()
            self._greet = None
        if self._cluster and self._cluster.has_ended():
            if not self._terminating:
                honcho.manager.KILL_WAIT = 3  # without it nothing can be finished
                self._end_with(f"the database has ended, so all ends. Its log says why: {self._cluster.log}")
            return True
        ended = [name for name, process in self._processes.items() if process.get("returncode") is not None]
        if ended and not self._terminating:
            self._end_with(f"{ended[0]} has ended by itself, so all ends. The lines above say why.")
        return bool(ended)

    def _end_with(self, sentence: str) -> None:
        print(f"Tenth: {sentence}", file=sys.stderr, flush=True)
        self.returncode = 1


def answers() -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.BIND, settings.BIND)  # noqa: S104
    try:
        socket.create_connection((host, settings.PORT), timeout=0.2).close()
    except OSError:
        return False
    return True


def lock(variable: str = "TENTH_VAR") -> IO[str]:
    """Two supervisors never work in one folder. The lock goes with the process, however it ends."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = open(settings.VAR_DIR / "running.lock", "a+")  # noqa: SIM115 (open as long as we live)
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # not inherited by children, as flock would be
    except OSError as error:
        file.seek(0)
        raise StartError(
            f"it is running already in {settings.VAR_DIR} (process {file.read().strip()}). "
            f"End that one first, or give this one its own folder with {variable}."
        ) from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def end_leftovers() -> None:
    """End the services that a killed supervisor left behind."""
    left = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(settings.VAR_DIR) and process.pid != os.getpid():
                left.append(process)
        except psutil.Error:
            continue  # gone, or another account's: not ours
    for process in left:
        process.terminate()
    _, stubborn = psutil.wait_procs(left, timeout=2)
    for process in stubborn:
        process.kill()
    psutil.wait_procs(stubborn, timeout=5)


def check_port(command: str = "make run") -> None:
    family = socket.AF_INET6 if ":" in settings.BIND else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((settings.BIND, settings.PORT))
        except PermissionError as error:
            raise StartError(f"PORT={settings.PORT} needs more rights. Choose one above 1023.") from error
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise StartError(f"BIND={settings.BIND!r} is no address of this machine ({error.strerror}).") from error
            free = settings.PORT + 1 if settings.PORT < 65535 else 8000
            raise StartError(
                f"PORT={settings.PORT} is taken by another program. End that one or take another: {command} PORT={free}"
            ) from error


def prepare(env: dict[str, str]) -> str:
    """Run config.prepare apart, so that the supervisor stays small. Returns the first admin's link, if one is due."""
    done = subprocess.run([sys.executable, "-m", "config.prepare"], env=env, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.returncode)  # it has said why
    return done.stdout.strip()


def first_steps(env: dict[str, str]) -> list[str]:
    """Prepare; what a person should know then, in lines for the greeting."""
    link = prepare(env)
    return [f"Nobody is here yet. Make yourself the first admin, once: {link}"] if link else []


def run(
    ready: Callable[[dict[str, str]], list[str]] = first_steps, typed: str = "make run", variable: str = "TENTH_VAR"
) -> int:
    """Everything, until Ctrl-C or SIGTERM, or until one part ends. The database goes first and last.

    `ready` is called between database and services, with the environment of all that runs; it returns what to say.
    `typed` is what a person typed, `variable` what names the folder.
    """
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # until honcho takes it over
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup has it
        signal.signal(signal.SIGHUP, lambda *_: sys.exit(0))  # the terminal was closed
    held = lock(variable)
    end_leftovers()
    check_port(typed)
    cluster = Cluster(settings.VAR_DIR) if settings.EMBEDDED else None
    env = {**os.environ, MARK: str(settings.VAR_DIR), "PYTHONUNBUFFERED": "1"}
    try:
        if cluster:
            if cluster.account and cluster.home != settings.VAR_DIR:
                print(f"Started as root: the database runs as {cluster.account.pw_name}, in {cluster.data}", flush=True)
            cluster.start()
        told = ready(env)

        def greet() -> None:
            print(f"\n  Tenth is ready ({time.monotonic() - began:.1f} s): {settings.PUBLIC_URL}")
            for line in [*told, "Ctrl-C ends it."]:
                print(f"  {line}")
            print(flush=True)

        if sys.platform == "linux":
            multiprocessing.set_start_method("fork")  # honcho's helpers share our memory, in every Python
        honcho.manager.KILL_WAIT = PATIENCE
        manager = Manager(cluster, greet)
        for name, command in services().items():
            manager.add_process(name, f"exec {shlex.join(command)}", env=env, cwd=str(settings.BASE_DIR))
        manager.loop()
        return int(manager.returncode == 1)
    except KeyboardInterrupt:
        return 0
    finally:
        end_leftovers()  # none, unless something broke or the terminal was closed
        if cluster:
            cluster.stop()
        held.close()


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.chdir(settings.BASE_DIR)
    match sys.argv[1:]:
        case []:
            return run()
        case [name] if name in services():
            if name == "web":
                check_port()
            os.execv(sys.executable, services()[name])  # noqa: S606
        case _:
            raise StartError("usage: python -m config.run [web | worker | beat]")
    return 0


if __name__ == "__main__":
    sys.exit(in_a_sentence(main))
