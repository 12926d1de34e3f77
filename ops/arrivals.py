"""ops.arrivals: a threaded gunicorn worker that hands a request to a thread only once all of it has arrived.

gunicorn's own worker reads the request in the thread that answers it, so eight slow clients block everyone. Here slow
requests wait in the main loop, at the cost of one socket each, and never occupy a thread.
"""

import contextlib
import re
import selectors
import socket
import struct
import time
from concurrent.futures import Future
from functools import partial
from typing import Any

from django.conf import settings
from gunicorn.workers.gthread import TConn, ThreadWorker

SECONDS = 60  # the time a request gets to arrive, plus a second for every SLOWEST bytes of its body
SLOWEST = 32_000
LONGEST_HEAD = 64 * 1024
LARGEST_BODY = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1024 * 1024  # the largest upload, plus the rest of its form
MOST_BYTES = 32 * 1024 * 1024  # of all requests still arriving at this worker
STALL_SECONDS = 15  # how long a thread waits for a client to accept the next part of the response
LINGER_SECONDS = 2.0  # for the client to close first; closing earlier could lose a response it has not read yet
SEND_BUFFER = 1024 * 1024  # holds a whole page, so a slow reader does not keep the thread waiting

_CODED = re.compile(rb"\r\ntransfer-encoding[ \t]*:")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]+)[ \t]*(?=\r\n|$)")
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*(?=\r\n|$)")

_REFUSALS = {
    411: ("Length Required", "Send a Content-Length with the request."),
    413: ("Content Too Large", "This request is too large. Send less, or a smaller file."),
    431: ("Request Header Fields Too Large", "The headers of this request are too long."),
}


class Arrival:
    """The progress of one request that is still arriving."""

    def __init__(self, now: float) -> None:
        self.deadline = now + SECONDS
        self.size = 0
        self.needed = 0  # bytes of headers and body; 0 until the headers are complete
        self.is_over = False  # answered; anything else the client sends is ignored


def measure(held: bytes) -> int:
    """Return the size of the whole request, or 0 while its headers are incomplete.

    When gunicorn will refuse the headers, return the size so far. Raise RefusedError for a request we do not read.
    """
    start = 2 if held.startswith(b"\r\n") else 0  # allow one empty line before the request
    end = held.find(b"\r\n\r\n", start)
    if end < 0:
        if held.count(b"\n") != held.count(b"\r\n"):
            return len(held)  # gunicorn refuses lines that end in a bare LF
        if len(held) > LONGEST_HEAD:
            raise RefusedError(431)
        return 0
    head = held[start:end].lower()
    if _CODED.search(head):
        raise RefusedError(411)
    lengths = _LENGTH.findall(head)
    if len(lengths) != 1:
        return end + 4  # no body, or several lengths, which gunicorn refuses
    if len(lengths[0]) > 12 or int(lengths[0]) > LARGEST_BODY:
        raise RefusedError(413)
    return end + 4 + int(lengths[0])


class RefusedError(Exception):
    """A request that we refuse to read; the argument is the HTTP status."""


class Worker(ThreadWorker):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.arriving: dict[TConn, Arrival] = {}  # oldest first
        self.bytes_held = 0

    def accept(self, listener: Any) -> None:
        """Accept a connection; when there are too many, drop those that have waited longest."""
        super().accept(listener)
        while self.nr_conns >= self.worker_connections and (self.keepalived_conns or self.arriving):
            idle = self.keepalived_conns.popleft() if self.keepalived_conns else next(iter(self.arriving))
            self._drop(idle)

    def enqueue_req(self, conn: TConn) -> None:
        """Wait for a request. gunicorn calls this for each new connection and each request on a kept-alive one."""
        try:
            if not conn.initialized:
                _prepare(conn)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_readable, conn))
        except (OSError, ValueError, KeyError):
            self._drop(conn)
            return
        arrival = self.arriving[conn] = Arrival(time.monotonic())
        if read_ahead := conn.parser.unreader.buf.getbuffer().nbytes:  # sent together with the previous request
            self._count(arrival, read_ahead)
            self._hand_over(conn, arrival)
        else:
            self._on_readable(conn, conn.sock)  # usually the whole request is here already

    def finish_request(self, conn: TConn, fs: "Future[Any]") -> None:
        """Close in the background; gunicorn would block this loop until the client closes."""
        if not fs.cancelled() and fs.exception() is None and fs.result():
            super().finish_request(conn, fs)
        else:
            self._linger(conn)

    def murder_pending(self) -> None:
        now = time.monotonic()
        for conn in [conn for conn, arrival in self.arriving.items() if arrival.deadline <= now]:
            self._drop(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """Stop waiting for requests that will not arrive before the worker stops."""
        super()._cap_keepalive(deadline)
        for arrival in self.arriving.values():
            arrival.deadline = min(arrival.deadline, deadline)

    def _on_readable(self, conn: TConn, sock: socket.socket) -> None:
        try:
            data = sock.recv(LONGEST_HEAD)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        arrival = self.arriving[conn]
        if not data:
            self._drop(conn)
        elif not arrival.is_over:
            buffer = conn.parser.unreader.buf
            buffer.seek(0, 2)
            buffer.write(data)
            self._count(arrival, len(data))
            self._hand_over(conn, arrival)

    def _count(self, arrival: Arrival, number: int) -> None:
        arrival.size += number
        self.bytes_held += number

    def _hand_over(self, conn: TConn, arrival: Arrival) -> None:
        """Hand the request to a thread once it is complete."""
        if not arrival.needed:
            held = conn.parser.unreader.buf.getvalue()
            try:
                arrival.needed = measure(held)
            except RefusedError as refused:
                self._refuse(conn, refused.args[0])
                return
            arrival.deadline += max(0, arrival.needed - LONGEST_HEAD) / SLOWEST
            if arrival.size < arrival.needed and _EXPECTS.search(held.lower()):
                _send(conn, b"HTTP/1.1 100 Continue\r\n\r\n")
        if 0 < arrival.needed <= arrival.size:
            self._forget(conn)
            super().enqueue_req(conn)
        elif self.bytes_held > MOST_BYTES:
            self._drop(max(self.arriving, key=lambda conn: self.arriving[conn].size))

    def _refuse(self, conn: TConn, status: int) -> None:
        reason, sentence = _REFUSALS[status]
        head = f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: text/plain\r\n"
        _send(conn, f"{head}Content-Length: {len(sentence)}\r\n\r\n{sentence}".encode())
        self._forget(conn)
        self._linger(conn)

    def _linger(self, conn: TConn) -> None:
        """Wait briefly for the client to close a connection that has been answered."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_readable, conn))
        except (OSError, ValueError, KeyError):
            self._drop(conn)
            return
        arrival = self.arriving[conn] = Arrival(time.monotonic() + LINGER_SECONDS - SECONDS)
        arrival.is_over = True

    def _forget(self, conn: TConn) -> None:
        if arrival := self.arriving.pop(conn, None):
            self.bytes_held -= arrival.size
        with contextlib.suppress(OSError, ValueError, KeyError):  # never registered, or already closed
            self.poller.unregister(conn.sock)

    def _drop(self, conn: TConn) -> None:
        self._forget(conn)
        self.nr_conns -= 1
        conn.close()


def _prepare(conn: TConn) -> None:
    """Create the parser (without TLS this reads nothing) and limit how long any call waits for the client."""
    conn.init()
    conn.data_ready = True
    conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    for option in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
        conn.sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", STALL_SECONDS, 0))


def _send(conn: TConn, answer: bytes) -> None:
    """Send a few bytes without waiting; give up on a client that cannot take them."""
    with contextlib.suppress(OSError):
        conn.sock.send(answer)
