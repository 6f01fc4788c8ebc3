"""What the page of an AI system shows of its life, its data, its resources and who does what (A.4, A.6.2, A.10.2)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from organisations.requests import MemberRequest
from organisations.roles import VIEW_RECORDS

from .models import CLAUSES, AISystem, RecordKind, Responsibility, Supplier, SystemRecord
from .models.data import seen_of
from .registers.datasets import STANDING, datasets
from .registers.life_cycle import SystemRecordViews, state_of


def made_of(request: MemberRequest, system: AISystem) -> dict[str, Any]:
    """The parts of its page, each of what this person may see; the number of queries does not depend on how much."""
    return {
        "life_cycle": life_cycle(request, system),
        "sees_all": VIEW_RECORDS in request.permissions,
        "datasets": [dataset_line(one, system) for one in seen_of(system, request.user)],
        "new_dataset_url": adding("dataset", request, systems=system.pk) if datasets.may_create(request) else "",
        "resources": placed(system, system.resources.visible_to(request.user).in_use().order_by("reference")),
        "responsibilities": lines_of(request, system.responsibilities.select_related("supplier")),
    }


def life_cycle(request: MemberRequest, system: AISystem) -> list[dict[str, Any]]:
    """Each kind of record in the order of the standard: {label, clause, records, add_url}, the newest first."""
    seen = SystemRecord.objects.visible_to(request.user).filter(system=system)
    records = placed(system, seen.order_by("-done_on", "-pk"))
    repeated = {one.repeats_id for one in records}
    adds = not system.is_retired and SystemRecordViews().may_create(request)
    version = {"system_version": system.system_version} if system.system_version else {}
    return [
        {
            "label": kind.label,
            "clause": CLAUSES[kind],
            "records": [
                {"record": one, "state": test_state(one, repeated)} for one in records if one.record_kind == kind
            ],
            "add_url": adding("system-record", request, system=system.pk, record_kind=kind.value, **version)
            if adds
            else "",
        }
        for kind in RecordKind
    ]


def test_state(record: SystemRecord, repeated: set[int | None]) -> dict[str, str] | None:
    """How a test ended; one that was done again no longer counts. None for what is no test."""
    if record.pk in repeated:
        return {"word": _("%(outcome)s, done again") % {"outcome": record.get_outcome_display()}, "tone": "none"}
    return state_of(record) if record.outcome else None


def dataset_line(dataset: Any, system: AISystem) -> dict[str, Any]:
    dataset.organisation = system.organisation
    return {"record": dataset, "quality": STANDING[dataset.quality], "bias": STANDING[dataset.bias]}


def lines_of(request: MemberRequest, rows: Any) -> list[dict[str, Any]]:
    """Lines of a matrix with the supplier or system each is about beside this one, as this person may see it."""
    found = list(rows)
    suppliers = Supplier.objects.visible_to(request.user).filter(pk__in={one.supplier_id for one in found})
    systems = AISystem.objects.visible_to(request.user).filter(pk__in={one.system_id for one in found})
    openable = set(suppliers.values_list("pk", flat=True)) | set(systems.values_list("pk", flat=True))
    return [
        {
            "row": one,
            "supplier": named(request, one, "supplier", openable),
            "system": named(request, one, "system", openable),
        }
        for one in found
    ]


def named(request: MemberRequest, row: Responsibility, column: str, openable: set[int]) -> dict[str, str] | None:
    """The supplier or system of a line: its name, with its address for those who may see it."""
    if getattr(row, f"{column}_id") is None:
        return None
    record = getattr(row, column)
    record.organisation = request.organisation
    return {"name": record.title, "url": record.get_absolute_url() if record.pk in openable else ""}


def placed(system: AISystem, records: Any) -> list[Any]:
    """Records of the system's organisation, so that their addresses ask nothing."""
    found = list(records)
    for one in found:
        one.organisation = system.organisation
    return found


def adding(kind: str, request: MemberRequest, **initial: Any) -> str:
    address = reverse(f"{kind}-new", kwargs={"organisation": request.organisation.slug})
    return f"{address}?{urlencode(initial)}"
