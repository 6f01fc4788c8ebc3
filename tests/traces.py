"""What the database's own history says: whether anything was written, and by whom."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connection, models


def event_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if hasattr(model, "pgh_tracked_model")]


def written() -> dict[str, int]:
    """How many events each history table holds. Equal before and after: nothing was written."""
    histories = event_models()
    counts = ", ".join(f'(SELECT count(*) FROM "{model._meta.db_table}")' for model in histories)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        return {model.__name__: found for model, found in zip(histories, cursor.fetchone(), strict=True)}


def history_of(model: type[models.Model], **which: Any) -> Any:
    """Events of one model's own columns, oldest first."""
    event_model = next(event for event in event_models() if event.pgh_tracked_model is model)  # type: ignore[attr-defined]
    return event_model._default_manager.filter(**which).order_by("pgh_id")
