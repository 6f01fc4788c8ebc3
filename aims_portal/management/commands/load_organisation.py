"""`load_organisation FILE.yaml [--shift-from DAY]`: takes an organisation over from a file, all of it or nothing."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from aims_portal.loading import load, summary
from organisations.origin import TrackedCommand
from organisations.rows import BadFileError


def day(text: str) -> date:
    """Its name is what argparse says of a wrong one: "invalid day value"."""
    return date.fromisoformat(text)


class Command(TrackedCommand):
    help = "Loads an organisation from a YAML file; says file, line, field and reason where it cannot."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--shift-from",
            type=day,
            metavar="YYYY-MM-DD",
            help="move every date of the file, so that this day of the file is today",
        )

    def handle(self, *args: Any, file: Path, shift_from: date | None = None, **options: Any) -> None:
        try:
            loaded = load(file, shift_from=shift_from)
        except BadFileError as error:
            raise CommandError(_("nothing was loaded.") + f"\n{error}") from error
        for line in summary(loaded):
            self.stdout.write(line)
