"""config.gunicorn: the web server's configuration."""

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
worker_connections = 400  # per worker, active or waiting
# Load the code once and share it among workers. This is safe: database pools open at a worker's first query.
preload_app = True
timeout = 60
graceful_timeout = 10
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
loglevel = "warning"
control_socket_disable = True
forwarded_allow_ips = ""  # trust nobody here, not even this machine; Django trusts TRUSTED_PROXY_HEADER only
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 (the heartbeat must not touch a disk)


def pre_fork(server: Any, worker: Any) -> None:
    """Freeze loaded objects, or garbage collection would copy the shared pages into each worker."""
    gc.collect()
    gc.freeze()
