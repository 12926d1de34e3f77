"""config.wsgi: the WSGI application."""

import logging
import os

import argon2  # noqa: F401 (see below)
import psycopg_pool  # noqa: F401
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from config.celery import app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

# Load now, before gunicorn forks its workers, what the first requests would load: the workers share it (20 MB).
get_resolver().reverse_dict  # noqa: B018 (loads all views)
app.connection_for_write().get_transport_cls()

log = logging.getLogger("tenth")
if not settings.HTTPS:
    log.warning(
        "PUBLIC_URL is http: secure cookies, HSTS and the redirect to https are off. "
        "Fine on this machine; across a network, anyone in between can read the traffic."
    )
