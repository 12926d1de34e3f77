"""ops.arrivals: a real gunicorn and clients that send slowly, send half, send too much, or do not read."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from ops import arrivals
from ops.arrivals import LARGEST_BODY, LONGEST_HEAD, RefusedError, measure

ROOT = Path(__file__).resolve().parents[2]
GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
HALF = b"GET /healthz HTTP/1.1\r\nHost: local"
POST = b"POST /signin HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
MANY = 48  # for one worker with four threads


def free_port():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def start(var):
    """Start one worker without a database: neither /healthz nor a refused form queries one."""
    (var / "static").mkdir(exist_ok=True)
    port = free_port()
    env = {**os.environ, "TENTH_VAR": str(var), "PORT": str(port), "WEB_WORKERS": "1", "BIND": "", "PUBLIC_URL": ""}
    env |= {"DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "1", "DATABASE_URL": "postgresql://x@127.0.0.1:9/x"}
    command = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn"]
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            ask(port)
            return process, port
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise AssertionError("gunicorn did not start")


def ask(port):
    """Return the status of /healthz and the seconds it took."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/healthz")
    status = connection.getresponse().status
    connection.close()
    return status, time.monotonic() - began


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    process, port = start(tmp_path_factory.mktemp("arrivals"))
    yield port
    process.terminate()
    process.wait(30)


def client(port, data=b""):
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(data)
    return connection


def until_closed(connection):
    answer = b""
    while piece := connection.recv(65536):
        answer += piece
    return answer


def status(answer):
    return int(answer.split()[1])


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        HALF,
        GET + HALF,
        GET,
        LAST,
        POST % 900 + b"email=",
        POST % 5_000_000 + b"email=",
        POST.replace(b"Content-Length: %d", b"Transfer-Encoding: chunked") + b"5\r\nem",
    ],
    ids=["silent", "half a head", "one and a half", "idle", "never closes", "no body", "no large body", "half chunked"],
)
def test_clients_that_hold_their_connection_block_nobody(port, sent):
    slow = [client(port, sent) for _ in range(MANY)]
    time.sleep(0.5)
    times = []
    for _ in range(5):
        answer, seconds = ask(port)
        assert answer == 200
        times.append(seconds)
    assert max(times) < 3, times  # gunicorn's own worker was blocked for five seconds or more by each of these
    for connection in slow:
        connection.close()


def test_requests_sent_byte_by_byte_block_nobody_and_are_answered(port):
    slow = [client(port) for _ in range(MANY)]
    for place in range(len(LAST)):
        for connection in slow:
            connection.sendall(LAST[place : place + 1])
        if place % 20 == 0:
            assert ask(port)[1] < 3
    assert {status(until_closed(connection)) for connection in slow} == {200}


def test_clients_that_do_not_read_block_nobody(port):
    slow = []
    for _ in range(MANY):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connection.connect(("127.0.0.1", port))
        connection.sendall(b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n")
        slow.append(connection)
    time.sleep(0.5)
    assert ask(port)[1] < 5
    for connection in slow:
        connection.close()


def test_a_form_sent_slowly_is_answered(port):
    body = b"email=ada%40team.example&password=walnut-harbour-sixteen"
    slow = client(port)
    for piece in (POST[:20], POST[20:] % len(body), body[:10], body[10:30]):
        slow.sendall(piece)
        time.sleep(0.7)
    slow.sendall(body[30:])
    assert b"403" in slow.recv(65536)  # refused, since its CSRF cookie is missing


def test_requests_sent_together_are_answered_in_turn(port):
    answer = until_closed(client(port, GET + GET + LAST))
    assert answer.count(b"HTTP/1.1 200") == 3


def test_a_large_form_gets_through_and_a_larger_one_is_refused_with_a_sentence(port):
    large = client(port, POST % 5_000_000)
    large.sendall(b"x" * 5_000_000)
    assert status(large.recv(65536)) == 403
    larger = client(port, POST % (LARGEST_BODY + 1))
    larger.sendall(b"x" * 200_000)
    assert b"413 Content Too Large" in (answer := until_closed(larger))
    assert b"Send less" in answer


def test_a_client_that_expects_100_continue_gets_it(port):
    asking = client(port, POST.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n") % 5)
    assert asking.recv(25).startswith(b"HTTP/1.1 100 Continue")
    asking.sendall(b"a=b&c")
    time.sleep(0.5)
    assert b" 403 " in asking.recv(65536)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"GET /healthz HTTP/1.1\n\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", 400),
        (b"POST /signin HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: " + b"x" * (LONGEST_HEAD + 99), 431),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", 413),
    ],
)
def test_an_invalid_request_is_refused_at_once(port, sent, code):
    began = time.monotonic()
    assert status(until_closed(client(port, sent))) == code
    assert time.monotonic() - began < 10


def test_too_many_slow_connections_leave_room_for_others(port):
    slow = [client(port, HALF) for _ in range(500)]
    assert ask(port)[0] == 200
    first = slow[0]
    assert first.recv(10) == b""  # the oldest was dropped
    for connection in slow:
        connection.close()


def test_unfinished_large_forms_do_not_fill_the_memory(tmp_path):
    process, port = start(tmp_path)
    try:
        [worker] = psutil.Process(process.pid).children()
        before = worker.memory_info().rss
        slow = []
        for _ in range(40):
            connection = client(port, POST % 6_000_000)
            slow.append(connection)
            try:
                connection.sendall(b"x" * 5_900_000)
            except OSError:
                continue  # dropped for holding the most memory
        assert ask(port)[0] == 200
        assert worker.memory_info().rss - before < 3 * arrivals.MOST_BYTES
    finally:
        process.kill()
        process.wait(30)


def test_a_stop_waits_for_a_request_that_is_arriving_but_not_for_a_stuck_one(tmp_path):
    process, port = start(tmp_path)
    slow = [client(port, HALF) for _ in range(20)]
    coming = client(port, LAST[:-4])
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    coming.sendall(LAST[-4:])
    assert status(until_closed(coming)) == 200
    began = time.monotonic()
    assert process.wait(30) == 0
    assert time.monotonic() - began < 8  # gunicorn's own limit is ten
    for connection in slow:
        connection.close()


@pytest.mark.parametrize(
    ("held", "whole"),
    [
        (b"", 0),
        (b"GET / HTTP/1.1\r\nHost: a\r\n", 0),
        (b"\r\n", 0),
        (b"\r\n" + GET, len(GET) + 2),
        (GET, len(GET)),
        (GET + GET, len(GET)),
        (b"GET / HTTP/1.1\r\n\r\n", 18),
        (POST % 7, len(POST % 7) + 7),
        (POST.replace(b"Content-Length", b"CONTENT-LENGTH") % 7 + b"abc", len(POST % 7) + 7),
        (b"GET / HTTP/1.1\r\nX: content-length: 7\r\n\r\n", 40),
    ],
)
def test_a_request_is_measured_by_its_headers(held, whole):
    assert measure(held) == whole


def test_an_oversized_request_is_refused():
    with pytest.raises(RefusedError, match="413"):
        measure(POST % (LARGEST_BODY + 1))
