"""Loads a file's `datasets`, `system_resources` and `system_records`, and who does what for suppliers and systems."""

from __future__ import annotations

from functools import partial

from organisations.rows import Intake, Row
from records.loading import keep_given

from .models import (
    AISystem,
    CheckSubject,
    DataCheck,
    Dataset,
    DataUse,
    Outcome,
    Part,
    RecordKind,
    Responsibility,
    Stage,
    Supplier,
    SystemRecord,
    SystemResource,
    SystemResourceKind,
)


def load_system_registers(intake: Intake) -> None:
    """What systems are made of and what is kept of their life; suppliers and systems must be known by now."""
    intake.each("datasets", dataset)
    intake.each("system_resources", resource)
    intake.each("system_records", record)
    for section in ("suppliers", "ai_systems"):
        for row, made in intake.made[section]:
            for inner in row.rows("responsibilities"):
                intake.attempt(inner, partial(responsibility, of=made))


def dataset(row: Row) -> Dataset:
    made = Dataset(
        title=row.text("name", needed=True),
        owner=row.one("owner", "people"),
        review_on=row.day("review_on"),
        content=row.text("what", needed=True),
        dataset_version=row.text("version"),
        purposes=row.choices("used_for", DataUse),
        source=row.text("source", needed=True),
        selection=row.text("selection"),
        provenance=row.text("provenance"),
        rights=row.text("rights", needed=True),
        personal_data=row.flag("personal_data"),
        retention=row.text("retention"),
        quality_required=row.text("quality_required"),
        known_bias=row.text("known_bias"),
        preparation=row.text("preparation"),
        next_check_on=row.day("next_check"),
        ended_on=row.day("ended"),
    )
    feeds, checks = row.many("ai_systems", "ai_systems"), row.rows("checks")
    keep_given(row, made, **DATASET_COLUMNS)
    made.systems.set(one for one in feeds if one)
    for inner in checks:
        data_check(inner, made)
    return made


DATASET_COLUMNS = {
    "title": "name",
    "content": "what",
    "dataset_version": "version",
    "purposes": "used_for",
    "next_check_on": "next_check",
    "ended_on": "ended",
}


def data_check(row: Row, dataset: Dataset) -> None:
    check = DataCheck(
        dataset=dataset,
        subject=row.choice("kind", CheckSubject),
        on=row.day("on", needed=True),
        what=row.text("what", needed=True),
        result=row.text("result", needed=True),
        passed=row.flag("passed"),
        by=row.one("by", "people"),
    )
    row.check(check, subject="kind")
    check.save()


def resource(row: Row) -> SystemResource:
    made = SystemResource(
        title=row.text("name", needed=True),
        owner=row.one("owner", "people"),
        review_on=row.day("review_on"),
        resource_kind=row.choice("kind", SystemResourceKind),
        what=row.text("what", needed=True),
        resource_version=row.text("version"),
        supplied_by=row.one("supplier", "suppliers"),
        licence=row.text("licence"),
        location=row.text("location"),
        capacity=row.text("capacity"),
        environment=row.text("environment"),
        ended_on=row.day("ended"),
    )
    serves = row.many("ai_systems", "ai_systems")
    columns = {"title": "name", "resource_kind": "kind", "resource_version": "version", "supplied_by": "supplier"}
    keep_given(row, made, **columns, ended_on="ended")
    made.systems.set(one for one in serves if one)
    return made


def record(row: Row) -> SystemRecord:
    made = SystemRecord(
        title=row.text("title", needed=True),
        owner=row.one("owner", "people"),
        review_on=row.day("review_on"),
        record_kind=row.choice("kind", RecordKind),
        system=row.one("ai_system", "ai_systems", needed=True),
        system_version=row.text("version"),
        content=row.text("what", needed=True),
        audience=row.text("audience"),
        criteria=row.text("criteria"),
        retention=row.text("retention"),
        done_on=row.day("done_on"),
        done_by=row.one("done_by", "people"),
        result=row.text("result"),
        outcome=row.choice("outcome", Outcome, needed=False),
        repeats=row.one("repeats", "system_records"),
    )
    columns = {"record_kind": "kind", "system": "ai_system", "system_version": "version", "content": "what"}
    keep_given(row, made, **columns)
    return made


def responsibility(row: Row, *, of: Supplier | AISystem) -> Responsibility:
    """A line of the matrix of a supplier or a system: who does what, the supplier, `us` and the customer."""
    made = Responsibility(
        supplier=of if isinstance(of, Supplier) else None,
        system=row.one("ai_system", "ai_systems") if isinstance(of, Supplier) else of,
        duty=row.text("duty", needed=True),
        stage=row.choice("stage", Stage, needed=False),
        supplier_part=row.choice("supplier", Part, needed=False),
        our_part=row.choice("us", Part, needed=False),
        customer_part=row.choice("customer", Part, needed=False),
        agreed_in=row.text("agreed_in"),
    )
    row.check(made, our_part="us")
    made.save()
    return made
