"""History is the database's: append-only event tables written by triggers, whatever code made the change."""

from collections.abc import Callable
from typing import TypeVar

import pghistory
from django.db import models

M = TypeVar("M", bound=type[models.Model])


def tracked(*, without: tuple[str, ...] = ()) -> Callable[[M], M]:
    """Class decorator: keeps each insert, update and delete of a model's own columns for ever, as `<Model>Event`.

    A record's inherited columns are tracked once, with `Record` itself; the two event tables meet in the record.
    `without` names columns that tick rather than change, such as a progress.
    """

    def track(model: M) -> M:
        fields = [
            field.name
            for field in model._meta.local_concrete_fields
            if field.name not in without and not getattr(field.remote_field, "parent_link", False)
        ]
        return pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            fields=fields,
            model_name=f"{model.__name__}Event",
            append_only=True,
        )(model)

    return track
