"""Tasks for test_queue.py: one that records when it starts and ends, slow enough to be killed in between."""

import os
import time
from pathlib import Path

from config.celery import app
from ops import heartbeat

heartbeat.EVERY = 0.2


@app.task
def slow(path: str) -> None:
    with open(path, "a") as file:
        print("began", os.getpid(), file=file, flush=True)
        until = time.monotonic() + 30
        while not Path(f"{path}.go").exists() and time.monotonic() < until:
            time.sleep(0.02)
        print("ended", os.getpid(), file=file, flush=True)
