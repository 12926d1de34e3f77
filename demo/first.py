"""demo.first: the first start of a demo: create its two months, starting over if an earlier run was interrupted."""

import os
import time
from datetime import UTC, datetime

import django
from django.core.management import call_command

django.setup()  # before models can be imported

from demo.folder import COMPLETE, load_folder  # noqa: E402
from demo.tell import Team  # noqa: E402
from papers.models import Application, Paper, Person  # noqa: E402


def first() -> None:
    began = time.monotonic()
    if Person.objects.exists():  # an earlier first start was interrupted
        call_command("flush", interactive=False, verbosity=0)
    Team(load_folder().site, datetime.now(UTC)).tell()
    COMPLETE.touch()
    summary = f"{Paper.objects.count():,} papers, {Application.objects.count()} of them applied"
    print(f"{summary} ({time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    try:
        first()
    except KeyboardInterrupt:
        os._exit(1)  # immediately; the next start begins again
