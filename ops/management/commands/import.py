"""manage.py import FILE…: bring papers from bibliographies and lists into the install."""  # noqa: N999 (a command is named after its file)

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from papers.models import Person
from papers.reading import lists
from papers.refused import Refused

STEP = 50  # papers between two marks of progress


class Command(BaseCommand):
    help = "Adds the papers of BibTeX, RIS, CSL-JSON or plain lists. It may be stopped and repeated at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
        parser.add_argument("--email", required=True, help="the person in whose name the papers are added")

    def handle(self, *args: Any, files: list[Path], email: str, **options: Any) -> None:
        person = Person.objects.active().filter(email__iexact=email).first()
        if not person:
            raise CommandError(f"Nobody here has the address {email}.")
        for file in files:
            try:
                text, rows = lists.rows(file.read_bytes())
                self._add(person, file, text, rows)
            except (OSError, Refused) as error:
                raise CommandError(f"{file}: {error}") from error

    def _add(self, person: Person, file: Path, text: str, rows: list[lists.Row]) -> None:
        new, failed = 0, [(f"line {row.entry.line}", row.entry.why) for row in rows if not row.entry.item]
        readable = [row.number for row in rows if row.entry.item]
        for begin in range(0, len(readable), STEP):
            answer = lists.add(person, text, set(readable[begin : begin + STEP]), timezone.now())
            new, failed = new + answer["new"], failed + answer["failed"]
            done = min(begin + STEP, len(readable))
            self.stdout.write(f"\r{file}: {done:,} of {len(readable):,}", ending="")
        self.stdout.write(f"\r{file}: {new:,} new, {len(readable) - new:,} known or not added.")
        for label, why in failed:
            self.stdout.write(f"  {label}: {why}")
