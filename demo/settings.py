"""demo.settings: the product's settings, but in the demo's own folder, on this machine only, with invented sources."""

import os

from demo.folder import PATH, ROOT, open_folder

_port = os.environ.get("PORT", "").strip() or "8010"
_folder = open_folder(int(_port) if _port.isdecimal() else 8010)  # an invalid one is refused below

# Set before the product reads its settings, so that neither a .env file nor the shell can point elsewhere.
os.environ |= {
    "TENTH_VAR": str(PATH),
    "PORT": _port,
    "BIND": "127.0.0.1",
    **dict.fromkeys(("DATABASE_URL", "CELERY_BROKER_URL", "SECRET_KEY", "PUBLIC_URL", "TRUSTED_PROXY_HEADER"), ""),
    **dict.fromkeys(("DEBUG", "CONTACT"), ""),
    "ARXIV_FEED_URL": _folder.site,
    "ARXIV_API_URL": f"{_folder.site}/api/query",
    "HUGGINGFACE_URL": _folder.site,
    "ENRICH": "openalex,semanticscholar,crossref",
    "OPENALEX_URL": f"{_folder.site}/openalex",
    "SEMANTIC_SCHOLAR_URL": f"{_folder.site}/scholar",
    "CROSSREF_URL": f"{_folder.site}/crossref",
    "ALLOW_PRIVATE_ADDRESSES": "1",
    "HOST_PACE_SECONDS": "0",
    "ARXIV_PACE_SECONDS": "0",
    "LOG_LEVEL": os.environ.get("LOG_LEVEL") or "WARNING",
    "BANNER": "A demo: every paper, person and result here is invented. "
    f"To delete it, stop it and remove {PATH.name}/.",
}

from config.settings import *  # noqa: E402, F403

ROOT_URLCONF = "demo.urls"
TEMPLATES = [{**TEMPLATES[0], "DIRS": [ROOT / "demo" / "templates", ROOT / "templates"]}]  # noqa: F405
# Browsers share cookies between ports of a host; these names keep people signed in to their own install.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "tenth_demo_session", "tenth_demo_csrf"
