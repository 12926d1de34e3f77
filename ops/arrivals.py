"""ops.arrivals: gunicorn's threaded worker, whose threads take up a request when all of it is there.

gunicorn's own reads head and body in the thread that answers, so that eight slow clients hold all there is. Here they
wait in the worker's main loop, which costs a socket each; a thread is never kept from anybody else by a client.
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

SECONDS = 60  # for a request to arrive in, and one more for each so many bytes of its body
SLOWEST = 32_000
LONGEST_HEAD = 64 * 1024
LARGEST_BODY = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1024 * 1024  # a file of that size, and the form around it
MOST_BYTES = 32 * 1024 * 1024  # of all requests that are on their way to this worker
STALL_SECONDS = 15  # how long a thread waits for one client to take a piece of its answer
LINGER_SECONDS = 2.0  # for the client to close first, or an answer that it has not read yet might be lost
SEND_BUFFER = 1024 * 1024  # a page fits in, so that the thread need not wait for who reads slowly

_CODED = re.compile(rb"\r\ntransfer-encoding[ \t]*:")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]+)[ \t]*(?=\r\n|$)")
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*(?=\r\n|$)")

_REFUSALS = {
    411: ("Length Required", "Send the request with its length."),
    413: ("Content Too Large", "That is more than can be sent at once. Send less, or a smaller file."),
    431: ("Request Header Fields Too Large", "The head of this request is too long."),
}


class Arrival:
    """How far a request has come."""

    def __init__(self, now: float) -> None:
        self.deadline = now + SECONDS
        self.size = 0
        self.needed = 0  # bytes of head and body; 0 until the head is there
        self.is_over = False  # answered: what still comes is not wanted


def measure(held: bytes) -> int:
    """The bytes of the whole request, or 0 when the end of its head is not there yet.

    A head that gunicorn refuses ends with what is held. Raises RefusedError for what is not read at all.
    """
    start = 2 if held.startswith(b"\r\n") else 0  # one empty line before the request is forgiven
    end = held.find(b"\r\n\r\n", start)
    if end < 0:
        if held.count(b"\n") != held.count(b"\r\n"):
            return len(held)  # gunicorn refuses a line that ends in LF alone
        if len(held) > LONGEST_HEAD:
            raise RefusedError(431)
        return 0
    head = held[start:end].lower()
    if _CODED.search(head):
        raise RefusedError(411)
    lengths = _LENGTH.findall(head)
    if len(lengths) != 1:
        return end + 4  # none; or gunicorn refuses it
    if len(lengths[0]) > 12 or int(lengths[0]) > LARGEST_BODY:
        raise RefusedError(413)
    return end + 4 + int(lengths[0])


class RefusedError(Exception):
    """This request is not read; the argument is the status."""


class Worker(ThreadWorker):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.arriving: dict[TConn, Arrival] = {}  # the oldest first
        self.bytes_held = 0

    def accept(self, listener: Any) -> None:
        """When there are too many connections, those that have waited longest make room."""
        super().accept(listener)
        while self.nr_conns >= self.worker_connections and (self.keepalived_conns or self.arriving):
            idle = self.keepalived_conns.popleft() if self.keepalived_conns else next(iter(self.arriving))
            self._drop(idle)

    def enqueue_req(self, conn: TConn) -> None:
        """Wait for the request. gunicorn comes by here with each new connection, and each that speaks again."""
        try:
            if not conn.initialized:
                _prepare(conn)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_readable, conn))
        except (OSError, ValueError, KeyError):
            self._drop(conn)
            return
        arrival = self.arriving[conn] = Arrival(time.monotonic())
        if read_ahead := conn.parser.unreader.buf.getbuffer().nbytes:  # it came with the last request
            self._count(arrival, read_ahead)
            self._look(conn, arrival)
        else:
            self._on_readable(conn, conn.sock)  # most often all of it is here

    def finish_request(self, conn: TConn, fs: "Future[Any]") -> None:
        """gunicorn would wait in this loop for the client to close."""
        if not fs.cancelled() and fs.exception() is None and fs.result():
            super().finish_request(conn, fs)
        else:
            self._linger(conn)

    def murder_pending(self) -> None:
        now = time.monotonic()
        for conn in [conn for conn, arrival in self.arriving.items() if arrival.deadline <= now]:
            self._drop(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """The worker is to stop: what has not arrived soon is not waited for."""
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
            self._look(conn, arrival)

    def _count(self, arrival: Arrival, number: int) -> None:
        arrival.size += number
        self.bytes_held += number

    def _look(self, conn: TConn, arrival: Arrival) -> None:
        """Hand the request over when it is whole."""
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
            self._drop(max(self.arriving, key=lambda each: self.arriving[each].size))

    def _refuse(self, conn: TConn, status: int) -> None:
        reason, sentence = _REFUSALS[status]
        head = f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: text/plain\r\n"
        _send(conn, f"{head}Content-Length: {len(sentence)}\r\n\r\n{sentence}".encode())
        self._forget(conn)
        self._linger(conn)

    def _linger(self, conn: TConn) -> None:
        """Answered: closed as soon as the client closes, or a little later."""
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
        with contextlib.suppress(OSError, ValueError, KeyError):  # it was not registered, or is closed already
            self.poller.unregister(conn.sock)

    def _drop(self, conn: TConn) -> None:
        self._forget(conn)
        self.nr_conns -= 1
        conn.close()


def _prepare(conn: TConn) -> None:
    """Make the parser (without TLS nothing is read for it), and let no call wait for the client for ever."""
    conn.init()
    conn.data_ready = True
    conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    for option in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
        conn.sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", STALL_SECONDS, 0))


def _send(conn: TConn, answer: bytes) -> None:
    """A few bytes, without waiting: who cannot take them does without."""
    with contextlib.suppress(OSError):
        conn.sock.send(answer)
