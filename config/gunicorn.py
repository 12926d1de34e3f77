"""config.gunicorn: how the web server runs."""

import gc
import os
from typing import Any

from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

wsgi_app = "config.wsgi:application"
bind = f"[{settings.BIND}]:{settings.PORT}" if ":" in settings.BIND else f"{settings.BIND}:{settings.PORT}"
workers = settings.WEB_WORKERS
worker_class = "ops.arrivals.Worker"
threads = 4
worker_connections = 400  # for each worker, in use or waiting
# The code is loaded once and shared by the workers. Safe: database pools open at the first query, in the worker.
preload_app = True
timeout = 60
graceful_timeout = 10
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
loglevel = "warning"
control_socket_disable = True
forwarded_allow_ips = (
    ""  # nobody is believed here, this machine neither: TRUSTED_PROXY_HEADER says whom Django believes
)
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 (the heartbeat must not wait for a disk)


def pre_fork(server: Any, worker: Any) -> None:
    """What is loaded stays where it is, or collecting garbage would copy the shared pages into each worker."""
    gc.collect()
    gc.freeze()
