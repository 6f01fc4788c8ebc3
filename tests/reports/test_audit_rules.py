"""Tests of readiness about audits, corrective action and management review, each by its clause (9.2, 9.3, 10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audits.models import CorrectiveAction, Finding, ReviewInput
from clauses.models import Requirement
from reports.readiness import readiness
from reports.readiness.all_lists import LISTS
from tests.audits.improving_making import (
    closed_one,
    found_out,
    make_corrective_action,
    make_finding,
    make_review,
    spoken,
)
from tests.cast import somebody
from tests.pages import SeenPage
from tests.reports.audited import keep_audit, keep_review
from tests.reports.conftest import Stage
from tests.reports.registers import keep_registers

SignIn = Callable[..., Client]
OURS = {
    *("majors-open", "minors-open", "corrections-late", "effects-unchecked", "clauses-unaudited", "reviews-silent"),
    *("no-audit", "no-review"),
}


def found(stage: Stage) -> dict[str, Any]:
    return {one.code: one for one in readiness(stage.organisation, stage.officer).obstacles if one.code in OURS}


def test_without_audit_and_review_nobody_is_ready(stage: Stage) -> None:
    obstacles = found(stage)
    assert set(obstacles) == {"no-audit", "no-review"}
    assert all(one.blocks for one in obstacles.values())
    assert [one.clause for one in obstacles.values()] == ["9.2.2", "9.3.3"]
    assert obstacles["no-review"].link == f"/{stage.organisation.slug}/management-reviews/"


def test_an_audit_and_a_review_of_the_last_twelve_months_suffice(stage: Stage) -> None:
    keep_audit(stage, report_on=stage.day(-400))
    keep_review(stage, held_on=stage.day(-400))
    assert set(found(stage)) == {"no-audit", "no-review"}
    keep_audit(stage, report_on=stage.day(-300))
    keep_review(stage, held_on=stage.day(-300))
    assert found(stage) == {}


@pytest.mark.parametrize(
    "fields", [{"audit_kind": "gap"}, {"audit_kind": "supplier"}, {"state": "under_way", "report_on": None}]
)
def test_only_an_internal_audit_with_its_report_counts(fields: dict[str, Any], stage: Stage) -> None:
    keep_review(stage)
    keep_audit(stage, **fields)
    assert set(found(stage)) == {"no-audit"}


def test_an_open_major_blocks_and_a_minor_is_a_condition(stage: Stage) -> None:
    keep_audit(stage)
    keep_review(stage)
    major = make_finding(stage.organisation, grade="major", owner=stage.officer, issued_on=stage.day(-10))
    minor = make_finding(stage.organisation, issued_on=stage.day(-10))
    make_finding(stage.organisation, grade="major")
    make_finding(stage.organisation, grade="ofi", state="noted")
    obstacles = found(stage)
    assert {code: (one.numbers, one.blocks) for code, one in obstacles.items()} == {
        "majors-open": ([major.reference], True),
        "minors-open": ([minor.reference], False),
    }
    Finding.objects.filter(pk=major.pk).update(state="corrected")
    assert "majors-open" in found(stage), "corrected is not verified"
    Finding.objects.filter(pk__in=[major.pk, minor.pk]).update(state="verified")
    assert found(stage) == {}


def test_what_is_late_about_corrective_actions_is_a_condition(stage: Stage) -> None:
    keep_audit(stage)
    keep_review(stage)
    late = make_corrective_action(stage.organisation, due_on=stage.day(-1))
    make_corrective_action(stage.organisation, due_on=stage.day(0))
    closed_one(stage.organisation, due_on=stage.day(-9))
    unchecked = found_out(
        stage.organisation,
        state="done",
        done_by=somebody(stage.organisation),
        due_on=stage.day(-9),
        check_on=stage.day(-1),
    )
    assert {code: (one.numbers, one.blocks, one.clause) for code, one in found(stage).items()} == {
        "corrections-late": ([late.reference], False, "10.2"),
        "effects-unchecked": ([unchecked.reference], False, "10.2"),
    }
    CorrectiveAction.objects.filter(pk=unchecked.pk).update(check_on=stage.day(0))
    assert set(found(stage)) == {"corrections-late"}


def test_clauses_that_no_internal_audit_covered_are_named(stage: Stage) -> None:
    keep_review(stage)
    clauses = Requirement.objects.assessable().filter(kind="clause")
    keep_audit(stage, covers=clauses.exclude(number__startswith="10"))
    assert found(stage)["clauses-unaudited"].numbers == ["10.1", "10.2"]
    assert not found(stage)["clauses-unaudited"].blocks
    keep_audit(stage, covers=clauses.filter(number__startswith="10"), report_on=stage.day(-700))
    assert found(stage) == {}, "within three years"


def test_a_review_that_was_silent_about_an_input_is_a_condition(stage: Stage) -> None:
    keep_audit(stage)
    keep_review(stage)
    draft = spoken(make_review(stage.organisation, held_on=stage.day(-2)))
    make_review(stage.organisation, held_on=stage.day(4))
    assert found(stage) == {}
    ReviewInput.objects.filter(review=draft, topic="audits").update(summary="")
    assert found(stage)["reviews-silent"].numbers == [draft.reference]
    ReviewInput.objects.filter(review=draft, topic="audits").update(remark="Next month")
    assert found(stage) == {}


def test_each_obstacle_opens_the_list_that_shows_the_same(stage: Stage, sign_in: SignIn) -> None:
    keep_registers(stage)
    make_finding(stage.organisation, grade="major", issued_on=stage.day(-10))
    make_corrective_action(stage.organisation, due_on=stage.day(-1))
    client = sign_in(stage.officer)
    for one in found(stage).values():
        page = SeenPage(client.get(one.url), within="main")
        assert {number for number in one.numbers if number in " ".join([*page.texts, *page.links])} == set(one.numbers)
    assert {code for code, one in LISTS.items() if code in OURS} == OURS - {"no-audit", "no-review"}


def test_the_rule_says_what_of_audits_and_reviews_blocks(stage: Stage) -> None:
    rule = readiness(stage.organisation, stage.officer).state.rule
    for words in (
        "major nonconformity",
        "internal audit with an issued report",
        "management review with issued minutes",
    ):
        assert words in rule
