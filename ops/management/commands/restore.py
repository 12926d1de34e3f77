"""manage.py restore FILE: put back what `manage.py backup` wrote, into this install."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ops import archive, embedded, pgtools


class Command(BaseCommand):
    help = "Restores what `backup` wrote: all of it or, when anything is wrong, nothing. Tenth has to be stopped."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--force", action="store_true", help="back up what is here now, then replace it")
        parser.add_argument("--check", action="store_true", help="only see whether the file is whole and fits")

    def handle(self, *args: Any, file: Path, force: bool, check: bool, **options: Any) -> None:
        file = file.absolute()
        try:
            if check:
                contents = archive.check(file)
                self.stdout.write(f"{file} is whole: {in_words(contents)}.")
                return
            done = archive.restore(file, timezone.now(), force)
        except (archive.ArchiveError, pgtools.ToolError, embedded.EmbeddedError) as error:
            raise CommandError(str(error)) from error
        if done.kept:
            self.stdout.write(f"What was here before is kept in {done.kept.path}.")
        self.stdout.write(f"Restored {in_words(done.contents)}. Start Tenth as always.")
        if done.unreadable:
            self.stdout.write(
                f"{done.unreadable} of the channels' addresses and signing keys cannot be read with the backup's key, "
                "and were written under another. An admin can enter them again in Settings → Channels."
            )


def in_words(contents: archive.Contents) -> str:
    return f"the backup of {contents.made_at:%Y-%m-%d %H:%M} UTC ({contents.in_words()})"
