"""Real brokers on loopback ports for the tests: RabbitMQ and Redis, installed from Debian's packages if necessary."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# Debian's /usr/sbin/rabbitmq-server switches to its own account; this one does not.
RABBITMQ = "/usr/lib/rabbitmq/bin/rabbitmq-server"


def _binary(name: str, package: str) -> str:
    path = shutil.which(name)
    if not path and os.geteuid() == 0 and shutil.which("apt-get"):
        # We only want the program, so keep the package from starting its service.
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        for arguments in (["update"], ["install", "--yes", "--no-install-recommends", package]):
            subprocess.run(["apt-get", "-qq", *arguments], env=env, capture_output=True)
        path = shutil.which(name)
    if not path:
        pytest.skip(f"{name} is not installed, and only root can install it ({package})")
    return path


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Broker:
    """A broker that can be stopped and restarted at the same address."""

    def __init__(self, url: str, port: int, start: Callable[[], subprocess.Popen[bytes]]):
        self.url = url
        self._port = port
        self._start = start
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = self._start()
        deadline = time.monotonic() + 60
        while True:
            assert self._process.poll() is None, "the broker stopped"
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 1):
                return
            assert time.monotonic() < deadline, "the broker is not listening"
            time.sleep(0.1)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(30)
            self._process = None


@contextlib.contextmanager
def redis() -> Iterator[Broker]:
    binary, port = _binary("redis-server", "redis-server"), _port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen([binary, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    yield from _running(Broker(f"redis://127.0.0.1:{port}/0", port, start))


@contextlib.contextmanager
def rabbitmq() -> Iterator[Broker]:
    _binary(RABBITMQ, "rabbitmq-server")
    port, distribution_port, epmd_port = _port(), _port(), _port()
    with tempfile.TemporaryDirectory(prefix="tenth-rabbit-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        (home / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
        (home / "plugins").write_text("[].\n")
        env = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": folder,  # where Erlang stores its cookie
            "RABBITMQ_NODENAME": f"tenth{port}@localhost",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(distribution_port),
            "ERL_EPMD_PORT": str(epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(home / "data"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-start_epmd true +S 1:1",
        }

        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen([RABBITMQ], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        try:
            yield from _running(Broker(f"amqp://guest:guest@127.0.0.1:{port}//", port, start))
        finally:
            subprocess.run(["epmd", "-port", str(epmd_port), "-kill"], env=env, capture_output=True)


def _running(broker: Broker) -> Iterator[Broker]:
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()
