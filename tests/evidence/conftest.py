"""Each test of evidence has a storage and an incoming folder of its own, both empty."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Any) -> Path:
    """Where this test's files are kept."""
    folder = tmp_path / "files"
    folder.mkdir()
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = settings.STORAGES | {"default": backend}
    return folder


@pytest.fixture(autouse=True)
def incoming(tmp_path: Path, settings: Any) -> Path:
    """Where this test's uploads arrive."""
    folder = tmp_path / "incoming"
    folder.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = folder
    return folder
