"""Moves what has happened into the past, as a superuser can: all that was done in a test happened in one moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import connection


def happened_at(when: datetime) -> None:
    """Everything in history happened at one moment: where a test lives in another year, its database does not."""
    move("%s::timestamptz", when)


def happened_before(days: int) -> timedelta:
    """Everything in history happened that many days earlier; what is recorded now stays as it is."""
    move("pgh_created_at - make_interval(days => %s)", days)
    return timedelta(days=days)


def move(to: str, value: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in apps.get_models():
            if hasattr(table, "pgh_tracked_model"):
                cursor.execute(f"UPDATE {table._meta.db_table} SET pgh_created_at = {to}", [value])
        cursor.execute("SET session_replication_role = origin")
