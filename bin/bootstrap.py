"""Installs what is missing, then becomes the program asked for: `bootstrap.py demo|manage|test|bench [ARGUMENTS]`.

Standard library only: it runs before anything is installed. Interrupted at any point, it mends when run again.
"""

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn, TextIO

HOME = Path(__file__).resolve().parent.parent
VENV = HOME / ".venv"
PYTHON = VENV / "bin" / "python"
UNFINISHED = VENV / ".unfinished"

# What the portal loads or starts that is not a Python package, and the Debian package that brings it.
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
    "libmagic.so.1": "libmagic1",
}
PROGRAMS = {"chromium": "chromium", "pdftoppm": "poppler-utils"}


def main(door: str, *words: str) -> None:
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    # One set-up at a time. What we run inherits the lock: if we are killed, the next set-up waits for an orphaned pip.
    with (HOME / "requirements" / "portal.lock").open() as queue:
        os.set_inheritable(queue.fileno(), True)
        if not have(queue):
            say("Another set-up is under way; waiting for it ...")
            fcntl.flock(queue, fcntl.LOCK_EX)
        install_system_packages(tests=door == "test")
        install_python_packages("test" if door == "test" else "portal")
    os.chdir(HOME)
    command = [str(PYTHON), *COMMANDS[door](list(words))]
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606 (this is the program asked for)


def demo(words: list[str]) -> list[str]:
    return ["-m", "aims_portal.demo", *words]


def manage(words: list[str]) -> list[str]:
    data = []
    if words[:1] == ["--data"]:
        data, words = words[:2], words[2:]
    elif words and words[0].startswith("--data="):
        data, words = words[:1], words[1:]
    return ["-m", "aims_portal.servers", *data, "--", str(PYTHON), str(HOME / "manage.py"), *words]


def test(words: list[str]) -> list[str]:
    chosen = any(word.startswith(("-n", "--numprocesses", "--pdb", "--trace")) or word == "no:xdist" for word in words)
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    processes = [] if chosen else ["-n", "2"]
    return ["-m", "aims_portal.servers", "--throwaway", "--", str(PYTHON), "-m", "pytest", *processes, *words]


def bench(words: list[str]) -> list[str]:
    return ["-m", "aims_portal.servers", "--throwaway", "--", str(PYTHON), "-m", "tests.bench", *words]


COMMANDS = {"demo": demo, "manage": manage, "test": test, "bench": bench}


def install_system_packages(*, tests: bool) -> None:
    missing = missing_system_packages(tests)
    if not missing:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"Installing {' '.join(missing)} ...")
        apt_install(missing)
        missing = missing_system_packages(tests)
    if missing:
        give_up(f"These are missing: {', '.join(missing)}. On Debian or Ubuntu, type:", missing)


def missing_system_packages(tests: bool) -> list[str]:
    packages = [package for library, package in LIBRARIES.items() if not loads(library)]
    return packages + [package for program, package in PROGRAMS.items() if tests and not shutil.which(program)]


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def apt_install(packages: list[str]) -> None:
    """The second try comes after mending an interrupted installation and renewing the list of packages."""
    install = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300", "install", "--no-install-recommends", *packages]
    if not run(install):
        run(["dpkg", "--configure", "-a"])
        run(["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", "update"])
        run(install)


def install_python_packages(which: str) -> None:
    if is_installed(which):
        return
    if UNFINISHED.exists():
        say("The last set-up was interrupted; starting it again ...")
        shutil.rmtree(VENV)
    if not works():
        make_venv()
    UNFINISHED.touch()
    say("Installing the Python packages, which takes a minute the first time ...")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    if not run([*pip, "--require-hashes", "-r", str(lock(which))]):
        give_up("The Python packages could not be installed (see above). Run this again to mend it.")
    run([str(PYTHON), "-m", "compileall", "-q", "-j", "0", str(VENV / "lib")])
    for name in ("portal", "test") if which == "test" else ("portal",):
        stamp(name).write_text(digest(name))
    UNFINISHED.unlink()


def is_installed(which: str) -> bool:
    done = stamp(which).exists() and stamp(which).read_text() == digest(which)
    return done and not UNFINISHED.exists() and os.access(PYTHON, os.X_OK)


def lock(which: str) -> Path:
    return HOME / "requirements" / f"{which}.lock"


def stamp(which: str) -> Path:
    return VENV / f".{which}-installed"


def digest(which: str) -> str:
    """The tests' lock holds the portal's pins, but says so only in itself."""
    return hashlib.sha256(lock(which).read_bytes()).hexdigest()


def works() -> bool:
    """Whether there is an environment with a pip and a Python that is new enough."""
    probe = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return os.access(PYTHON, os.X_OK) and run([str(PYTHON), "-c", probe], quietly=True)


def make_venv() -> None:
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if not importlib.util.find_spec("ensurepip"):
        if os.geteuid() == 0 and shutil.which("apt-get"):
            say(f"Installing {package} ...")
            apt_install([package])
            importlib.invalidate_caches()
        if not importlib.util.find_spec("ensurepip"):
            give_up("This Python cannot make virtual environments. On Debian or Ubuntu, type:", [package])
    say("Making a virtual environment in .venv ...")
    if not run([sys.executable, "-m", "venv", "--clear", str(VENV)]):
        give_up(f"No virtual environment could be made in {VENV} (see above).")


def run(command: list[str], *, quietly: bool = False) -> bool:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    output = subprocess.DEVNULL if quietly else sys.stderr
    try:
        code = subprocess.call(  # noqa: S603 (the commands are ours)
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, close_fds=False
        )
    except OSError:
        return False
    return code == 0


def have(queue: TextIO) -> bool:
    try:
        fcntl.flock(queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def give_up(reason: str, packages: list[str] | None = None) -> NoReturn:
    say(reason)
    if packages:
        say(f"  sudo apt-get install {' '.join(packages)}")
    sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
