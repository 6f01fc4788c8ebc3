"""What changes an AI system, a supplier or a dataset beside its form."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from organisations.models import User
from records.actions import keep, touch
from records.events import Source
from records.models import Record

from .models import AISystem, DataCheck, Responsibility, Stage, Supplier, SupplierAssessment


def retire(system: AISystem, *, by: User) -> None:
    """Keeps a system whose `retired_on` and reason were set as retired (ISO 42001 A.6.2); no review is due any more."""
    system.stage = Stage.RETIREMENT
    system.review_on = None
    keep(system, by=by)


def take_back_into_use(system: AISystem, *, by: User) -> None:
    """Undoes a retirement that was a mistake: its stage is what it was before; history keeps both."""
    system.stage = stage_before_retirement(system)
    system.retired_on, system.retired_because = None, ""
    keep(system, by=by)


def stage_before_retirement(system: AISystem) -> Stage:
    """The last stage on record in which it was in use; for one that was loaded as retired, by its go-live."""
    past = Source(AISystem).table._default_manager.filter(pgh_obj_id=system.pk, retired_on=None)
    stage = past.order_by("-pgh_id").values_list("stage", flat=True).first()
    return Stage(stage) if stage else Stage.OPERATION if system.go_live_on else Stage.VERIFICATION


@transaction.atomic
def check_data(check: DataCheck, *, by: User) -> DataCheck:
    """Keeps a check of a dataset that was validated (A.7.4); the dataset counts as changed."""
    check.by = by
    check.save()
    touch(check.dataset, by=by)
    return check


@transaction.atomic
def assess_supplier(assessment: SupplierAssessment, *, by: User, next_on: date | None = None) -> SupplierAssessment:
    """Keeps an assessment that was validated (A.10.3). Result, conditions and next review of the supplier follow it."""
    supplier = assessment.supplier
    assessment.by = by
    assessment.save()
    supplier.assessed_on, supplier.result = assessment.on, assessment.result
    supplier.open_conditions = assessment.conditions
    if not supplier.open_conditions.strip():
        supplier.conditions_due_on = None
    supplier.review_on = next_on or supplier.review_on
    keep(supplier, by=by)
    return assessment


def note_assessment(supplier: Supplier, *, by: User | None) -> None:
    """Keeps the newest assessment as the supplier's record tells it, unless it is on the list already."""
    last = supplier.assessments.first()
    told = (supplier.assessed_on, supplier.result)
    if supplier.assessed_on and (last is None or (last.on, last.result) != told):
        conditions = supplier.open_conditions
        supplier.assessments.create(on=supplier.assessed_on, result=supplier.result, conditions=conditions, by=by)


def note_first_assessments(suppliers: Iterable[Supplier], *, by: User) -> None:
    """The same for many new suppliers, of which none has an assessment on its list."""
    SupplierAssessment.objects.bulk_create(
        SupplierAssessment(supplier=one, on=one.assessed_on, result=one.result, conditions=one.open_conditions, by=by)
        for one in suppliers
        if one.assessed_on
    )


@transaction.atomic
def share_out(row: Responsibility, *, of: Record, by: User) -> Responsibility:
    """Keeps a line of the responsibility matrix of a supplier or a system (A.10.2).

    It stands on the pages of both, and those it names no longer lose it: all of them count as changed.
    """
    before = Responsibility.objects.filter(pk=row.pk).first()
    row.save()
    touch_all(of, before, row, by=by)
    return row


@transaction.atomic
def take_out(row: Responsibility, *, of: Record, by: User) -> None:
    """Removes a line of the matrix; history keeps it."""
    before = Responsibility.objects.get(pk=row.pk)
    row.delete()
    touch_all(of, before, by=by)


def touch_all(of: Record, *rows: Responsibility | None, by: User) -> None:
    named = [one for row in rows if row for one in (row.supplier, row.system) if one]
    for record in {one.pk: one for one in [*named, of]}.values():
        touch(record, by=by)
