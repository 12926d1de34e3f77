"""models.secret: a text column that is encrypted at rest with a key derived from SECRET_KEY."""

import base64
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models


class Unreadable(str):
    """A placeholder for a secret written under another SECRET_KEY. It is empty, so false."""

    __slots__ = ()


@lru_cache(maxsize=4)
def _box(*keys: str) -> MultiFernet:
    """Encrypt with the first key, decrypt with any of them (SECRET_KEY_FALLBACKS). HKDF: RFC 5869."""

    def fernet(key: str) -> Fernet:
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"tenth secret column").derive(key.encode())
        return Fernet(base64.urlsafe_b64encode(derived))

    return MultiFernet([fernet(key) for key in keys])


def can_decrypt(key: str, value: str) -> bool:
    """Check whether a value in the database was encrypted under this SECRET_KEY."""
    try:
        _box(key).decrypt(value.encode())
    except InvalidToken:
        return False
    return True


class SecretField(models.TextField):
    """Text that is encrypted in the database (Fernet: AES-128-CBC with HMAC-SHA256) and plain in Python.

    It cannot be searched, because the same text has a different ciphertext each time.
    """

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        if not text:
            return text
        return _box(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).encrypt(text.encode()).decode()

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        if not value:
            return value
        try:
            return _box(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).decrypt(value.encode()).decode()
        except InvalidToken:
            return Unreadable()
