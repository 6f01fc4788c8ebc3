"""A virus scanner of the tests: it speaks clamd's protocol on a real socket, and misbehaves as told."""

from __future__ import annotations

import socket
import struct
import threading
import time

VIRUS = b"virus-of-the-tests"


class Scanner:
    """Listens on TCP, or at a Unix socket `path`. `manner`: honest, garbage, endless, mute, hangs up, or limit."""

    def __init__(self, path: str = "", manner: str = "honest") -> None:
        self.manner = manner
        self.seen: list[bytes] = []
        self.listening = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
        self.listening.bind(path or ("127.0.0.1", 0))
        self.listening.listen(20)
        self.url = f"unix://{path}" if path else f"clamd://127.0.0.1:{self.listening.getsockname()[1]}"
        self.over = threading.Event()
        threading.Thread(target=self.serve, daemon=True).start()

    def close(self) -> None:
        if self.over.is_set():
            return
        self.over.set()
        # Without this, whoever waits in accept() would take one more.
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()

    def serve(self) -> None:
        while not self.over.is_set():
            try:
                line, _address = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=[line], daemon=True).start()

    def answer(self, line: socket.socket) -> None:
        with line:
            try:
                self.speak(line)
            except (OSError, struct.error):
                return

    def speak(self, line: socket.socket) -> None:
        assert read(line, 10) == b"zINSTREAM\0"
        if self.manner == "mute":
            self.over.wait(60)
        elif self.manner == "limit":
            read(line, 4)
            line.sendall(b"INSTREAM size limit exceeded. ERROR\0")
        elif self.manner == "garbage":
            line.sendall(b"HTTP/1.1 400 Bad Request\0")
        elif self.manner == "endless":
            while not self.over.is_set():
                line.sendall(b"x" * 100)
        elif self.manner == "slow":
            for letter in b"stream: OK":
                line.sendall(bytes([letter]))
                time.sleep(0.2)
        elif self.manner == "honest":
            content = stream(line)
            self.seen.append(content)
            line.sendall(b"stream: Tests.Virus FOUND\0" if VIRUS in content else b"stream: OK\0")


def stream(line: socket.socket) -> bytes:
    content = b""
    while length := struct.unpack(">L", read(line, 4))[0]:
        content += read(line, length)
    return content


def read(line: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = line.recv(size - len(data))
        if not more:
            raise ConnectionError
        data += more
    return data
