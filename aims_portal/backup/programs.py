"""pg_dump and pg_restore: those of the private server, or those of this machine for a server of one's own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.db import connection

from aims_portal.servers import ServerError
from aims_portal.servers.postgres import programs as private_programs

MISSING = (
    "{program} is not on the PATH, or is older than the server (PostgreSQL {major}). Install the client programs of "
    "PostgreSQL {major}; on Debian and Ubuntu the package postgresql-client-{major}."
)


def run(program: str, *words: str | Path) -> None:
    """Runs one of PostgreSQL's programs on the portal's database; raises CommandError with what it said."""
    done = subprocess.run(  # noqa: S603 (the command is ours)
        [found(program), *words], check=False, capture_output=True, text=True, env=os.environ | access()
    )
    if done.returncode:
        raise CommandError(f"{program} failed:\n{done.stderr.strip()}")


def found(program: str) -> str:
    """The first that is new enough: a dump is read by nothing older than what it came from."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        major = int(cursor.fetchone()[0]) // 10_000
    for path in candidates(program):
        said = subprocess.run([path, "--version"], check=False, capture_output=True, text=True)  # noqa: S603 (ours)
        version = re.search(r"\) (\d+)", said.stdout)
        if version and int(version[1]) >= major:
            return path
    raise CommandError(MISSING.format(program=program, major=major))


def candidates(program: str) -> list[str]:
    paths = [shutil.which(program)]
    with suppress(ServerError):
        paths.append(str(private_programs() / program))
    return [path for path in paths if path]


def access() -> dict[str, str]:
    """The variables by which PostgreSQL's programs reach the database that Django is connected to."""
    facts: dict[str, Any] = connection.settings_dict
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    given = {variable: str(facts[name]) for variable, name in named.items() if facts.get(name)}
    options = facts.get("OPTIONS") or {}
    given |= {f"PG{name.upper()}": str(value) for name, value in options.items() if name in {"host", "sslmode"}}
    return given | {"PGOPTIONS": "", "LC_ALL": "C"}
