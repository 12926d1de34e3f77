"""manage.py restore FILE: restore a file written by `manage.py backup` into this install."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ops import archive, embedded, pgtools


class Command(BaseCommand):
    help = "Restores a file written by `backup`: completely or, if anything is wrong, not at all. Stop Tenth first."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--force", action="store_true", help="back up the current data, then replace it")
        parser.add_argument("--check", action="store_true", help="only check that the file can be restored")

    def handle(self, *args: Any, file: Path, force: bool, check: bool, **options: Any) -> None:
        file = file.absolute()
        try:
            if check:
                contents = archive.check(file)
                self.stdout.write(f"{file} is intact: {in_words(contents)}.")
                return
            restored = archive.restore(file, timezone.now(), force)
        except (archive.ArchiveError, pgtools.ToolError, embedded.EmbeddedError) as error:
            raise CommandError(str(error)) from error
        if restored.kept:
            self.stdout.write(f"Your old data was backed up to {restored.kept.path}.")
        self.stdout.write(f"Restored {in_words(restored.contents)}. Start Tenth as usual.")
        if restored.unreadable:
            self.stdout.write(
                f"{restored.unreadable} of the channels' addresses and signing keys were encrypted with another key "
                "than the backup's, and cannot be decrypted. An admin can enter them again in Settings → Channels."
            )


def in_words(contents: archive.Contents) -> str:
    return f"the backup of {contents.made_at:%Y-%m-%d %H:%M} UTC ({contents.in_words()})"
