"""config.settings: everything that can be set, from the environment, in one file. README has the table.

A wrong value stops the start with a sentence that names the variable.
"""

import ipaddress
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")


def _fail(name: str, what: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name}={os.environ.get(name, '')!r}: {what}")


def _bool(name: str, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise _fail(name, "say 1 or 0.")


def _number(name: str, default: float, least: float = 0, most: float = float("inf")) -> float:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        raise _fail(name, f"a number from {least:g} to {most:g} is needed.")
    return number


# Where this install keeps what it makes: database, keys, collected static files.
VAR_DIR = Path(os.environ.get("TENTH_VAR", "") or BASE_DIR / "var").expanduser().resolve()

DEBUG = _bool("DEBUG", False)


def _secret_key() -> str:
    """Given, or made once into the data folder."""
    if given := os.environ.get("SECRET_KEY", ""):
        if len(given) < 32:
            raise _fail("SECRET_KEY", "at least 32 characters are needed, or leave it out and one is made.")
        return given
    path = VAR_DIR / "secret_key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        VAR_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass  # another process was first
    return path.read_text().strip()


SECRET_KEY = _secret_key()

# The address
BIND = os.environ.get("BIND", "").strip() or "127.0.0.1"
PORT = int(_number("PORT", 8000, 1, 65535))
PUBLIC_URL = (os.environ.get("PUBLIC_URL", "").strip() or f"http://localhost:{PORT}").rstrip("/")
_public = urlsplit(PUBLIC_URL)
if _public.scheme not in {"http", "https"} or not _public.hostname or _public.path or _public.query:
    raise _fail("PUBLIC_URL", "an address such as https://tenth.example.org is needed, without a path.")
HTTPS = _public.scheme == "https"
_origin = f"{_public.scheme}://{_public.netloc}"

ALLOWED_HOSTS = [_public.hostname]
if not HTTPS:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]
    try:
        if ipaddress.ip_address(BIND).is_unspecified:
            ALLOWED_HOSTS = ["*"] if _public.hostname == "localhost" else ALLOWED_HOSTS
    except ValueError:
        ALLOWED_HOSTS.append(BIND)
CSRF_TRUSTED_ORIGINS = [_origin]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "tenth_session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "tenth_csrf"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 60
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# The header in which a trusted proxy says what scheme the visitor used, e.g. X-Forwarded-Proto.
if _proxy_header := os.environ.get("TRUSTED_PROXY_HEADER", "").strip():
    SECURE_PROXY_SSL_HEADER = ("HTTP_" + _proxy_header.upper().replace("-", "_"), "https")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "axes",
    "papers",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "papers.middleware.DoorMiddleware",  # a view answers strangers only if it says so
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
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

# The database: a real one by DATABASE_URL, else the embedded one that config.embedded runs.
if os.environ.get("DATABASE_URL", "").strip():
    try:
        DATABASES = {"default": env.db_url("DATABASE_URL")}
    except (ValueError, ImproperlyConfigured) as error:
        raise _fail("DATABASE_URL", f"not understood ({error}).") from error
    if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        raise _fail("DATABASE_URL", "only PostgreSQL is supported: postgresql://user:password@host/name.")
    EMBEDDED = False
else:
    from config import embedded

    DATABASES = {"default": embedded.Cluster(VAR_DIR).django_settings()}
    EMBEDDED = True
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}

# The queue: RabbitMQ or Redis by CELERY_BROKER_URL, else PGMQ inside the same database.
CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "").strip() or "pgmq://"
if urlsplit(CELERY_BROKER_URL).scheme not in {"pgmq", "amqp", "amqps", "redis", "rediss"}:
    raise _fail("CELERY_BROKER_URL", "an address that begins with amqp:// or redis:// is needed.")

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

# Sign-in is throttled: five wrong passwords for one name from one address, then a wait of a quarter of an hour.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # trying while waiting does not lengthen the wait
AXES_LOCKOUT_CALLABLE = "papers.views.signin.locked_out"
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Pulling
ALLOW_PRIVATE_ADDRESSES = _bool("ALLOW_PRIVATE_ADDRESSES", False)
CONTACT = os.environ.get("CONTACT", "").strip() or PUBLIC_URL
ARXIV_FEED_URL = os.environ.get("ARXIV_FEED_URL", "").strip().rstrip("/") or "https://rss.arxiv.org"
ARXIV_API_URL = os.environ.get("ARXIV_API_URL", "").strip() or "https://export.arxiv.org/api/query"
HOST_PACE_SECONDS = _number("HOST_PACE_SECONDS", 1, 0, 3600)

LOG_LEVEL = (os.environ.get("LOG_LEVEL", "").strip() or "INFO").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
    raise _fail("LOG_LEVEL", "say DEBUG, INFO, WARNING, ERROR or CRITICAL.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}

MESSAGE_TAGS = {10: "", 20: "", 25: "good", 30: "warn", 40: "bad"}  # the notice classes of tenth.css
