"""Readiness tests of what AI systems are made of and of their suppliers, each by its control (A.4 to A.10)."""

from __future__ import annotations

from typing import Any

import pytest

from clauses.models import Position
from reports.readiness import readiness
from reports.readiness.system_lists import SYSTEM_TESTS
from systems.models import AISystem, CheckSubject, Dataset, Responsibility, Supplier, SystemRecord
from tests.cast import make_ai_system, make_supplier
from tests.reports.conftest import Stage
from tests.systems.making import make_check, make_dataset, make_system_record

CODES = {one.code for one in SYSTEM_TESTS}
OF_VERSION = {"untested", "unmonitored", "undocumented", "unlogged", "uninformed"}


def codes(stage: Stage) -> set[str]:
    return {one.code for one in readiness(stage.organisation, stage.officer).obstacles} & CODES


@pytest.fixture
def live(stage: Stage) -> AISystem:
    supplier = make_supplier(stage.organisation)
    day = stage.day(-9)
    return make_ai_system(
        stage.organisation,
        stage="operation_and_monitoring",
        go_live_on=day,
        system_version="2.0",
        main_supplier=supplier,
    )


def test_every_test_has_its_control_and_a_reason_and_blocks_nothing(stage: Stage) -> None:
    assert {one.clause for one in SYSTEM_TESTS} == {
        *("A.4.2", "A.6.2.4", "A.6.2.6", "A.6.2.7", "A.6.2.8", "A.7.4", "A.8.2", "A.10.2", "A.10.3")
    }
    assert all(str(one.title) and str(one.reason) and one.blocks is False for one in SYSTEM_TESTS)
    assert codes(stage) == set()


def test_a_system_in_use_without_anything_fails_what_is_asked_of_it(stage: Stage, live: AISystem) -> None:
    make_ai_system(stage.organisation, title="Not live yet")
    missing = {f"systems-{what}" for what in OF_VERSION} | {"systems-unresourced"}
    assert codes(stage) == missing | {"duties-unshared", "suppliers-unassessed"}
    found = readiness(stage.organisation, stage.officer).obstacles
    assert {one.count for one in found if one.code in CODES} == {1}
    AISystem.objects.filter(pk=live.pk).update(in_scope=False)
    assert codes(stage) == set()


def test_each_is_met_by_what_is_on_record_for_the_version(stage: Stage, live: AISystem) -> None:
    for kind, code in {
        "monitoring": "systems-unmonitored",
        "technical_documentation": "systems-undocumented",
        "event_log": "systems-unlogged",
        "user_information": "systems-uninformed",
    }.items():
        kept = make_system_record(
            stage.organisation,
            system=live,
            record_kind=kind,
            outcome="",
            done_on=None,
            audience="All",
            retention="A year",
        )
        SystemRecord.objects.filter(pk=kept.pk).update(system_version="1.0")
        assert code in codes(stage), "of another version"
        SystemRecord.objects.filter(pk=kept.pk).update(system_version="")
        assert code not in codes(stage), "it holds for each version"
    failed = make_system_record(stage.organisation, system=live, system_version="2.0", outcome="failed")
    assert {"tests-failed", "systems-untested"} <= codes(stage)
    make_system_record(stage.organisation, system=live, system_version="2.0", repeats=failed)
    assert not {"tests-failed", "systems-untested"} & codes(stage)
    supplier = live.main_supplier
    assert supplier
    Supplier.objects.filter(pk=supplier.pk).update(assessed_on=stage.day(-3), result="approved")
    Responsibility.objects.create(supplier=supplier, system=live, duty="Tests", our_part="does")
    dataset = make_dataset(stage.organisation)
    dataset.systems.add(live)
    assert codes(stage) == {"data-unchecked"}
    for subject in CheckSubject:
        make_check(dataset, subject)
    assert codes(stage) == set()


def test_data_conditions_and_rejected_suppliers(stage: Stage, live: AISystem) -> None:
    dataset = make_dataset(stage.organisation)
    make_check(dataset, "quality")
    make_check(dataset, "bias", passed=False)
    assert {"data-failed"} == codes(stage) & {"data-failed", "data-unchecked"}
    Dataset.objects.filter(pk=dataset.pk).update(ended_on=stage.day(0))
    assert "data-failed" not in codes(stage)
    supplier: Any = Supplier.objects.filter(pk=live.main_supplier_id)
    supplier.update(
        assessed_on=stage.day(-3), result="rejected", open_conditions="Report", conditions_due_on=stage.day(0)
    )
    assert {"suppliers-unassessed"} == codes(stage) & {"suppliers-unassessed", "conditions-late"}
    supplier.update(result="approved_with_conditions", conditions_due_on=stage.day(-1))
    assert {"conditions-late"} == codes(stage) & {"suppliers-unassessed", "conditions-late"}


def test_what_the_statement_excludes_is_not_asked(stage: Stage, live: AISystem) -> None:
    assert "systems-unlogged" in codes(stage)
    positions = Position.objects.filter(organisation=stage.organisation, reference="A.6.2.8")
    positions.update(applicable=False)
    assert "systems-unlogged" not in codes(stage)
