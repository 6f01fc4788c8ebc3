"""One owner per data directory starts the servers; whoever comes meanwhile shares them.

``servers.lock`` in the data directory is held by the owner and says, once they answer, where they are. Those who share
hold ``servers.users``; a patient owner waits for them before it stops the servers.
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from aims_portal.servers.failure import ServerError
from aims_portal.servers.postgres import Postgres
from aims_portal.servers.sockets import socket_folder
from aims_portal.servers.valkey import Valkey

SECONDS_FOR_THE_OWNER = 90


class Servers:
    """`urls` are the environment variables by which the portal finds them; `owned` is empty when they are shared."""

    def __init__(self, urls: Mapping[str, str], owned: tuple[Postgres | Valkey, ...] = ()) -> None:
        self.urls, self.owned = urls, owned

    def mend(self) -> list[str]:
        """Starts those again that have died, and names them."""
        dead = [server for server in self.owned if server.process.poll() is not None]
        for server in dead:
            server.stop()
            server.start()
        return [server.name for server in dead]


@contextmanager
def running(data: Path, *, fast: bool = False, share: bool = True) -> Iterator[Servers]:
    """PostgreSQL and Valkey on `data`, and meanwhile DATABASE_URL and REDIS_URL in the environment.

    Variables that are set already stay; with both set nothing is started. With `share` off, somebody else's servers are
    a ServerError, and so are, always, servers that do not start.
    """
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        yield Servers({})
        return
    data.mkdir(mode=0o711, parents=True, exist_ok=True)
    with ExitStack() as stack:
        servers = _shared_or_started(data.resolve(), stack, fast=fast, share=share)
        added = {variable: url for variable, url in servers.urls.items() if not os.environ.get(variable)}
        os.environ.update(added)
        try:
            yield servers
        finally:
            for variable in added:
                os.environ.pop(variable, None)


def _shared_or_started(data: Path, stack: ExitStack, *, fast: bool, share: bool) -> Servers:
    deadline = time.monotonic() + SECONDS_FOR_THE_OWNER
    lock = stack.enter_context((data / "servers.lock").open("a+"))
    users = stack.enter_context((data / "servers.users").open("a"))
    while time.monotonic() < deadline:
        if _locked(lock, fcntl.LOCK_EX):
            fcntl.flock(users, fcntl.LOCK_UN)
            return stack.enter_context(_started(data, lock, users, fast=fast, patient=share))
        if not share:
            holder = _said(lock).get("pid", "unknown")
            raise ServerError(f"Another command (pid {holder}) uses {data}; wait until it has finished.")
        if _locked(users, fcntl.LOCK_SH) and (urls := _said(lock).get("urls")):
            return Servers(urls)
        time.sleep(0.1)
    raise ServerError(f"The servers on {data} are held by another process, but do not answer.")


@contextmanager
def _started(data: Path, lock: IO[str], users: IO[str], *, fast: bool, patient: bool) -> Iterator[Servers]:
    _say(lock, {"pid": os.getpid()})
    logs = data / "logs"
    logs.mkdir(mode=0o700, exist_ok=True)
    sockets = socket_folder(data)
    postgres = Postgres(data / "postgres", sockets / "postgres", logs / "postgres.log", fast=fast)
    valkey = Valkey(data / "valkey", sockets / "valkey", logs / "valkey.log", fast=fast)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, sockets, ignore_errors=True)
        for server in (valkey, postgres):
            server.start()
            stack.callback(server.stop)
        urls = {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url}
        _say(lock, {"pid": os.getpid(), "urls": urls})
        try:
            yield Servers(urls, (valkey, postgres))
        finally:
            if patient:
                fcntl.flock(users, fcntl.LOCK_EX)
            _say(lock, {"pid": os.getpid()})


def _locked(file: IO[str], kind: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(file, kind | fcntl.LOCK_NB)
        return True
    return False


def _said(lock: IO[str]) -> dict[str, dict[str, str]]:
    lock.seek(0)
    with suppress(json.JSONDecodeError):
        return dict(json.loads(lock.read()))
    return {}


def _say(lock: IO[str], what: Mapping[str, object]) -> None:
    lock.seek(0)
    lock.truncate()
    lock.write(json.dumps(what))
    lock.flush()
