"""python -m demo: an existing demo starts within seconds, with its feed server, and stops cleanly."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.folders import furnished
from tests.ops.test_run import free_port

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.journey


@pytest.fixture
def var(tmp_path):
    tmp_path.chmod(0o711)  # lets in the account that runs PostgreSQL when we are root
    yield tmp_path / "var-demo"
    if (tmp_path / "var-demo" / "running.lock").exists():
        assert not processes_of(tmp_path / "var-demo")
    shutil.rmtree(tmp_path / "var-demo", ignore_errors=True)


def processes_of(var):
    """Return the names of the processes that work for this folder."""
    names = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("TENTH_DEMO_VAR") == str(var) and process.pid != os.getpid():
                names.append(process.name())
        except psutil.Error:
            continue
    return names


def start(var, port, output):
    env = {**os.environ, "TENTH_DEMO_VAR": str(var), "PORT": str(port), "DJANGO_SETTINGS_MODULE": ""}
    with open(output, "w") as file:
        return subprocess.Popen([sys.executable, "-m", "demo"], cwd=ROOT, env=env, stdout=file, stderr=file)


def until(text, output, process, seconds=90):
    deadline = time.monotonic() + seconds
    while text not in output.read_text():
        assert time.monotonic() < deadline, output.read_text()
        assert process.poll() is None, output.read_text()
        time.sleep(0.1)
    return output.read_text()


def status(url):
    try:
        return urllib.request.urlopen(url, timeout=10).status
    except urllib.error.HTTPError as error:
        return error.code


def test_an_existing_demo_starts_with_its_sources_and_stops_cleanly(var, tmp_path):
    port, feeds, output = free_port(), free_port(), tmp_path / "output"
    furnished(var)
    (var / "demo.json").write_text(json.dumps({"since": "2026-01-01", "feeds": feeds, "token": "a-token-of-old"}))
    (var / "complete").touch()
    demo = start(var, port, output)
    printed = until("Press Ctrl-C to stop.", output, demo)
    assert f"http://localhost:{port}/demo/a-token-of-old" in printed
    assert "happens once" not in printed
    assert status(f"http://127.0.0.1:{feeds}/blogs/kettle/feed.xml") == 200
    assert status(f"http://127.0.0.1:{feeds}/blogs/uncertain/feed.json") == 503  # fails on purpose, at every start
    assert (
        "every paper, person and result here is invented"
        in urllib.request.urlopen(f"http://127.0.0.1:{port}/signin", timeout=10).read().decode()
    )
    second = start(var, port, tmp_path / "second")
    assert second.wait(30) == 2
    assert "already running in" in (tmp_path / "second").read_text()
    demo.send_signal(signal.SIGINT)
    assert demo.wait(60) == 0


def test_a_taken_port_of_its_sources_is_reported(var, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        var.mkdir(mode=0o700)
        note = {"since": "2026-01-01", "feeds": other.getsockname()[1], "token": "a-token"}
        (var / "demo.json").write_text(json.dumps(note))
        demo = start(var, free_port(), tmp_path / "output")
        assert demo.wait(60) == 2
    assert "used by this demo's invented sources, is taken" in (tmp_path / "output").read_text()


def test_a_taken_port_names_the_command_to_run(var, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        demo = start(var, port, tmp_path / "output")
        assert demo.wait(60) == 2
    assert (
        f"PORT={port} is in use by another program. Stop it or use another port: make demo PORT={port + 1}"
        in (tmp_path / "output").read_text()
    )


def test_the_port_of_its_sources_cannot_serve_pages(var, tmp_path):
    furnished(var)
    (var / "demo.json").write_text(json.dumps({"since": "2026-01-01", "feeds": 8011, "token": "a-token"}))
    assert start(var, 8011, tmp_path / "output").wait(60) == 2
    assert (
        "PORT=8011 is used by this demo's invented sources. Use another: make demo PORT=8012"
        in (tmp_path / "output").read_text()
    )
