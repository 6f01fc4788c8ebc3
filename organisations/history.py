"""History is the database's: append-only event tables written by triggers, whatever code made the change."""

from collections.abc import Callable
from typing import TypeVar

import pghistory
import pgtrigger
from django.db import models

M = TypeVar("M", bound=type[models.Model])

# What is no record and hangs on none, but is told in the organisation's history: the right that opens it (see roles)
# and the name of the page where it is kept.
TOLD: dict[type[models.Model], tuple[str, str]] = {}
# What is that of today also while somebody looks at a day gone by (records.past): rights, jobs, choices.
OF_TODAY: set[type[models.Model]] = set()


class Refuse(pgtrigger.Trigger):
    """Lets nobody do `operation` on a table: the whole statement fails, also where it would have met no row.

    The refusal stands in the declaration, which comes before the switch with which any connection could turn a trigger
    of pgtrigger off. `refuse_to_rewrite` is a function of the database (migration 0004 of organisations).
    """

    level = pgtrigger.Statement
    when = pgtrigger.Before
    declare = [("refused", "BOOLEAN := refuse_to_rewrite(TG_TABLE_NAME, TG_OP)")]
    func = "RETURN NULL;"


def tracked(
    *,
    without: tuple[str, ...] = (),
    seen_with: str = "",
    kept_at: str = "",
    of_today: bool = False,
    listed_by: tuple[str, ...] = (),
) -> Callable[[M], M]:
    """Class decorator: keeps each insert, update and delete of a model's own columns for ever, as `<Model>Event`.

    A record's inherited columns are tracked once, with `Record` itself; the two event tables meet in the record.
    `without` names columns that tick rather than change, such as a progress. What is no record and hangs on none, but
    belongs to an organisation, is told in its history to those with the right `seen_with`, with a link to the page
    `kept_at`. With `of_today` a day gone by shows what is there now. `listed_by` are the
    columns of the index by which the newest events are found, if not the usual ones.
    """

    def track(model: M) -> M:
        if seen_with:
            TOLD[model] = (seen_with, kept_at)
        if of_today:
            OF_TODAY.add(model)
        kept = Refuse(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate)
        listings = [listed_by] if listed_by else usual_listings(model, without)
        indexes = [models.Index(fields=columns) for columns in [("pgh_obj", "pgh_id"), *listings]]
        # Emptying a table in one stroke writes no event, so nobody may.
        pgtrigger.register(Refuse(name="never_truncated", operation=pgtrigger.Truncate))(model)
        return pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            fields=own_fields(model, without),
            model_name=f"{model.__name__}Event",
            obj_field=pghistory.ObjForeignKey(db_index=False),
            append_only=False,
            meta={"triggers": [kept], "indexes": indexes},
        )(model)

    return track


def own_fields(model: type[models.Model], without: tuple[str, ...]) -> list[str]:
    return [
        field.name
        for field in model._meta.local_concrete_fields
        if field.name not in without and not getattr(field.remote_field, "parent_link", False)
    ]


def usual_listings(model: type[models.Model], without: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Columns by which its newest events are found: by moment, and by each record (which has a KIND) they belong to."""
    if hasattr(model, "KIND"):
        return [("pgh_created_at", "pgh_obj")]
    links = [
        item
        for item in model._meta.local_concrete_fields
        if hasattr(getattr(item.remote_field, "model", None), "KIND") and item.name not in without
    ]
    return [("pgh_created_at", item.name) for item in links] or [("pgh_created_at",)]
