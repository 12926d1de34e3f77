"""The product's settings, with a data folder for this test run: tests never touch var/."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "TENTH_TEST_RUN" not in os.environ:  # xdist's workers inherit it from the controller
    _var = Path(tempfile.mkdtemp(prefix="tenth-test-"))
    atexit.register(shutil.rmtree, _var, ignore_errors=True)
    (_var / "static").mkdir()  # whitenoise looks for it
    _var.chmod(0o711)  # lets in the account that runs PostgreSQL when we are root
    for _name in (
        "DEBUG",
        "PUBLIC_URL",
        "SECRET_KEY",
        "BIND",
        "PORT",
        "CELERY_BROKER_URL",
        "ALLOW_PRIVATE_ADDRESSES",
        "ENRICH",
    ):
        os.environ[_name] = ""  # tests ignore a developer's .env
    os.environ["TENTH_TEST_RUN"] = os.environ["TENTH_VAR"] = str(_var)

from config.settings import *  # noqa: F403
from config.settings import DATABASES, STORAGES

DATABASES["default"]["OPTIONS"].pop("pool", None)
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Argon2 is slow on purpose, and tests sign in often.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
