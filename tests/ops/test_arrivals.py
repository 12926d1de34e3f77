"""ops.arrivals: a real gunicorn beside clients that send slowly, half, too much, or do not read."""

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
    """One worker without a database: /healthz asks none, nor does a form that is refused."""
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
    """The status of /healthz, and the seconds it took."""
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
def test_clients_that_hold_their_connection_delay_nobody(port, sent):
    slow = [client(port, sent) for _ in range(MANY)]
    time.sleep(0.5)
    took = []
    for _ in range(5):
        answer, seconds = ask(port)
        assert answer == 200
        took.append(seconds)
    assert max(took) < 3, took  # each kind held all four threads for five seconds and more
    for each in slow:
        each.close()


def test_heads_that_come_byte_by_byte_delay_nobody_and_are_answered(port):
    slow = [client(port) for _ in range(MANY)]
    for place in range(len(LAST)):
        for each in slow:
            each.sendall(LAST[place : place + 1])
        if place % 20 == 0:
            assert ask(port)[1] < 3
    assert {status(until_closed(each)) for each in slow} == {200}


def test_who_does_not_read_the_answer_delays_nobody(port):
    slow = []
    for _ in range(MANY):
        each = socket.socket()
        each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        each.connect(("127.0.0.1", port))
        each.sendall(b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n")
        slow.append(each)
    time.sleep(0.5)
    assert ask(port)[1] < 5
    for each in slow:
        each.close()


def test_a_form_that_takes_its_time_is_answered(port):
    body = b"email=ada%40team.example&password=walnut-harbour-sixteen"
    slow = client(port)
    for piece in (POST[:20], POST[20:] % len(body), body[:10], body[10:30]):
        slow.sendall(piece)
        time.sleep(0.7)
    slow.sendall(body[30:])
    assert b"403" in slow.recv(65536)  # it came without the cookie that goes with it


def test_requests_sent_together_are_answered_in_turn(port):
    answer = until_closed(client(port, GET + GET + LAST))
    assert answer.count(b"HTTP/1.1 200") == 3


def test_a_large_form_comes_through_and_a_larger_one_is_refused_in_words(port):
    large = client(port, POST % 5_000_000)
    large.sendall(b"x" * 5_000_000)
    assert status(large.recv(65536)) == 403
    larger = client(port, POST % (LARGEST_BODY + 1))
    larger.sendall(b"x" * 200_000)
    assert b"413 Content Too Large" in (answer := until_closed(larger))
    assert b"Send less" in answer


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(port):
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
def test_what_is_no_request_is_refused_at_once(port, sent, code):
    began = time.monotonic()
    assert status(until_closed(client(port, sent))) == code
    assert time.monotonic() - began < 10


def test_more_connections_than_there_is_room_for_leave_room_for_others(port):
    slow = [client(port, HALF) for _ in range(500)]
    assert ask(port)[0] == 200
    first = slow[0]
    assert first.recv(10) == b""  # the oldest had to go
    for each in slow:
        each.close()


def test_large_forms_that_stay_away_do_not_fill_the_memory(tmp_path):
    process, port = start(tmp_path)
    try:
        [worker] = psutil.Process(process.pid).children()
        before = worker.memory_info().rss
        slow = []
        for _ in range(40):
            each = client(port, POST % 6_000_000)
            slow.append(each)
            try:
                each.sendall(b"x" * 5_900_000)
            except OSError:
                continue  # dropped: it held the most
        assert ask(port)[0] == 200
        assert worker.memory_info().rss - before < 3 * arrivals.MOST_BYTES
    finally:
        process.kill()
        process.wait(30)


def test_a_stop_does_not_wait_for_half_a_request_but_for_one_that_is_coming(tmp_path):
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
    for each in slow:
        each.close()


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
def test_a_request_is_measured_by_its_head(held, whole):
    assert measure(held) == whole


def test_what_is_measured_too_long_is_refused():
    with pytest.raises(RefusedError, match="413"):
        measure(POST % (LARGEST_BODY + 1))
