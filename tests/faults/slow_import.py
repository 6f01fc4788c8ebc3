"""Imports one file and stops where a test wants to kill it: `python -m tests.faults.slow_import IMPORT MARKER`.

When all records are written and nothing is committed it writes the file MARKER and waits for the end.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import django


def main(import_id: str, marker: str) -> None:
    django.setup()
    from records.imports.importer import Importer
    from records.imports.running import run

    link = Importer.link

    def wait(importer: Importer, made: list[object]) -> None:
        link(importer, made)  # type: ignore[arg-type]
        Path(marker).touch()
        time.sleep(600)

    Importer.link = wait  # type: ignore[method-assign,assignment]
    run(import_id)


if __name__ == "__main__":
    main(*sys.argv[1:3])
