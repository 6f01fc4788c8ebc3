"""Measures CPU time, of this process and of its database backend together: others on the machine do not count."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import RequestFactory

from organisations.models import User

MILLISECOND = 1_000_000


@dataclass
class Spent:
    """CPU-milliseconds of each run: the portal's own, and with the database's."""

    own: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.whole)

    @property
    def quartiles(self) -> tuple[float, float]:
        first, _second, third = statistics.quantiles(self.whole, n=4)
        return first, third


def backend() -> Path:
    """Where the kernel counts the nanoseconds of CPU of our database backend, which stays the same from now on."""
    connection.settings_dict["CONN_MAX_AGE"] = connection.close_at = None
    with connection.cursor() as cursor:
        # What workers beside the backend spend would not be counted.
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT pg_backend_pid()")
        return Path(f"/proc/{cursor.fetchone()[0]}/schedstat")


def measure(work: Callable[[], Any], spent: Spent, database: Path) -> None:
    before = nanoseconds(database)
    start = time.process_time_ns()
    work()
    own = time.process_time_ns() - start
    spent.own.append(own / MILLISECOND)
    spent.whole.append((own + nanoseconds(database) - before) / MILLISECOND)


def nanoseconds(database: Path) -> int:
    return int(database.read_text().split()[0])


def interleaved(
    cases: dict[str, Callable[[], Any]], bare: Callable[[], Any], *, rounds: int, warm: int = 3
) -> dict[str, Ratio]:
    """Runs each case right after the bare one, round by round, so that a busy moment falls on both."""
    results = {name: Ratio() for name in cases}
    for _time in range(warm):
        for work in (bare, *cases.values()):
            work()
    database = backend()
    with quiet():
        for _round in range(rounds):
            for name, work in cases.items():
                measure(bare, results[name].bare, database)
                measure(work, results[name].case, database)
    return results


@dataclass
class Ratio:
    """A case beside the bare one."""

    case: Spent = field(default_factory=Spent)
    bare: Spent = field(default_factory=Spent)

    @property
    def pairs(self) -> list[float]:
        return [case / bare for case, bare in zip(self.case.whole, self.bare.whole, strict=True) if bare]

    @property
    def median(self) -> float:
        return statistics.median(self.pairs)

    @property
    def quartiles(self) -> tuple[float, float]:
        first, _second, third = statistics.quantiles(self.pairs, n=4)
        return first, third


@contextmanager
def quiet() -> Iterator[None]:
    """As gunicorn's workers run: what was loaded before is not searched for garbage again."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def session_of(user: User) -> str:
    """The key of a new session in which `user` is signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


class Browser:
    """Somebody signed in, who asks an application for pages as a server would."""

    def __init__(self, application: WSGIHandler, user: User) -> None:
        self.application = application
        self.requests = RequestFactory(HTTP_HOST="127.0.0.1", HTTP_COOKIE=f"sessionid={session_of(user)}")

    def opener(self, address: str, **headers: str) -> Callable[[], bytes]:
        """A function that fetches a page; anything but 200 is an error."""
        environment = self.requests.get(address, headers=headers).environ

        def fetch() -> bytes:
            said: list[str] = []
            response = self.application(dict(environment), lambda status, _headers: said.append(status))
            content = b"".join(response)
            response.close()
            assert said[0] == "200 OK", f"{address}: {said[0]} {content[:0]!r}"
            return content

        return fetch


def statements(work: Callable[[], Any]) -> list[str]:
    """The SQL that `work` sends."""
    sent: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        sent.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        work()
    return sent
