"""Puts a backup into an empty installation, and proves that the roots are those of the backup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from evidence.storing import has_hash
from organisations.models import Organisation, User
from records.sealing.checking import verify
from records.sealing.verifying import Verdict

from . import programs
from .manifest import DATABASE, FILES, ROOTS, DamagedError, place_of, read_lines, read_manifest
from .taking import current_roots


def restore(folder: Path) -> list[Verdict]:
    """Restores and verifies; returns what came of checking every chain. Raises CommandError before it changes anything.

    Only into an installation without people and organisations; what else is in its database goes.
    """
    try:
        manifest = read_manifest(folder)
    except DamagedError as error:
        raise CommandError(str(error)) from error
    refuse_unknown(manifest)
    refuse_occupied()
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    database = connection.settings_dict["NAME"]
    options = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", f"--dbname={database}")
    programs.run("pg_restore", *options, folder / DATABASE)
    connection.close()
    restore_files(folder)
    call_command("migrate", verbosity=0)
    refuse_other_roots(folder)
    return verify()


def refuse_unknown(manifest: dict[str, Any]) -> None:
    known = {".".join(key) for key in MigrationLoader(None).disk_migrations}
    ahead = sorted(set(manifest["migrations"]) - known)
    if ahead:
        raise CommandError(f"The backup is of a newer portal than this one, which does not know {ahead[-1]}.")


def refuse_occupied() -> None:
    """An installation is empty that has neither people nor organisations."""
    for model in (Organisation, User):
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)", [model._meta.db_table])
            if not cursor.fetchone()[0]:
                continue
        if model._default_manager.exists():
            raise CommandError(
                "This installation is not empty. A backup is restored into a new one: another data folder, or another "
                "database and storage."
            )


def restore_files(folder: Path) -> None:
    for row in read_lines(folder / FILES):
        if not row["stored"] or has_hash(row["key"], row["stored"]):
            continue
        default_storage.delete(row["key"])
        with place_of(folder, row["key"]).open("rb") as file:
            default_storage.save(row["key"], File(file))
        if not has_hash(row["key"], row["stored"]):
            raise CommandError(f"{row['key']} was not stored as it is in the backup.")


def refuse_other_roots(folder: Path) -> None:
    expected = list(read_lines(folder / ROOTS))
    if current_roots() != expected:
        raise CommandError("The restored roots are not those that the backup names.")
