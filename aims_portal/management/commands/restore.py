"""`bin/manage restore FOLDER`: a backup into an empty installation, with the same roots, verified."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from aims_portal.backup.restoring import restore
from organisations.origin import TrackedCommand


class Command(TrackedCommand):
    help = "Restores a backup into an empty installation, proves that the roots are the same, and verifies history."
    # The database may be quite empty.
    requires_migrations_checks = False
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        verdicts = restore(folder)
        faults = [text for verdict in verdicts for text in verdict.faults]
        for text in faults:
            self.stdout.write(f"FAULT: {text}")
        events = sum(verdict.events for verdict in verdicts)
        self.stdout.write(f"Restored. {events:,} events verified; the roots are those of the backup.")
        if faults:
            self.stdout.write("NOT OK: what was backed up had been altered before.")
            sys.exit(1)
        self.stdout.write("OK")
