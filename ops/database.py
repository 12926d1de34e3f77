"""ops.database: connection parameters for code that talks to our database without Django."""

from typing import Any

from django.conf import settings

LOCK = 0x7E27  # the PostgreSQL advisory lock for migrating and restoring; an arbitrary number


def parameters() -> dict[str, Any]:
    database = settings.DATABASES["default"]
    names = {"HOST": "host", "PORT": "port", "NAME": "dbname", "USER": "user", "PASSWORD": "password"}
    present = {theirs: database[ours] for ours, theirs in names.items() if database.get(ours)}
    return present | {name: value for name, value in database.get("OPTIONS", {}).items() if name != "pool"}
