"""Figures counted by hand against figures that are derived."""

from __future__ import annotations

import json
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.readiness import Readiness, readiness
from tests.cast import make_ai_system, make_evidence, make_supplier, person
from tests.reports.conftest import Stage, furnish
from tests.reports.registers import keep_registers


def of(stage: Stage, user: Any = None) -> Readiness:
    return readiness(stage.organisation, user or stage.officer)


def section(result: Readiness, number: str) -> Any:
    parts = [*result.clauses.sections, *result.controls.sections]
    return next(one for one in parts if one.number == number)


def test_nothing_answered_is_said_and_counts_as_not_answered(stage: Stage) -> None:
    result = of(stage)
    assert (result.clauses.count.of, result.clauses.count.unanswered, result.clauses.count.met) == (32, 32, 0)
    assert (result.controls.count.of, result.applicability.undecided) == (38, 38)
    assert result.is_empty
    assert [one.number for one in result.clauses.sections] == ["4", "5", "6", "7", "8", "9", "10"]
    assert [one.number for one in result.controls.sections] == [f"A.{n}" for n in range(2, 11)]
    assert section(result, "6").title == "Planning"


def test_each_mark_is_counted_where_it_belongs(played: Stage) -> None:
    result = of(played)
    clauses = result.clauses.count
    # 9.1 has only evidence, no status and no answer.
    assert (clauses.met, clauses.partly, clauses.not_met, clauses.unanswered) == (2, 1, 1, 28)
    assert clauses.met + clauses.partly + clauses.not_met + clauses.unanswered == clauses.of == 32
    assert section(result, "5").count.met == 1
    assert section(result, "6").count.not_met == 1


def test_an_excluded_control_is_out_of_every_count(played: Stage) -> None:
    area = section(of(played), "A.2").count
    assert (area.of, area.met, area.partly, area.not_applicable) == (2, 1, 1, 1)
    played.proof("A.2.4")
    assert section(of(played), "A.2").count.evidenced == 0


def test_a_clause_without_its_mandatory_evidence_is_not_met(stage: Stage) -> None:
    stage.position("5.2", status="met")
    assert section(of(stage), "5").count.met == 0
    item = stage.proof("5.2", valid_until=stage.day(0))
    stage.expected("5.2", item)
    assert section(of(stage), "5").count.met == 1
    item.valid_until = stage.day(-1)
    item.save()
    assert section(of(stage), "5").count.met == 0


def test_answers_lower_what_is_stated(stage: Stage) -> None:
    stage.position("4.1", status="met")
    stage.answer("4.1", "met", "not_met")
    line = section(of(stage), "4").lines[0]
    assert (line.number, line.state) == ("4.1", "partly")
    assert any("1 not met" in reason.text for reason in line.reasons)


def test_the_statement_of_applicability_is_counted(played: Stage) -> None:
    found = of(played).applicability
    assert (found.applicable, found.excluded, found.undecided, found.without_justification) == (2, 1, 35, 0)
    assert {tally.code: tally.count for tally in found.by_status} == {
        "implemented": 1,
        "in_progress": 1,
        "not_started": 0,
        "": 0,
    }


def test_systems_are_counted_in_scope_by_role_and_class(played: Stage) -> None:
    found = of(played).inventory
    assert (found.in_scope, found.out_of_scope, found.retired) == (1, 1, 1)
    assert {tally.code: tally.count for tally in found.by_class if tally.count} == {"high": 1}
    assert {tally.code: tally.count for tally in found.by_role if tally.count} == {"provider": 1, "user": 1}


def test_evidence_that_ran_out_or_will(played: Stage) -> None:
    found = of(played).evidence
    assert [proof.title for proof in found.expired] == ["Ran out"]
    assert [proof.title for proof in found.expiring] == ["Runs out"]
    assert {proof.title for proof in found.index} == {"Signed policy", "Ran out", "Runs out", "Risk workshop"}


def test_a_requirement_shows_its_newest_file(played: Stage) -> None:
    line = next(line for line in of(played).clauses.lines if line.number == "6.1.2")
    [proof] = line.proofs
    assert (proof.version, len(proof.sha256)) == (2, 64)
    assert proof.received == played.organisation.today()


def test_what_is_overdue_has_an_owner(played: Stage) -> None:
    found = [(item.title, item.what, item.owner) for item in of(played).overdue]
    assert found == [
        ("Late Ltd", "review", ""),
        ("AI policy", "review", played.officer.name),
        ("Ran out", "evidence", played.officer.name),
    ]


def test_documents_are_present_missing_or_begun(played: Stage) -> None:
    states = {document.number: document.state for document in of(played).documents}
    assert (states["5.2"], states["9.1"], states["4.3"]) == ("present", "draft", "missing")
    played.expected("9.2.2", played.proof("9.2.2"))
    first, *_rest = played.position("9.2.2").expected_proofs.all()
    first.delete()
    assert {d.number: d.state for d in of(played).documents}["9.2.2"] == "draft"


def test_gaps_begin_with_what_the_standard_wants(played: Stage) -> None:
    gaps = of(played).gaps
    kinds = [gap.is_mandatory for gap in gaps]
    assert kinds == sorted(kinds, reverse=True)
    assert "5.2" not in {gap.number for gap in gaps if gap.is_mandatory}
    assert "A.2.4" not in {gap.number for gap in gaps}


def test_the_state_says_what_stands_in_the_way(played: Stage) -> None:
    result = of(played)
    assert result.state.code == "not_ready"
    assert result.state.title == "Not ready: 30 clauses not yet met"
    assert result.state.sentence.startswith("2 of 32 clauses are met, 1 partly met, 1 not met, 28 not answered. ")
    found = {obstacle.code: obstacle.count for obstacle in result.obstacles}
    assert found["clauses_not_met"] == 1
    assert found["clauses_unanswered"] == 28
    assert found["undecided"] == 35
    assert found["not_in_place"] == 1
    assert found["expired"] == 1
    assert found["overdue"] == found["supplier-reviews"] == 1
    blocking = [obstacle.blocks for obstacle in result.obstacles]
    assert blocking == sorted(blocking, reverse=True)


def test_without_blockers_it_speaks_of_conditions_and_never_of_ready(stage: Stage) -> None:
    for line in of(stage).clauses.lines:
        stage.position(line.number, status="met")
        if line.expects_mandatory:
            stage.expected(line.number, stage.proof(line.number))
    for line in of(stage).controls.lines:
        stage.position(line.number, applicable=True, justification="Needed.", status="implemented")
    assert of(stage).state.title == "Not ready: no approved risk criteria"
    furnish(stage)
    assert of(stage).state.title == "Not ready: no AI objective on record"
    keep_registers(stage)
    assert of(stage).state.title == "Nothing on record stands in the way"
    stage.position("4.1", status="partly")
    stage.position("A.2.2", status="not_started")
    result = of(stage)
    # The third: the Statement in force says that A.2.2 is implemented.
    assert {obstacle.code for obstacle in result.obstacles} == {"clauses_partly", "not_in_place", "statement-differs"}
    assert (result.state.code, result.state.title) == ("conditions", "3 conditions remain")


def test_today_is_the_day_at_the_organisation(stage: Stage) -> None:
    stage.organisation.timezone = "Pacific/Auckland"
    stage.organisation.save()
    with time_machine.travel("2026-11-23T23:30:00Z", tick=False):
        stage.proof("4.1", title="Until the 23rd", valid_until="2026-11-23")
        result = of(stage)
        assert result.on.isoformat() == "2026-11-24"
        assert [proof.title for proof in result.evidence.expired] == ["Until the 23rd"]


def test_who_sees_nothing_counts_nothing(played: Stage, outsider: Any, contributor: Any) -> None:
    assert of(played, outsider).clauses.count.of == 0
    assert of(played, contributor).clauses.count.of == 0


def test_the_result_is_plain_json_and_the_same_each_time(played: Stage) -> None:
    at = of(played).at
    first = json.dumps(readiness(played.organisation, played.officer, at).as_dict())
    assert first == json.dumps(readiness(played.organisation, played.officer, at).as_dict())
    assert '"url"' not in first


@pytest.mark.usefixtures("played")
def test_the_number_of_queries_does_not_grow(stage: Stage) -> None:
    of(stage)
    with CaptureQueriesContext(connection) as few:
        of(stage)
    somebody = person("elsewhere", stage.organisation, "contributor")
    for number in ("4.2", "4.3", "6.1.2", "A.3.2", "A.4.2"):
        for _time in range(4):
            stage.proof(number, owner=somebody, valid_until=stage.day(20))
        stage.answer(number, "met", "partly")
    for _time in range(10):
        make_ai_system(stage.organisation, owner=somebody)
        make_supplier(stage.organisation, review_on=stage.day(-5), owner=somebody)
        make_evidence(stage.organisation, valid_until=stage.day(-5))
    with CaptureQueriesContext(connection) as many:
        of(stage)
    assert len(many) == len(few) == 16
