"""An organisation in which every page of the portal has something to show, and where each of them is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from records.models import Import, Record
from reports.models import Report, ReportSchedule
from tests.audits.improving_making import decided
from tests.cast import make_evidence
from tests.clauses.crosswalks.making import make_framework, make_mapping
from tests.clauses.registers.making import measured
from tests.house.addresses import Address
from tests.record_types import record_types
from tests.systems.making import share


def furnish(organisation: Any, officer: Any) -> Callable[[Address], str]:
    """An organisation with one record of each type, its evidence, a report; gives the true address of each page."""
    records = {record_type.kind: record_type.rich(organisation) for record_type in record_types()}
    for record in records.values():
        Record.objects.filter(pk=record.pk).update(title=f"Secret {record.kind}", owner=officer)
    proof = make_evidence(organisation, proves=records["position"], title="Secret proof")
    requirement = records["position"].requirement
    arguments = {
        "organisation": organisation.slug,
        "evidence_reference": proof.reference,
        "question_id": str(requirement.questions.all()[0].pk),
        "expected_id": str(requirement.expected_evidence.all()[0].pk),
        "pk": str(organisation.memberships.get(user=officer).pk),
        "report_id": str(Report.objects.create(organisation=organisation, number=1, requested_by=officer).pk),
        "schedule_id": str(scheduled(organisation, officer).pk),
        "file_format": "csv",
        "import_id": str(
            Import.objects.create(organisation=organisation, brought_by=officer, kind="supplier", size=1).pk
        ),
        "notification_id": str(records["incident"].notifications.get().pk),
        "number": "1",
        "measurement_id": str(measured(records["objective"]).pk),
        "responsibility_id": str(share(supplier=records["supplier"], system=records["ai-system"]).pk),
        "requirement_number": "4.1",
        "section": "impacts",
        **crosswalk(organisation, officer),
        "code": "unscored",
        "topic": "issues",
        "decision_id": str(decided(records["management-review"], officer).pk),
    }
    rooms = {record_type.views.path: record_type.kind for record_type in record_types()}
    rooms |= {"go-lives": "go-live"}

    def address_of(address: Address) -> str:
        room = address.pattern.split("/")[2]
        record = records[rooms.get(room, "supplier")]
        return address.filled((arguments | {"reference": record.reference}).get)

    return address_of


def crosswalk(organisation: Any, officer: Any) -> dict[str, str]:
    """An own framework with a mapping: what their addresses hold."""
    framework = make_framework(organisation, officer, name="Secret framework")
    mapping = make_mapping(organisation, officer, framework=framework.code, ref="H-1", basis="Secret basis")
    return {
        "framework": framework.code,
        "requirement_id": str(mapping.target_id),
        "mapping_id": str(mapping.pk),
    }


def scheduled(organisation: Any, officer: Any) -> ReportSchedule:
    """A report that is made by itself."""
    return ReportSchedule.objects.create(
        organisation=organisation, kind="readiness", made_by=officer, after=organisation.today()
    )
