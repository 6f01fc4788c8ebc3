"""The signing key of a data directory, made once: sessions outlive a restart, and no key is in the repository."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def secret_key(data: Path) -> str:
    """The key kept in `data`, made (0600) if need be; whole or absent at any moment, whoever asks first."""
    kept = data / "secret-key"
    if not kept.exists():
        fresh = data / f"secret-key.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(64))
        with suppress(FileExistsError):
            kept.hardlink_to(fresh)
        fresh.unlink()
    return kept.read_text()
