"""Many records at once: as if each had been saved, in a few statements."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from clauses.models import Position
from evidence.models import Evidence
from organisations.models import Organisation
from records.bulk import create_records
from records.models import Record, next_reference
from systems.models import AISystem, Supplier
from tests.traces import history_of

BUILDERS: dict[str, Any] = {
    "supplier": lambda n: Supplier(title=f"Supplier {n}", service="Hosting"),
    "ai-system": lambda n: AISystem(title=f"System {n}", purpose="Sorts", roles=["user"], risk_class="minimal"),
    "evidence": lambda n: Evidence(title=f"Item {n}", received_on=date(2026, 11, 2)),
}


def many(organisation: Organisation, kind: str, count: int) -> list[Any]:
    records = [BUILDERS[kind](n) for n in range(count)]
    for record in records:
        record.organisation = organisation
    return records


@pytest.mark.parametrize("kind", BUILDERS)
def test_each_record_type_is_stored_as_if_saved(organisation: Organisation, kind: str) -> None:
    records = many(organisation, kind, 3)
    create_records(records)
    stored = list(type(records[0]).objects.of(organisation).order_by("reference"))
    assert [record.pk for record in stored] == [record.pk for record in records]
    assert {record.kind for record in stored} == {kind}
    assert [record.reference for record in stored] == [f"{records[0].PREFIX}-{n:02d}" for n in (1, 2, 3)]
    assert all(record.created_at and record.version == 1 for record in records)
    records[0].title = "Changed later"
    records[0].save()
    assert Record.objects.get(pk=records[0].pk).title == "Changed later"


def test_types_may_be_mixed_and_given_references_are_kept(organisation: Organisation) -> None:
    given = Supplier(organisation=organisation, title="Given", service="Data", reference="SUP-90")
    create_records([*many(organisation, "evidence", 1), given, *many(organisation, "supplier", 1)])
    assert set(Record.objects.of(organisation).exclude(kind="position").values_list("kind", "reference")) == {
        ("evidence", "EV-01"),
        ("supplier", "SUP-90"),
        ("supplier", "SUP-01"),
    }


def test_references_count_on_from_what_was_created(organisation: Organisation) -> None:
    create_records(many(organisation, "supplier", 2))
    assert next_reference(organisation, "SUP") == "SUP-03"
    create_records(many(organisation, "supplier", 1))
    assert Supplier.objects.of(organisation).filter(reference="SUP-04").exists()


def test_history_is_written_for_parent_and_child(organisation: Organisation) -> None:
    records = many(organisation, "supplier", 2)
    create_records(records)
    for label in ("records.RecordEvent", "systems.SupplierEvent"):
        events = apps.get_model(label).objects.filter(pgh_obj_id__in=[record.pk for record in records])
        assert list(events.values_list("pgh_label", flat=True)) == ["insert", "insert"]


def test_a_taken_reference_stops_all_of_them(organisation: Organisation) -> None:
    records = many(organisation, "supplier", 3)
    records[0].reference = records[2].reference = "SUP-07"
    with pytest.raises(IntegrityError):
        create_records(records)
    assert not Supplier.objects.of(organisation).exists()
    assert next_reference(organisation, "SUP") == "SUP-01"


def test_two_hundred_cost_as_many_queries_as_two(organisation: Organisation) -> None:
    counts = []
    for count in (2, 200):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            create_records(many(organisation, "supplier", count))
        counts.append(len(queries))
    assert counts[1] <= counts[0]


def test_nothing_is_nothing(organisation: Organisation) -> None:
    create_records([])
    assert Record.objects.of(organisation).count() == Position.objects.of(organisation).count()


def test_a_row_costs_as_much_after_many_as_the_first_one(organisation: Any) -> None:
    """Triggers ask which of them are off; an answer that is an error is paid for by all rows that wait (see bulk)."""
    create_records([Supplier(organisation=organisation, title="One", service="x")])
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pgtrigger.ignore')::text[] = '{}'")
        assert cursor.fetchone() == (True,)
    assert history_of(Record).filter(title="One").count() == 1, "and none is off"
