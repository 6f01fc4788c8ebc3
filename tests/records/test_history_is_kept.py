"""Nobody edits or deletes history: no statement does, on no table of it, also past the portal."""

from __future__ import annotations

from typing import Any

import pghistory
import pytest
from django.db import ProgrammingError, connection, transaction
from pghistory.models import Context

from tests.cast import make_supplier
from tests.house.models import our_models
from tests.traces import event_models, history_of

STATEMENTS = ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table} CASCADE"]


def refused(statement: str) -> None:
    with pytest.raises(ProgrammingError, match="history is kept"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize("statement", STATEMENTS)
def test_history_can_be_neither_edited_nor_deleted_nor_emptied(statement: str) -> None:
    tables = [model._meta.db_table for model in event_models()]
    assert len(tables) > 15
    for table in tables:
        refused(statement.format(table=table, column="pgh_label"))
    refused(statement.format(table=Context._meta.db_table, column="metadata"))


@pytest.mark.django_db
def test_the_switch_of_pgtrigger_does_not_open_history() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(tgname::text) FROM pg_trigger WHERE tgname LIKE 'pgtrigger_%%'")
        [names] = cursor.fetchone()
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", ["{" + ",".join(names) + "}"])
    for statement in STATEMENTS:
        refused(statement.format(table="records_recordevent", column="pgh_label"))


@pytest.mark.django_db
def test_what_has_a_history_cannot_be_emptied_past_it() -> None:
    for model in our_models():
        if any(event.pgh_tracked_model is model for event in event_models()):  # type: ignore[attr-defined]
            refused(f"TRUNCATE {model._meta.db_table} CASCADE")


@pytest.mark.django_db
def test_what_is_learnt_later_is_written_beside_what_was_known(organisation: Any, officer: Any) -> None:
    """Who has signed in, say: nothing that was noted is changed for it."""
    supplier = make_supplier(organisation)
    events = history_of(type(supplier).__base__, pgh_obj=supplier.pk)  # type: ignore[arg-type]
    with pghistory.context(url="/invitations/…/"):
        supplier.title = "One"
        supplier.save()
        pghistory.context(user=officer.pk)
        supplier.title = "Two"
        supplier.save()
        supplier.title = "Three"
        supplier.save()
    one, two, three = (event.pgh_context for event in events.order_by("pgh_id").select_related("pgh_context")[1:])
    assert one.metadata == {"url": "/invitations/…/"}
    assert two.metadata == three.metadata == {"url": "/invitations/…/", "user": officer.pk}
    assert two.pk == three.pk != one.pk


@pytest.mark.django_db(transaction=True)
def test_a_test_with_real_transactions_is_cleared_away(organisation: Any) -> None:
    """Only a superuser of PostgreSQL can do that, and the triggers are as strict after it (see tests.flushing)."""
    make_supplier(organisation)
    refused("TRUNCATE records_recordevent")
