"""What whole processes need: a web worker's memory after serving pages, and the migration of an empty database."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from tests.processes import free_port

from .figures import Part
from .meters import session_of
from .stock import Stocked

ROOT = Path(__file__).resolve().parents[2]
MEMORY, MIGRATION = 160, 20


def memory(stock: Stocked, *, times: int) -> Part:
    part = Part(
        "Memory of a web worker",
        "Gunicorn as in production, two workers of four threads, after every page of the list was opened "
        f"{times} times by the officer. PSS shares what both workers hold among them; RSS counts it in each.",
    )
    pages = [
        "",
        "evidence/",
        "evidence/?q=fairness",
        "ai-systems/",
        "clauses/",
        "clauses/6.1.2/",
        "due/",
        "search/?q=re",
    ]
    with served() as (server, port):
        cookie = f"sessionid={session_of(stock.officer)}"
        for page in pages * times:
            address = f"http://127.0.0.1:{port}/{stock.organisation.slug}/{page}"
            urllib.request.urlopen(urllib.request.Request(address, headers={"Cookie": cookie})).read()
        workers = [held(pid) for pid in children(server.pid)]
    for name in ("Pss", "Rss"):
        part.add(f"{name.upper()}, the larger worker", max(one[name] for one in workers), MEMORY, unit=" MB")
    return part


@contextmanager
def served() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "aims_portal/gunicorn.py", "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield server, port
    finally:
        server.terminate()
        server.wait(20)


def wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz").read()
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError):
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def held(pid: int) -> dict[str, float]:
    """Megabytes (of a million bytes) that a process holds, by the kernel's name."""
    lines = re.findall(r"^(\w+):\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return {name: int(size) * 1024 / 1e6 for name, size in lines}


def migration() -> Part:
    part = Part("Migration of an empty database", "`manage.py migrate`, the start of Python included; wall time.")
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE bench_empty")
    url = re.sub(r"^(\w+://[^/?]*)/[^?]*", r"\g<1>/bench_empty", os.environ["DATABASE_URL"])
    try:
        start = time.perf_counter()
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, check=True)
        part.add("migrate", time.perf_counter() - start, MIGRATION, unit=" s")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE bench_empty WITH (FORCE)")
    return part
