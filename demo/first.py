"""demo.first: the first start of a demo: its two months are told, and told anew if that was cut short."""

import os
import time
from datetime import UTC, datetime

import django
from django.core.management import call_command

django.setup()  # before models can be imported

from demo.folder import TOLD, opened  # noqa: E402
from demo.tell import Team  # noqa: E402
from papers.models import Application, Paper, Person  # noqa: E402


def first() -> None:
    began = time.monotonic()
    if Person.objects.exists():  # an earlier first start was cut short
        call_command("flush", interactive=False, verbosity=0)
    Team(opened().site, datetime.now(UTC)).tell()
    TOLD.touch()
    told = f"{Paper.objects.count():,} papers, {Application.objects.count()} of them applied"
    print(f"{told} ({time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    try:
        first()
    except KeyboardInterrupt:
        os._exit(1)  # at once: the next start tells it anew
