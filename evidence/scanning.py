"""Asks a virus scanner (clamd's INSTREAM) about a file. A scanner that cannot be asked lets nothing in."""

from __future__ import annotations

import logging
import socket
import struct
import time
from threading import BoundedSemaphore
from typing import IO
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from .checking import Refused, Unstored

logger = logging.getLogger(__name__)

PORT = 3310
A_CHUNK = 2**16
# An answer is one line; whoever sends more is no scanner.
LONGEST_ANSWER = 1024
CONNECTS_WITHIN = 3.0
# A scanner that hangs must not hold every thread of this process: the others go on serving pages.
SLOTS = BoundedSemaphore(2)
A_SLOT_WITHIN = 2.0


def scan(file: IO[bytes], *, filename: str) -> None:
    """Passes where no scanner is set or it finds nothing. Raises Refused for what it finds, and Unstored where it is
    down, too slow, too busy, or says what nobody understands.
    """
    if not settings.SCANNER_URL:
        return
    name = {"name": filename}
    try:
        said = asked(file)
    except (OSError, ValueError) as error:
        logger.exception("the virus scanner could not be asked about an upload")
        message = _("“%(name)s” was not stored: the virus scanner could not be asked. Try again later.")
        raise Unstored(message % name) from error
    if said == "stream: OK":
        return
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        found = said.removeprefix("stream: ").removesuffix(" FOUND")
        logger.warning("the virus scanner found %s in an upload", found)
        message = _("“%(name)s” is refused: the virus scanner found %(found)s.")
        raise Refused(message % (name | {"found": found}))
    logger.error("the virus scanner answered %r", said)
    if "size limit exceeded" in said:
        message = _("“%(name)s” is refused: it is larger than the virus scanner takes. Tell your administrator.")
        raise Refused(message % name)
    raise Unstored(_("“%(name)s” was not stored: the virus scanner gave no clear answer. Try again later.") % name)


def asked(file: IO[bytes]) -> str:
    """What the scanner says about the file, from its beginning; the file is left there. Raises OSError, ValueError."""
    if not SLOTS.acquire(timeout=A_SLOT_WITHIN):
        raise TimeoutError("too many files are being scanned")
    try:
        file.seek(0)
        with connected() as line:
            ends = time.monotonic() + settings.SCANNER_TIMEOUT
            try:
                sent(file, line, ends)
            except (BrokenPipeError, ConnectionResetError):
                # It stops listening when it has seen enough, and has said why before.
                logger.info("the virus scanner stopped listening")
            return answer(line, ends)
    finally:
        SLOTS.release()
        file.seek(0)


def connected() -> socket.socket:
    """A line to `clamd://host:port` or `unix:///path`. Raises OSError, and ValueError for another address."""
    url = urlsplit(settings.SCANNER_URL)
    if url.scheme == "unix":
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(CONNECTS_WITHIN)
        try:
            line.connect(url.path)
        except OSError:
            line.close()
            raise
        return line
    if url.scheme != "clamd" or not url.hostname:
        raise ValueError("SCANNER_URL is neither clamd://host:port nor unix:///path")
    return socket.create_connection((url.hostname, url.port or PORT), CONNECTS_WITHIN)


def sent(file: IO[bytes], line: socket.socket, ends: float) -> None:
    """The file in chunks, each after its length in four bytes; a length of nothing ends it."""
    say(line, b"zINSTREAM\0", ends)
    while chunk := file.read(A_CHUNK):
        say(line, struct.pack(">L", len(chunk)) + chunk, ends)
    say(line, struct.pack(">L", 0), ends)


def say(line: socket.socket, data: bytes, ends: float) -> None:
    line.settimeout(left(ends))
    line.sendall(data)


def answer(line: socket.socket, ends: float) -> str:
    """The line up to its NUL. Raises TimeoutError, ConnectionError and ValueError for none that is whole."""
    said = b""
    while not said.endswith(b"\0"):
        line.settimeout(left(ends))
        more = line.recv(LONGEST_ANSWER)
        if not more:
            raise ConnectionError(f"the scanner hung up after {said!r}")
        said += more
        if len(said) > LONGEST_ANSWER:
            raise ValueError("the scanner talks too much")
    return said[:-1].decode("utf-8", "replace").strip()


def left(ends: float) -> float:
    """Seconds that remain; one deadline for all of it, so that a slow trickle is no way round it."""
    seconds = ends - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("the scanner took too long")
    return seconds
