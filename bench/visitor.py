"""bench.visitor: a signed-in browser without a network, sending requests to the product's real WSGI application."""

import io
import time
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.middleware.csrf import _get_new_csrf_string

from papers.models import Person


class Visitor:
    def __init__(self, application: Callable[..., Any], person: Person):
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.save()
        self.application = application
        self.token = _get_new_csrf_string()
        cookies = SimpleCookie(
            {settings.SESSION_COOKIE_NAME: session.session_key or "", settings.CSRF_COOKIE_NAME: self.token}
        )
        self.cookies = cookies.output([], header="", sep=";")

    def get(self, path: str) -> tuple[float, bytes]:
        """Request a page; return milliseconds and body."""
        return self._ask("GET", path)

    def act(self, path: str, **fields: Any) -> tuple[float, bytes]:
        """Submit a form as htmx would."""
        body = urlencode(fields | {"csrfmiddlewaretoken": self.token}).encode()
        return self._ask("POST", path, body, HTTP_HX_REQUEST="true", CONTENT_TYPE="application/x-www-form-urlencoded")

    def _ask(self, method: str, path: str, body: bytes = b"", **extra: str) -> tuple[float, bytes]:
        path, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost:8000",
            "HTTP_COOKIE": self.cookies,
            "HTTP_ACCEPT": "text/html",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            **extra,
        }
        status = ""

        def start_response(line: str, headers: list[tuple[str, str]], *rest: Any) -> None:
            nonlocal status
            status = line

        began = time.perf_counter()
        answer = self.application(environ, start_response)
        page = b"".join(answer)
        answer.close()
        milliseconds = (time.perf_counter() - began) * 1000
        if not status.startswith(("2", "303")):
            raise RuntimeError(f"{method} {path} answered {status}: {page[:300]!r}")
        return milliseconds, page
