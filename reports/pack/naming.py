"""Names of files inside an archive: whatever somebody called a file, it lands in its own folder on every system."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

# In bytes of UTF-8: with its folders a path stays below the 260 characters of Windows.
LONGEST = 120
FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?")


def safe(name: str, *, otherwise: str = "file") -> str:
    """The last part of `name` as Windows, macOS and Linux take it; `otherwise` where nothing of it is left."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Marks that turn the direction of writing, or that nobody sees, would show another name than it has.
    visible = "".join("_" if unicodedata.category(one) in {"Cf", "Cs", "Co", "Cn"} else one for one in last)
    plain = FORBIDDEN.sub("_", visible).strip().rstrip(". ").lstrip(".")
    if not plain:
        return otherwise
    return shortened(f"_{plain}" if DEVICES.fullmatch(plain) else plain)


def shortened(name: str) -> str:
    """Cuts the stem and keeps the ending."""
    ending = PurePosixPath(name).suffix[:12]
    stem = name.removesuffix(ending).encode()[: LONGEST - len(ending.encode())].decode(errors="ignore")
    return f"{stem.rstrip('. ')}{ending}"


class Paths:
    """Gives each path out once; capitals do not count, as they do not on Windows and macOS."""

    def __init__(self) -> None:
        self.given: set[str] = set()

    def path(self, *folders: str, name: str) -> str:
        """Folders and name joined; a number goes before the ending where it was given out before."""
        inside = "/".join([*(safe(folder) for folder in folders), ""])
        own, number = PurePosixPath(safe(name)), 1
        path = f"{inside}{own}"
        while path.casefold() in self.given:
            number += 1
            path = f"{inside}{own.stem}-{number}{own.suffix}"
        self.given.add(path.casefold())
        return path
