"""Makes a backup: one snapshot of the database, the files it knows, the roots; then reads all of it again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management import CommandError
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from evidence.storing import storage_faults
from records.sealing.models import Chain, Root
from records.sealing.roots import as_json
from records.sealing.sealer import seal

from . import programs
from .manifest import DATABASE, FILES, ROOTS, copied, place_of, read_manifest, write_lines, write_manifest

# Of these the table is kept and what is in it is not: sessions and answers that were counted.
EMPTIED = ("cache", "django_session")
FAULTS = {"gone": "is gone from the storage", "altered": "is not what came in", "unreadable": "could not be read"}


def back_up(folder: Path) -> dict[str, Any]:
    """Makes a backup in a new or empty folder and verifies it; returns what it holds. Raises CommandError."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise CommandError(f"{folder} is not empty: a backup goes into a folder of its own.")
    folder.chmod(0o700)
    seal()
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        [snapshot] = cursor.fetchone()
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        options += [f"--exclude-table-data={table}" for table in EMPTIED]
        programs.run("pg_dump", *options, f"--file={folder / DATABASE}")
        found = list(copied_files(folder))
        write_lines(folder / FILES, found)
        write_lines(folder / ROOTS, current_roots())
        migrations = sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations())
    faults = [f"{row['key']} {FAULTS[row['fault']]}" for row in found if row["fault"]]
    facts = {"made_at": timezone.now().isoformat(timespec="seconds"), "migrations": migrations, "files": len(found)}
    sha256 = write_manifest(folder, faults=faults, **facts)
    read_manifest(folder)
    programs.run("pg_restore", "--list", folder / DATABASE)
    return {**facts, "sha256": sha256, "faults": faults, "bytes": sum(row["size"] for row in found)}


def copied_files(folder: Path) -> Iterator[dict[str, Any]]:
    """Copies every file that the database knows, once. `stored` is the hash of the copy, `sha256` what it should be."""
    for key, sha256 in known_files().items():
        row: dict[str, Any] = {"key": key, "sha256": sha256, "stored": "", "size": 0, "fault": ""}
        try:
            with default_storage.open(key) as file:
                row["stored"], row["size"] = copied(file, place_of(folder, key))
        except FileNotFoundError:
            row["fault"] = "gone"
        except storage_faults():
            place_of(folder, key).unlink(missing_ok=True)
            row["fault"] = "unreadable"
        else:
            row["fault"] = "" if row["stored"] == sha256 else "altered"
        yield row


def known_files() -> dict[str, str]:
    """The keys of all stored files, with the SHA-256 that each was taken in or made with."""
    found: dict[str, str] = {}
    for model in apps.get_models():
        fields = {field.name for field in model._meta.concrete_fields}
        if {"key", "sha256"} <= fields and not hasattr(model, "pgh_tracked_model"):
            found.update(model._default_manager.filter(key__gt="").order_by("key").values_list("key", "sha256"))
    return found


def current_roots() -> list[dict[str, Any]]:
    """The current root of every chain, by the short name of its organisation."""
    newest = Root.objects.order_by("chain", "-number").distinct("chain").select_related("chain__organisation")
    return [{"organisation": slug_of(root.chain), **as_json(root)} for root in newest]


def slug_of(chain: Chain) -> str | None:
    return chain.organisation.slug if chain.organisation else None
