from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        (tmp_path / "files").mkdir(exist_ok=True)
        (tmp_path / "files" / "log.txt").write_text("10:01 board 4711 sorted\n")
        path = tmp_path / "small.yaml"
        path.write_text(text)
        return path

    return write
