"""A dataset, a resource, a life-cycle record, rows that hang on records, and what is typed into their forms."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from organisations.models import Organisation
from systems.models import DataCheck, Dataset, Responsibility, SystemRecord, SystemResource
from tests.cast import make_ai_system

number = count(1)

DATASET = {
    "content": "Applications without names",
    "purposes": ["training", "test"],
    "source": "Customers, by contract",
    "rights": "Contract",
}
RESOURCE = {"resource_kind": "computing", "what": "Trains models", "location": "Oslo"}
VERIFICATION = {
    "record_kind": "verification",
    "system_version": "1.0",
    "content": "Selection rates by gender",
    "criteria": "At least 0.8",
    "done_on": "2026-01-15",
    "result": "0.88",
    "outcome": "passed",
}


def make_dataset(organisation: Organisation, **fields: Any) -> Dataset:
    return Dataset.objects.create(organisation=organisation, **{"title": f"Data {next(number)}"} | DATASET | fields)


def make_system_resource(organisation: Organisation, **fields: Any) -> SystemResource:
    defaults = {"title": f"Computing {next(number)}"} | RESOURCE
    return SystemResource.objects.create(organisation=organisation, **defaults | fields)


def make_system_record(organisation: Organisation, **fields: Any) -> SystemRecord:
    """A test that passed, of a system of its own where none is given."""
    system = fields.pop("system", None) or make_ai_system(organisation)
    defaults = {"title": f"Test {next(number)}"} | VERIFICATION | {"done_on": date(2026, 1, 15)}
    return SystemRecord.objects.create(organisation=organisation, system=system, **defaults | fields)


def make_check(dataset: Dataset, subject: str = "bias", *, passed: bool = True, **fields: Any) -> DataCheck:
    defaults = {"on": dataset.organisation.today(), "what": "Rates by gender", "result": "0.9"}
    return DataCheck.objects.create(dataset=dataset, subject=subject, passed=passed, **defaults | fields)


def share(**fields: Any) -> Responsibility:
    return Responsibility.objects.create(**{"duty": "Bias testing", "our_part": "does"} | fields)


def keeper(organisation: Organisation) -> dict[str, Any]:
    """The owner, who is always asked for: whoever keeps the organisation's records."""
    member = organisation.memberships.filter(role="compliance_officer").first()
    return {"owner": member.user_id} if member else {}


def dataset_form(organisation: Organisation) -> dict[str, Any]:
    return {"title": "Typed data", **keeper(organisation), **DATASET}


def resource_form(organisation: Organisation) -> dict[str, Any]:
    return {"title": "Typed computing", **keeper(organisation), **RESOURCE}


def record_form(organisation: Organisation) -> dict[str, Any]:
    """Of a system that a contributor looks after, so that they may write it too."""
    theirs = organisation.memberships.filter(role="contributor").first()
    system = make_ai_system(organisation, owner=theirs.user if theirs else None)
    return {"title": "Typed test", **keeper(organisation), **VERIFICATION, "system": system.pk}
