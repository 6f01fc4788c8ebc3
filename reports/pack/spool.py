"""Lists on the way into a pack: lines of JSON in a file without a name, which goes with the process."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings


class Spool:
    """Takes values one by one, and gives them back from the first as often as wanted."""

    def __init__(self) -> None:
        folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (closed by `close`)
        self.count = 0

    def add(self, value: Any) -> None:
        self.add_line(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")

    def add_line(self, line: bytes) -> None:
        self.file.seek(0, 2)
        self.file.write(line)
        self.count += 1

    def lines(self) -> Iterator[bytes]:
        """Nothing may be added, and nobody else may read, while they are read."""
        self.file.seek(0)
        yield from self.file

    def __iter__(self) -> Iterator[Any]:
        return map(json.loads, self.lines())

    def close(self) -> None:
        self.file.close()
