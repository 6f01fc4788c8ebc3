"""Child processes that do not outlive the process that started them, not even when that one is killed with -9."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
SETPRIV = shutil.which("setpriv", path=os.environ.get("PATH", os.defpath) + ":/usr/bin:/bin")


def tied(command: Sequence[str], *, at_death: signal.Signals, privileges: Sequence[str] = ()) -> list[str]:
    """The command, run so that the kernel sends it `at_death` when the thread that started it ends.

    `privileges` are further options of setpriv(1). Where that program is missing (macOS) the command is unchanged.
    """
    if SETPRIV is None:
        return list(command)
    return [SETPRIV, "--pdeathsig", at_death.name.removeprefix("SIG"), *privileges, "--", *command]


def start(
    command: Sequence[str],
    *,
    log: Path,
    at_death: signal.Signals = signal.SIGTERM,
    privileges: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Starts a long-running child in a session of its own, so that Ctrl-C reaches only its supervisor."""
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 (the commands are ours)
            tied(command, at_death=at_death, privileges=privileges),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=env,
            cwd=folder,
        )


def tie_this_process(at_death: signal.Signals = signal.SIGKILL) -> None:
    """Does the same for the process we are in, which its parent forked without us."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(at_death))


def stop(process: subprocess.Popen[bytes], *, gently: signal.Signals = signal.SIGTERM, patience: float = 5) -> None:
    """Ends a child of `start` and everything in its session; after `patience` seconds by force."""
    if process.poll() is None:
        process.send_signal(gently)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    sweep(process)


def sweep(process: subprocess.Popen[bytes]) -> None:
    """Kills what is left of a child's session: a worker whose master was killed has nobody else to end it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
