"""Moves what has happened into the past, as a superuser can: all that was done in a test happened in one moment."""

from __future__ import annotations

from datetime import timedelta

from django.apps import apps
from django.db import connection


def happened_before(days: int) -> timedelta:
    """Everything in history happened that many days earlier; what is recorded now stays as it is."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in apps.get_models():
            if hasattr(table, "pgh_tracked_model"):
                cursor.execute(
                    f"UPDATE {table._meta.db_table} SET pgh_created_at = pgh_created_at - make_interval(days => %s)",
                    [days],
                )
        cursor.execute("SET session_replication_role = origin")
    return timedelta(days=days)
