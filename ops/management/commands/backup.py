"""manage.py backup FILE: write the whole install into one file, while it runs."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from ops import archive, embedded, pgtools


class Command(BaseCommand):
    help = "Writes database and key, as of one instant, into one file, while Tenth runs. Keep the file private."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--force", action="store_true", help="replace the file if it exists")

    def handle(self, *args: Any, file: Path, force: bool, **options: Any) -> None:
        try:
            with pgtools.running():
                made = archive.write(file.absolute(), timezone.now(), force)
                archive.note(made)
        except (archive.ArchiveError, pgtools.ToolError, embedded.EmbeddedError) as error:
            raise CommandError(str(error)) from error
        size = filesizeformat(made.size).replace("\xa0", " ")
        self.stdout.write(f"{made.path}: {size} in {made.seconds:.1f} s ({made.contents.in_words()}).")
