"""config.settings: every setting, read from the environment, in one file. README has the table.

A wrong value stops the start with a message that names the variable.
"""

import contextlib
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from dotenv import load_dotenv
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from ops import version
from ops.embedded import Cluster
from ops.keys import is_plausible

BASE_DIR = Path(__file__).resolve().parent.parent

load_dotenv(BASE_DIR / ".env", interpolate=False)


def _fail(name: str, problem: str, show: bool = True) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name}={os.environ.get(name, '')!r}: {problem}" if show else f"{name}: {problem}")


def _text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def _bool(name: str, default: bool) -> bool:
    value = _text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise _fail(name, "use 1 or 0.")


def _number(name: str, default: float, least: float, most: float) -> float:
    try:
        number = float(_text(name, str(default)))
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        raise _fail(name, f"expected a number from {least:g} to {most:g}.")
    return number


def _whole(name: str, default: int, least: int, most: int) -> int:
    number = _number(name, default, least, most)
    if number != int(number):
        raise _fail(name, "expected a whole number.")
    return int(number)


def _address(name: str, default: str, *schemes: str, show: bool = True) -> str:
    """Return a URL with one of these schemes and a host, without a trailing slash."""
    address = _text(name, default).rstrip("/")
    try:
        parts = urlsplit(address)
        is_valid = parts.scheme in schemes and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is not a number, a truncated IPv6 address
        is_valid = False
    if not is_valid:
        expected = " or ".join(f"{scheme}://" for scheme in schemes)
        raise _fail(name, f"expected a URL with a host, starting with {expected}.", show)
    return address


# The folder for everything this install creates: database, keys, collected static files.
VAR_DIR = Path(_text("TENTH_VAR") or BASE_DIR / "var").expanduser().resolve()

DEBUG = _bool("DEBUG", False)


def _secret_key() -> str:
    """Return the key from the environment, or from the data folder, where one is created at the first start."""
    if configured := _text("SECRET_KEY"):
        if not is_plausible(configured):
            raise _fail("SECRET_KEY", "at least 50 random characters are needed; unset, one is created.", show=False)
        return configured
    path = VAR_DIR / "secret_key"
    try:
        if not path.exists():
            VAR_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = path.with_name(f"secret_key.{os.getpid()}")
            part.touch(mode=0o600)
            part.write_text(secrets.token_urlsafe(64))
            with contextlib.suppress(FileExistsError):
                os.link(part, path)  # completely or not at all; if two processes race, the first wins
            part.unlink()
        return path.read_text()
    except OSError as error:
        raise ImproperlyConfigured(
            f"TENTH_VAR: cannot read or write {path} ({error.strerror}). "
            "Start Tenth as the account that owns this folder, or choose another folder."
        ) from error


SECRET_KEY = _secret_key()

# Links in mails, allowed hosts, cookies and redirects all follow PUBLIC_URL.
BIND = _text("BIND", "127.0.0.1").strip("[]")
PORT = _whole("PORT", 8000, 1, 65535)
PUBLIC_URL = _address("PUBLIC_URL", f"http://localhost:{PORT}", "http", "https")
_public = urlsplit(PUBLIC_URL)
if _public.path or _public.query or _public.fragment or _public.username:
    raise _fail("PUBLIC_URL", "expected a URL such as https://tenth.example.org, without a path.")
HTTPS = _public.scheme == "https"

ALLOWED_HOSTS = [_public.hostname or ""]
if not HTTPS:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]", BIND]
    if BIND in {"0.0.0.0", "::"} and not _text("PUBLIC_URL"):  # noqa: S104
        ALLOWED_HOSTS = ["*"]  # on a LAN, under whatever name this machine has there
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "tenth_session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "tenth_csrf"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 60
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probed from nearby, over plain http
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if HTTPS else None  # browsers complain about it over http
X_FRAME_OPTIONS = "DENY"
# The header in which a trusted proxy reports the visitor's scheme. If set, every request comes through that proxy.
TRUSTED_PROXY_HEADER = _text("TRUSTED_PROXY_HEADER")
if TRUSTED_PROXY_HEADER:
    if not TRUSTED_PROXY_HEADER.replace("-", "").isalnum():
        raise _fail("TRUSTED_PROXY_HEADER", "expected the name of a header, such as X-Forwarded-Proto.")
    SECURE_PROXY_SSL_HEADER = ("HTTP_" + TRUSTED_PROXY_HEADER.upper().replace("-", "_"), "https")
elif HTTPS:
    raise _fail(
        "TRUSTED_PROXY_HEADER",
        "PUBLIC_URL is https, so a proxy must terminate TLS for Tenth. Name the header in which it reports the scheme, "
        "such as X-Forwarded-Proto.",
    )
WEB_WORKERS = _whole("WEB_WORKERS", 2, 1, 64)
WORKER_CONCURRENCY = _whole("WORKER_CONCURRENCY", 4, 1, 64)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "axes",
    "ops",
    "papers",
]

MIDDLEWARE = [
    "papers.middleware.ProbeMiddleware",
    "django_htmx.middleware.HtmxMiddleware",  # above everything that may refuse: refusals are shorter for htmx
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # below whitenoise, whose files are already compressed (decision 23)
    "csp.middleware.CSPMiddleware",
    "papers.middleware.AwayMiddleware",  # above everything that queries the database
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "papers.middleware.DoorMiddleware",  # strangers reach only views that allow them
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "papers.middleware.RefusedMiddleware",
]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
CELERY_APP = "config.celery.app"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# The database: the one in DATABASE_URL, else the embedded one that ops.embedded runs.
EMBEDDED = not _text("DATABASE_URL")


def _database() -> dict[str, Any]:
    """Return Django's settings for DATABASE_URL, parsed as libpq would parse it."""
    if not _text("DATABASE_URL").startswith(("postgresql://", "postgres://")):
        raise _fail("DATABASE_URL", "expected postgresql://user:password@host/name.", show=False)
    try:
        parts = conninfo_to_dict(_text("DATABASE_URL"))
    except ProgrammingError as error:
        raise _fail("DATABASE_URL", f"cannot parse it ({str(error).strip()}).", show=False) from error
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    connection = {ours: str(parts.pop(theirs, "")) for ours, theirs in names.items()}
    if not connection["NAME"]:
        raise _fail("DATABASE_URL", "the database name is missing after the host.", show=False)
    return {"ENGINE": "django.db.backends.postgresql", **connection, "OPTIONS": parts}


DATABASES = {"default": {**Cluster(VAR_DIR).django_settings(), "OPTIONS": {}} if EMBEDDED else _database()}
# Up to 20 connections: every thread of a worker has its own. A page waits `timeout` seconds for a restarting database
# before it says so. `reconnect_timeout` makes the pool start over just as often: its pauses grow, and after a long
# outage it would otherwise come back minutes late.
DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 20, "timeout": 5, "reconnect_timeout": 5}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # test each connection before a request gets it

# Shown on the health page.
VERSION = version.VERSION
DATA_DIR = Cluster(VAR_DIR).home if EMBEDDED else VAR_DIR  # the disk that grows
QUEUE_DEPTH = "ops.broker.depth"

# The queue: RabbitMQ or Redis if CELERY_BROKER_URL names one, else PGMQ inside the same database.
CELERY_BROKER_URL = _text("CELERY_BROKER_URL", "pgmq://")
if CELERY_BROKER_URL != "pgmq://":
    _address("CELERY_BROKER_URL", "", "amqp", "amqps", "redis", "rediss", show=False)  # it may hold a password

AUTH_USER_MODEL = "papers.Person"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "signin"
CSRF_FAILURE_VIEW = "papers.views.page.csrf_failed"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "signin"

# Sign-in is throttled: too many wrong passwords lock it for a quarter of an hour. papers.throttle does the counting.
AXES_HANDLER = "papers.throttle.Handler"
AXES_FAILURE_LIMIT = 1
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # cleared by a successful sign-in
# Beside "password": axes writes other fields of a failed form into the database, and who it was into the log.
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "current", "again"]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # attempts while locked out do not extend the lockout
AXES_LOCKOUT_CALLABLE = "papers.views.signin.locked_out"
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "config.proxy.client_ip"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
NUMBER_GROUPING = 3  # 1,234, where a template asks for it
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "config.bundle.Storage"
    },
}
# Messages travel in a signed cookie, which costs no write; one too long for a cookie goes into the session.
MESSAGE_STORAGE = "django.contrib.messages.storage.fallback.FallbackStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # the checkboxes of a large OPML file
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# A sentence at the top of every page, such as "Trial install" or "Maintenance tonight".
BANNER = _text("BANNER")

# Fetching
ALLOW_PRIVATE_ADDRESSES = _bool("ALLOW_PRIVATE_ADDRESSES", False)
CONTACT = _text("CONTACT", PUBLIC_URL)
if not CONTACT.isascii() or not CONTACT.isprintable():
    raise _fail("CONTACT", "expected an email address or URL in plain ASCII, because it goes into our User-Agent.")
ARXIV_FEED_URL = _address("ARXIV_FEED_URL", "https://rss.arxiv.org", "http", "https")
ARXIV_API_URL = _address("ARXIV_API_URL", "https://export.arxiv.org/api/query", "http", "https")
HUGGINGFACE_URL = _address("HUGGINGFACE_URL", "https://huggingface.co", "http", "https")


def _enrich() -> tuple[str, ...]:
    """Return the catalogues to ask, in the order of their authority. Set but empty, there are none."""
    known = ("crossref", "openalex", "semanticscholar")
    names = {name.strip().lower() for name in os.environ.get("ENRICH", ",".join(known)).split(",") if name.strip()}
    if names - set(known):
        raise _fail("ENRICH", f"expected names from {', '.join(known)}, with commas between them, or nothing.")
    return tuple(name for name in known if name in names)


# Catalogues that are asked about papers' institutions, references and venues.
ENRICH = _enrich()
OPENALEX_URL = _address("OPENALEX_URL", "https://api.openalex.org", "http", "https")
SEMANTIC_SCHOLAR_URL = _address("SEMANTIC_SCHOLAR_URL", "https://api.semanticscholar.org/graph/v1", "http", "https")
CROSSREF_URL = _address("CROSSREF_URL", "https://api.crossref.org", "http", "https")
HOST_PACE_SECONDS = _number("HOST_PACE_SECONDS", 1, 0, 3600)
# arXiv's terms of use: one request every three seconds, over all machines of an install.
ARXIV_PACE_SECONDS = _number("ARXIV_PACE_SECONDS", 3, 0, 3600)

# How long to keep the fetch log and archived queue messages.
KEEP_LOGS_DAYS = _whole("KEEP_LOGS_DAYS", 90, 1, 36500)

LOG_LEVEL = _text("LOG_LEVEL", "INFO").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
    raise _fail("LOG_LEVEL", "use DEBUG, INFO, WARNING, ERROR or CRITICAL.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "ops.logs.Formatter", "format": "{levelname} {name}: {message}", "style": "{"}},
    "filters": {"not_away": {"()": "papers.database.NotAway"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain"},
        "none": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "arxiv": {"level": "WARNING"},  # logs every request
        "urllib3": {"level": "WARNING"},  # logs every request, and a webhook's URL is a secret
        "axes": {"level": "WARNING"},  # logs every sign-in, including the one-time link used
        "django.request": {"filters": ["not_away"]},
        # These have handlers of their own, which would log URLs with tokens in them.
        "gunicorn.error": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.server": {"handlers": ["console"], "propagate": False},
        # Bots that ask for unknown hosts get a 400, without a traceback in the log.
        "django.security.DisallowedHost": {"handlers": ["none"], "propagate": False},
    },
}

MESSAGE_TAGS = {10: "", 20: "", 25: "good", 30: "warn", 40: "bad"}  # the message classes in pieces.css
