"""Creates many records at once. Django's own `bulk_create` refuses models that inherit a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, router, transaction

from organisations.models import Organisation

from .models import Record, ReferenceSequence

BATCH = 2000


@transaction.atomic
def create_records(objs: Iterable[Record]) -> None:
    """Inserts unsaved records of any types, all or none, and sets their pk, kind and (where empty) reference.

    Parents go in with `bulk_create`, then each type's own columns: two statements a batch instead of two a record.
    History is written as ever, by the triggers. `save()` is not called: columns it would fill must be filled.
    Raises IntegrityError where a reference is taken.
    """
    write_many()
    by_type: dict[type[Record], list[Record]] = defaultdict(list)
    for obj in objs:
        by_type[type(obj)].append(obj)
    for model, records in by_type.items():
        for record in records:
            record.kind = record.kind or model.KIND
        number(records, model.PREFIX)
        for start in range(0, len(records), BATCH):
            insert(model, records[start : start + BATCH])


def write_many() -> None:
    """For the rest of this transaction a row costs as much after many thousands as the first one.

    Each trigger asks which triggers are switched off. Where that setting was never made, asking is an error that is
    caught, and then PostgreSQL walks through all foreign keys that wait for the commit: for each row, all rows before.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")


def number(records: Sequence[Record], prefix: str) -> None:
    """Gives references to those that have none, in one step for each organisation."""
    waiting: dict[Organisation, list[Record]] = defaultdict(list)
    for record in records:
        if not record.reference:
            waiting[record.organisation].append(record)
    for organisation, unnumbered in waiting.items():
        ReferenceSequence.objects.get_or_create(organisation=organisation, prefix=prefix)
        sequence = ReferenceSequence.objects.select_for_update().get(organisation=organisation, prefix=prefix)
        for last, record in enumerate(unnumbered, start=sequence.last + 1):
            record.reference, sequence.last = f"{prefix}-{last:02d}", last
        sequence.save(update_fields=["last"])


def insert(model: type[Record], records: Sequence[Record]) -> None:
    shared = [field.attname for field in Record._meta.local_concrete_fields if not field.primary_key]
    parents = [Record(**{name: getattr(record, name) for name in shared}) for record in records]
    Record.objects.bulk_create(parents)
    for parent, record in zip(parents, records, strict=True):
        for name in shared:
            setattr(record, name, getattr(parent, name))
        record.pk = parent.pk
    own: Any = [field for field in model._meta.local_concrete_fields if not field.generated]
    using = router.db_for_write(model)
    model._base_manager.all()._insert(records, fields=own, using=using)  # type: ignore[attr-defined]
    for record in records:
        record._state.adding, record._state.db = False, using
