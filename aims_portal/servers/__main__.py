"""Runs one command with the private servers: `python -m aims_portal.servers [--data DIR | --throwaway] -- COMMAND…`."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from aims_portal.servers import ServerError, running
from aims_portal.servers.secret_key import secret_key
from aims_portal.servers.tether import tied

HOME = Path(__file__).resolve().parents[2]


def main(words: Sequence[str]) -> int:
    """The command's exit code, or 1 when the servers do not start."""
    parser = argparse.ArgumentParser(prog="python -m aims_portal.servers", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AIMS_DATA") or HOME / ".data"))
    parser.add_argument("--throwaway", action="store_true", help="fast servers on data that are removed afterwards")
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args(words)
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)
    try:
        with throwaway() if asked.throwaway else own(asked.data) as data, running(data, fast=asked.throwaway):
            os.environ["AIMS_DATA"] = str(data)
            os.environ.setdefault("SECRET_KEY", secret_key(data))
            return obey(asked.command)
    except ServerError as failure:
        print(failure, file=sys.stderr)
        return 1


def leave(number: int, frame: FrameType | None) -> None:
    """A signal handler that unwinds, so that the servers are stopped and temporary data removed."""
    signal.signal(number, signal.SIG_IGN)
    sys.exit(128 + number)


@contextmanager
def own(data: Path) -> Iterator[Path]:
    data.mkdir(mode=0o711, parents=True, exist_ok=True)
    yield data.resolve()


@contextmanager
def throwaway() -> Iterator[Path]:
    """A folder that others may pass (as root, PostgreSQL is somebody else) but not list; gone at the end."""
    data = Path(tempfile.mkdtemp(prefix="aims-test-")).resolve()
    data.chmod(0o711)
    try:
        yield data
    finally:
        shutil.rmtree(data, ignore_errors=True)


def obey(command: Sequence[str]) -> int:
    """Runs the command in our terminal and session. Ctrl-C is its affair; when we have to go, it goes first."""
    process = subprocess.Popen(tied(command, at_death=signal.SIGTERM))  # noqa: S603 (what bin/manage and bin/test ask for)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        code = process.wait()
        return code if code >= 0 else 128 - code
    finally:
        signal.signal(signal.SIGINT, before)
        if process.poll() is None:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
