"""The project's own files, as the checks of the house read them."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BESIDE = (".venv", ".data", ".git", "build", "dist")
FLOORS = ("organisations", "records", "evidence", "systems", "clauses", "risks", "audits", "reports", "aims_portal")


@cache
def files(*suffixes: str) -> tuple[Path, ...]:
    """Files that git tracks or would track, relative to the root, sorted; with `suffixes` only those that end so."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    paths = sorted(Path(name) for name in listed.split("\0") if name and not name.startswith(BESIDE))
    return tuple(path for path in paths if (ROOT / path).is_file() and (not suffixes or path.name.endswith(suffixes)))


def templates() -> tuple[Path, ...]:
    return tuple(path for path in files(".html", ".txt", ".xml", ".svg") if "templates" in path.parts)


def python() -> tuple[Path, ...]:
    """Python files but migrations, which a machine writes."""
    return tuple(path for path in files(".py") if "migrations" not in path.parts)


def read(path: Path) -> str:
    """Text of a project file; empty for one that is not text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a tool of this virtual environment in the root; the answer holds both of its streams in `stdout`."""
    bin_folder = Path(sys.executable).parent
    return subprocess.run(
        [str(bin_folder / command[0]), *command[1:]],
        cwd=ROOT,
        env=os.environ | {"DEBUG": "1"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )


def listed(heading: str, faults: list[str]) -> str:
    """A message for a failed check: what to mend, and where."""
    return "\n  ".join([heading, *faults])
