"""Where the Unix sockets live: their paths may have 107 bytes at most, whatever the data directory is called."""

import hashlib
import os
import shutil
import stat
from pathlib import Path

from aims_portal.servers.failure import ServerError


def address(data: Path) -> Path:
    """The folder for the sockets of this data directory: the session's own, or in /tmp.

    For root always in /tmp, since PostgreSQL's account may not enter root's session folder.
    """
    session = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent")
    usable = os.geteuid() and len(os.fsencode(session)) < 50 and session.is_dir()
    base = session if usable and session.stat().st_uid == os.geteuid() else Path("/tmp")  # noqa: S108 (see socket_folder)
    return base / f"aims-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"


def socket_folder(data: Path) -> Path:
    """That folder, made if need be; refused when somebody else made it.

    Root's is 0711 instead of 0700, because its PostgreSQL runs as another user and must pass; what lies in it is
    private all the same.
    """
    folder = address(data)
    mode = 0o711 if os.geteuid() == 0 else 0o700
    folder.mkdir(mode=mode, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise ServerError(f"{folder} should be our folder for sockets, but somebody else made it. Remove it.")
    folder.chmod(mode)
    return folder


def empty_folder(folder: Path, owner: tuple[int, int] | None) -> None:
    """Makes `folder` new, 0700 and `owner`'s: what a killed server left in it would stop the next one."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    if owner:
        os.chown(folder, *owner)
