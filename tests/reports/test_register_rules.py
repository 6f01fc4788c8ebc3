"""Tests of the registers of clauses 4–9, each by the clause it comes from; what Home and the lists say of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clauses import models
from reports.readiness import readiness
from reports.readiness.absence import OF_REGISTERS as ABSENT
from reports.readiness.all_lists import OF_REGISTERS
from tests.cast import make_supplier, person
from tests.clauses.registers.making import measured
from tests.pages import SeenPage
from tests.reports.conftest import Stage
from tests.reports.registers import COMPLETE, keep, keep_registers
from tests.reports.test_home import NUMBER, counted, home

SignIn = Callable[..., Client]
REVIEWS = {
    models.ContextIssue: "issue-reviews",
    models.InterestedParty: "party-reviews",
    models.LegalRequirement: "law-reviews",
    models.AIMSProcess: "process-reviews",
    models.RoleAssignment: "role-reviews",
    models.Objective: "objective-reviews",
    models.Resource: "resource-reviews",
    models.Competence: "competence-reviews",
    models.Awareness: "awareness-reviews",
    models.Communication: "communication-reviews",
}
CLAUSES = {"4.1", "4.2", "4.4", "5.1", "5.3", "6.2", "6.3", "7.1", "7.2", "7.3", "7.4", "8.1", "9.1"}


def codes(stage: Stage) -> dict[str, Any]:
    """Obstacles of the registers, by their codes."""
    ours = {one.code for one in OF_REGISTERS} | set(ABSENT)
    return {one.code: one for one in readiness(stage.organisation, stage.officer).obstacles if one.code in ours}


def found_by(stage: Stage, code: str) -> list[str]:
    return codes(stage)[code].numbers if code in codes(stage) else []


def dated(stage: Stage, fields: dict[str, Any]) -> dict[str, Any]:
    """Fields with days counted from today where they are numbers."""
    days = {name for name, value in fields.items() if name.endswith(("_on", "_from")) and value is not None}
    return {name: stage.day(value) if name in days else value for name, value in fields.items()}


def test_every_clause_has_a_test_with_reason(stage: Stage) -> None:
    tests = [*(one for one in OF_REGISTERS if one.blocks is not None), *ABSENT.values()]
    assert {one.clause for one in tests} >= CLAUSES
    assert all(str(one.reason) for one in OF_REGISTERS)
    assert all(str(one.text) for one in ABSENT.values())


def test_an_empty_register_is_told_as_not_there(stage: Stage) -> None:
    found = codes(stage)
    assert set(found) == set(ABSENT) - {"no-external-issues", "no-internal-issues", "no-climate"}
    blocking = {"no-objectives", "no-audit", "no-review"}
    assert {code for code, one in found.items() if one.blocks} == blocking
    assert all(one.link.startswith(f"/{stage.organisation.slug}/") and one.text for one in found.values())
    result = readiness(stage.organisation, stage.officer)
    assert {one.code for one in result.unbegun} == set(found) - blocking
    assert {*result.unbegun, *result.in_the_way} == set(result.obstacles)


def test_home_names_every_register_that_is_empty_with_its_address(played: Stage, sign_in: SignIn) -> None:
    page = home(sign_in(played.officer), played.organisation)
    links = SeenPage(page).links
    for one in page.context["result"].unbegun:
        assert one.title in page.content.decode()
        assert one.link in links


def test_registers_in_which_nothing_is_missing_are_no_obstacle(stage: Stage) -> None:
    keep_registers(stage)
    assert codes(stage) == {}


def test_context_has_two_sides_and_climate(stage: Stage) -> None:
    keep_registers(stage)
    models.ContextIssue.objects.all().update(side="external", topic="legal")
    assert set(codes(stage)) == {"no-internal-issues", "no-climate"}
    models.ContextIssue.objects.all().update(side="internal")
    assert set(codes(stage)) == {"no-external-issues", "no-climate"}


@pytest.mark.parametrize("kind", REVIEWS, ids=REVIEWS.get)
def test_an_overdue_review_is_a_condition_of_its_clause(kind: Any, stage: Stage) -> None:
    made = keep_registers(stage)[kind]
    type(made).objects.filter(pk=made.pk).update(review_on=stage.day(-1))
    [(code, one)] = codes(stage).items()
    assert (code, one.numbers, one.blocks) == (REVIEWS[kind], [made.reference], False)


@pytest.mark.parametrize(
    ("code", "kind", "fields"),
    [
        ("issues-unanswered", models.ContextIssue, {"response": ""}),
        ("laws-unanswered", models.LegalRequirement, {"compliance": ""}),
        ("laws-unanswered", models.LegalRequirement, {"compliance": "", "applies_from": -1}),
        ("processes-unowned", models.AIMSProcess, {"owner": None}),
        ("processes-uncontrolled", models.AIMSProcess, {"criteria": ""}),
        ("roles-unheld", models.RoleAssignment, {"holder": None}),
        ("changes-overdue", models.PlannedChange, {"planned_on": -1}),
        ("changes-unplanned", models.PlannedChange, {"resources": ""}),
        ("changes-unplanned", models.PlannedChange, {"responsibilities": ""}),
        ("resources-short", models.Resource, {"is_sufficient": False, "missing": "A validator"}),
        ("competence-gaps", models.Competence, {"level_held": 1}),
        ("training-overdue", models.TrainingRecord, {"completed_on": None, "effective_check": "", "due_on": -1}),
        ("training-expired", models.TrainingRecord, {"expires_on": -1}),
        ("training-unchecked", models.TrainingRecord, {"effective_check": ""}),
        ("campaigns-unchecked", models.Awareness, {"ends_on": -1, "result": ""}),
        ("communications-overdue", models.Communication, {"next_on": -1}),
        ("communications-overdue", models.Communication, {"next_on": -1, "sent_on": -20}),
        ("objectives-unmeasured", models.Objective, {"frequency": ""}),
        ("overdue", models.PlannedChange, {"review_on": -1}),
    ],
)
def test_what_is_missing_is_listed(code: str, kind: Any, fields: dict[str, Any], stage: Stage) -> None:
    keep_registers(stage)
    made = keep(stage, kind, **dated(stage, fields))
    [(found, one)] = codes(stage).items()
    assert (found, one.numbers, one.blocks) == (code, [made.reference], False)
    assert one.clause or code == "overdue"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (models.LegalRequirement, {"compliance": "", "applies_from": 1}),
        (models.PlannedChange, {"planned_on": 0}),
        (models.PlannedChange, {"planned_on": -1, "state": "withdrawn", "closed_on": -1, "review_on": -1}),
        (models.TrainingRecord, {"expires_on": 0}),
        (models.TrainingRecord, {"completed_on": None, "effective_check": "", "due_on": 0}),
        (models.Awareness, {"ends_on": 0, "result": ""}),
        (models.Communication, {"next_on": -1, "sent_on": -1}),
    ],
)
def test_what_is_in_time_or_over_is_none(kind: Any, fields: dict[str, Any], stage: Stage) -> None:
    keep_registers(stage)
    days = {
        name: stage.day(value)
        for name, value in fields.items()
        if name.endswith(("_on", "_from")) and value is not None
    }
    keep(stage, kind, **fields | days)
    assert codes(stage) == {}


def test_an_objective_is_planned_measured_and_reached_in_time(stage: Stage) -> None:
    made = keep_registers(stage)[models.Objective]
    vague = keep(stage, models.Objective, plan="", frequency="")
    measured(vague)
    assert found_by(stage, "objectives-unplanned") == [vague.reference]
    vague.delete()
    made.due_on = stage.day(-1)
    made.save()
    assert set(codes(stage)) == {"objectives-missed"}
    measured(made, value=96, on=stage.day(-3))
    assert set(codes(stage)) == {"objectives-missed"}, "the newest measurement counts"
    models.Measurement.objects.filter(objective=made, on=stage.day(0)).delete()
    assert codes(stage) == {}


def test_a_measurement_is_late_by_how_often_it_is_taken(stage: Stage) -> None:
    made = keep_registers(stage)[models.Objective]
    models.Measurement.objects.filter(objective=made).update(on=stage.day(-41))
    assert set(codes(stage)) == {"measurements-late"}
    made.frequency = "quarterly"
    made.save()
    assert codes(stage) == {}


def test_training_done_again_is_not_expired(stage: Stage) -> None:
    keep_registers(stage)
    old = keep(stage, models.TrainingRecord, completed_on=stage.day(-400), expires_on=stage.day(-30))
    assert found_by(stage, "training-expired") == [old.reference]
    keep(stage, models.TrainingRecord, title=old.title)
    assert codes(stage) == {}


def test_every_number_of_home_opens_a_list_of_as_many(stage: Stage, sign_in: SignIn) -> None:
    keep_registers(stage)
    for _time in range(2):
        keep(stage, models.Objective, due_on=stage.day(-3))
        keep(stage, models.TrainingRecord, completed_on=None, effective_check="", due_on=stage.day(-3))
        keep(stage, models.Competence, level_held=0)
        make_supplier(stage.organisation, review_on=stage.day(-2))
    client = sign_in(stage.officer)
    page = home(client, stage.organisation).content.decode().replace("&amp;", "&")
    numbers = {url: int(n) for url, n in NUMBER.findall(page) if "/readiness/" in url}
    assert {url.split("/")[-2] for url in numbers} >= {
        *("objectives-reached", "objectives-open", "objectives-unmeasured", "objectives-missed"),
        *("training-open", "training-overdue", "competence-gaps", "supplier-reviews"),
    }
    assert [(url, n, counted(client, url)) for url, n in numbers.items() if n != counted(client, url)] == []


def test_three_of_each_cost_what_one_costs(stage: Stage) -> None:
    keep_registers(stage)
    codes(stage)
    with CaptureQueriesContext(connection) as few:
        codes(stage)
    for _time in range(3):
        owner = person(
            f"keeper-{make_supplier(stage.organisation, review_on=stage.day(-1)).pk}", stage.organisation, "contributor"
        )
        for kind in COMPLETE:
            keep(stage, kind, owner=owner, review_on=stage.day(-1))
    with CaptureQueriesContext(connection) as many:
        found = codes(stage)
    assert len(found) == len(REVIEWS) + 3
    assert len(many) == len(few) == 15
