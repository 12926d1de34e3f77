"""ops.database: how libpq reaches our database, for what speaks to it without Django."""

from typing import Any

from django.conf import settings

LOCK = 0x7E27  # PostgreSQL's advisory lock of whoever migrates or restores: any number that nobody else takes


def parameters() -> dict[str, Any]:
    database = settings.DATABASES["default"]
    names = {"HOST": "host", "PORT": "port", "NAME": "dbname", "USER": "user", "PASSWORD": "password"}
    known = {theirs: database[ours] for ours, theirs in names.items() if database.get(ours)}
    return known | {name: value for name, value in database.get("OPTIONS", {}).items() if name != "pool"}
