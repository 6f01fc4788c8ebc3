"""`bin/manage backup FOLDER`: database, files and roots of one moment, read again and verified."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from aims_portal.backup.manifest import DamagedError
from aims_portal.backup.taking import back_up
from organisations.origin import TrackedCommand


class Command(TrackedCommand):
    help = "Backs the whole installation up into a new folder. Prints the SHA-256 of its manifest: keep it elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            made = back_up(folder)
        except DamagedError as error:
            raise CommandError(f"What was written does not read back: {error}") from error
        self.stdout.write(f"{folder}: the database and {made['files']:,} files of {made['bytes']:,} bytes, verified.")
        self.stdout.write(f"SHA-256 of the manifest: {made['sha256']}")
        for fault in made["faults"]:
            self.stdout.write(f"FAULT: {fault}")
        if made["faults"]:
            raise CommandError("The backup is complete but for these files, which were damaged before it.")
