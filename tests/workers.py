"""Workers for tests of concurrency: threads with connections of their own, and a process to kill."""

import os
import threading
from collections.abc import Callable
from multiprocessing import forkserver
from typing import Any

from django.db import connection, connections
from django.http import HttpResponse
from django.test import Client

from papers import tasks


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run these calls at the same moment, each in a thread; return each result, or the error it raised."""
    results: list[Any] = [None] * len(calls)
    ready = threading.Barrier(len(calls))

    def run(number: int, call: Callable[[], Any]) -> None:
        try:
            ready.wait(10)
            results[number] = call()
        except Exception as error:  # for the test to inspect
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def after_the_worker(client: Client, answer: HttpResponse) -> HttpResponse:
    """Let a worker do the job that an answer leads to, and return its page. The last redirect is not followed."""
    assert "Asking" in (waiting_page := client.get(answer["Location"]).content.decode()) or "…" in waiting_page
    tasks.answer_due()
    return client.get(answer["Location"])


def start(call: Callable[[], Any]) -> int:
    """Run this in a separate process; return its id, to be killed with and waited for."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        # The child cannot wait for its parent's fork server, so it starts its own.
        forkserver._forkserver = forkserver.ForkServer()
        forkserver.ensure_running = forkserver._forkserver.ensure_running
        forkserver.connect_to_new_process = forkserver._forkserver.connect_to_new_process
        try:
            call()
        finally:
            os._exit(0)
    return pid
