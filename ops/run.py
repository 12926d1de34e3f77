"""ops.run: the supervisor behind `make run`, and the services one by one.

    python -m ops.run            database (unless DATABASE_URL names one), then web, worker and beat
    python -m ops.run web        one service alone, as systemd or a container runs it (also worker, beat)

Anything wrong ends with one sentence and exit code 2.
"""

import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import IO

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from ops.embedded import Cluster, EmbeddedError
from ops.supervise import MARK, Output, Service, Supervisor, end, marked


class StartError(Exception):
    """Tenth cannot run; the message says why and what to do."""


def in_a_sentence(action: Callable[[], int | None]) -> int:
    """Run the action. Report errors that a person can fix in one sentence, without a traceback."""
    try:
        return action() or 0
    except (ImproperlyConfigured, StartError, EmbeddedError) as error:
        print(f"Tenth: {error}", file=sys.stderr)
    except PermissionError as error:
        print(f"Tenth: {error.filename} is not accessible to this account ({error.strerror}).", file=sys.stderr)
    return 2


def services() -> dict[str, list[str]]:
    """The command of each service."""
    worker = ["worker", "--loglevel", settings.LOG_LEVEL]
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return {
        "web": [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn"],
        "worker": [sys.executable, "-m", "celery", "--app", "config.celery", "--quiet", *worker, *alone],
        "beat": [sys.executable, "-m", "ops.beat"],
    }


def answers() -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.BIND, settings.BIND)  # noqa: S104
    try:
        socket.create_connection((host, settings.PORT), timeout=0.2).close()
    except OSError:
        return False
    return True


def lock(variable: str = "TENTH_VAR") -> IO[str]:
    """Lock the data folder, so that two supervisors never share one. The lock goes away with the process."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = open(settings.VAR_DIR / "running.lock", "a+")  # noqa: SIM115 (stays open as long as we live)
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # unlike flock, not inherited by children
    except OSError as error:
        file.seek(0)
        raise StartError(
            f"already running in {settings.VAR_DIR} (process {file.read().strip()}). "
            f"Stop that one first, or give this one its own folder with {variable}."
        ) from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def end_leftovers() -> None:
    """Stop the services that a killed supervisor left running."""
    end(marked(str(settings.VAR_DIR)))


def check_port(command: str = "make run") -> None:
    family = socket.AF_INET6 if ":" in settings.BIND else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((settings.BIND, settings.PORT))
        except PermissionError as error:
            raise StartError(f"PORT={settings.PORT} needs root rights. Choose a port above 1023.") from error
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise StartError(
                    f"BIND={settings.BIND!r} is not an address of this machine ({error.strerror})."
                ) from error
            free = settings.PORT + 1 if settings.PORT < 65535 else 8000
            raise StartError(
                f"PORT={settings.PORT} is in use by another program. Stop it or use another port: {command} PORT={free}"
            ) from error


def prepare(env: dict[str, str]) -> str:
    """Run ops.prepare in a process of its own, to keep the supervisor small. Returns the first admin's link, if any."""
    result = subprocess.run([sys.executable, "-m", "ops.prepare"], env=env, stdout=subprocess.PIPE, text=True)
    if result.returncode:
        sys.exit(result.returncode)  # it has printed the reason
    return result.stdout.strip()


def first_steps(env: dict[str, str]) -> list[str]:
    """Prepare, and return the lines to add to the greeting."""
    link = prepare(env)
    return [f"No accounts yet. Open this link once to become the first admin: {link}"] if link else []


def run(
    ready: Callable[[dict[str, str]], list[str]] = first_steps, typed: str = "make run", variable: str = "TENTH_VAR"
) -> int:
    """Run everything until Ctrl-C, SIGTERM, or a part that keeps failing. The database starts first and stops last.

    `ready` is called between the database and the services, with their environment; it returns lines for the greeting.
    `typed` is the command the person typed, `variable` the setting that names the folder.
    """
    began = time.monotonic()
    stop_signals = [signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup ignores it
        stop_signals.append(signal.SIGHUP)  # the terminal was closed
    for number in stop_signals:
        signal.signal(number, lambda *_: sys.exit(0))  # until the supervisor's loop takes over
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
        notes = ready(env)

        def greet() -> bool:
            """Print the address once the web server answers."""
            if not answers():
                return False
            print(f"\n  Tenth is ready ({time.monotonic() - began:.1f} s): {settings.PUBLIC_URL}")
            for line in [*notes, "Press Ctrl-C to stop."]:
                print(f"  {line}")
            print(flush=True)
            return True

        output, folder = Output(), str(settings.BASE_DIR)
        to_run = [Service(name, command, env, folder, output) for name, command in services().items()]
        supervisor = Supervisor(cluster, to_run, output, greet)
        for number in [signal.SIGINT, *stop_signals]:
            signal.signal(number, supervisor.request_stop)
        return supervisor.run()
    except KeyboardInterrupt:
        return 0
    finally:
        for number in [signal.SIGINT, *stop_signals]:
            signal.signal(number, signal.SIG_IGN)  # already stopping, which takes a limited time
        end_leftovers()  # none, unless something went wrong
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
            raise StartError("usage: python -m ops.run [web | worker | beat]")
    return 0


if __name__ == "__main__":
    sys.exit(in_a_sentence(main))
