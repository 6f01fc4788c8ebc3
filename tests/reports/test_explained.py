"""Readiness with its reasons: what the page, the API, the report and the records say is the same."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.readiness import readiness
from reports.readiness.absence import ABSENT
from reports.readiness.all_lists import LISTS
from reports.readiness.every_test import Judged, counted
from reports.readiness.explained import Explained, explained
from reports.readiness.next_steps import OPENS, STAGE_1, TO_DO, steps_of
from reports.readiness.practice import Point
from risks.models import Notification
from tests.reports.conftest import Stage

SignIn = Callable[..., Client]
FINDER = {
    *("mandatory", "clauses_not_met", "clauses_unanswered", "undecided", "unjustified", "clauses_partly"),
    *("not_in_place", "expired"),
}
CODES = FINDER | set(ABSENT) | {code for code, one in LISTS.items() if one.blocks is not None}


def of(stage: Stage, **options: Any) -> Explained:
    return explained(stage.organisation, stage.officer, **options)


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def point(result: Explained, number: str) -> Point:
    return next(one for area in result.practice.areas for one in area.points if one.number == number)


def test_every_test_is_told_whether_it_failed_or_passed(assessed: Stage) -> None:
    result = of(assessed)
    assert {one.code for one in result.tests} == CODES
    assert len(result.tests) == len(CODES)
    assert {one.code for one in result.failed} == {one.code for one in result.readiness.obstacles}
    for one in result.tests:
        assert one.name
        assert one.reason
        assert one.clause, one.code
        assert one.passed == (one.count == 0)
    counts = counted(result.tests)
    assert sum(counts.values()) == len(CODES)
    assert counts["idle"] > 0, "empty registers are not asked"
    assert all(one.passed for one in result.tests if not one.asked)


def test_tables_name_only_tests_that_exist() -> None:
    named = {*STAGE_1, *OPENS, *(code for codes in OPENS.values() for code in codes), *TO_DO}
    assert named <= CODES, named - CODES


def test_what_blocks_has_a_stage_and_a_condition_has_none(assessed: Stage) -> None:
    result = of(assessed)
    assert {one.test.code for one in result.blockers} == {one.code for one in result.failed if one.blocks}
    stages = {one.test.code: one.stage for one in result.blockers}
    assert stages["mandatory"] == stages["undecided"] == stages["unscored"] == 1
    assert stages["no-audit"] == stages["unaccepted-high"] == stages["clauses_not_met"] == 2
    assert [one.stage for one in result.blockers] == sorted(one.stage for one in result.blockers)


def judged(code: str, *, count: int = 1, blocks: bool = True) -> Judged:
    return Judged(
        *(code, code, "6", count == 0, True, blocks, "", count, (), (), None),
        has_list=True,
    )


def test_what_opens_most_comes_first() -> None:
    tests = [judged("minors-open", blocks=False), judged("majors-open"), judged("no-review"), judged("no-audit")]
    tests += [judged("no-criteria"), judged("unscored"), judged("unaccepted-high"), judged("no-plan", count=0)]
    steps = steps_of(tests)
    assert [one.code for one in steps] == [
        *("no-criteria", "unscored", "no-audit", "majors-open", "no-review", "unaccepted-high", "minors-open")
    ]
    assert steps[0].opens == ("unscored", "unaccepted-high")
    assert steps[-1].stage is None


def test_design_is_what_exists_and_operation_what_is_dated(played: Stage) -> None:
    result = of(played)
    assert point(result, "4.1").design.state == "not_met", "no context issue is on record"
    assert point(result, "10.1").design.state == "unanswered"
    assert point(result, "A.2.4").design.state == point(result, "A.2.4").operation.state == "not_applicable"
    assert point(result, "A.2.2").design.state == "partly"
    assert point(result, "9.1").operation.state == "partly", "one item has run out, the other is of the period"
    assert point(result, "5.2").operation.state == "met"
    areas = {area.number: area for area in result.practice.areas}
    assert areas["A.2"].design.of == 2
    for area in result.practice.areas:
        for share in (area.design, area.operation):
            assert share.met + share.partly + share.not_met + share.unanswered == share.of
    assert result.practice.design.of == sum(area.design.of for area in result.practice.areas)


def test_evidence_older_than_the_period_or_run_out_lowers_operation(stage: Stage) -> None:
    item = stage.proof("7.3", title="Slides", produced_on=stage.day(-150))
    assert point(of(stage, months=6), "7.3").operation.state == "met"
    assert point(of(stage, months=3), "7.3").operation.state == "partly"
    item.valid_until = stage.day(-1)
    item.save()
    assert point(of(stage, months=6), "7.3").operation.state == "not_met"


def test_page_and_records_agree(assessed: Stage, manager: Any, sign_in: SignIn) -> None:
    client, here = sign_in(manager), assessed.organisation
    address = reverse("readiness-overview", kwargs={"organisation": here.slug})
    page = client.get(address + "?tests=all&steps=all")
    result = explained(here, manager)
    text = page.content.decode()
    said = words_of(text)
    assert result.readiness.state.title in said
    assert str(result.rule) in said
    for one in result.tests:
        assert one.name in said, one.code
        if one.has_list and not one.passed:
            assert f'<a href="{one.url.replace("&", "&amp;")}">{one.count}</a>' in text, one.code
    for code, one in LISTS.items():
        listed = next((test for test in result.tests if test.code == code), None)
        if listed and listed.count:
            behind = client.get(listed.url)
            assert behind.context["page"].paginator.count == listed.count, one.code


def test_what_falls_due_in_the_afternoon_is_late_for_programs_in_the_evening(
    assessed: Stage, manager: Any, sign_in: SignIn
) -> None:
    here = assessed.organisation
    evening = datetime.combine(here.today(), time(23, 30), here.zone)
    Notification.objects.update(due_at=evening - timedelta(hours=1))
    client, address = sign_in(manager), f"/api/v1/{here.slug}"
    with time_machine.travel(evening, tick=False):
        tests = {one["code"]: one["count"] for one in client.get(f"{address}/readiness/").json()["tests"]}
        failed = {one["code"] for one in client.get(f"{address}/dashboard/").json()["readiness_failed_tests"]}
    assert tests["notifications-late"] == 1
    assert "notifications-late" in failed


def test_the_api_tells_the_same(assessed: Stage, manager: Any, sign_in: SignIn) -> None:
    here = assessed.organisation
    answer = sign_in(manager).get(f"/api/v1/{here.slug}/readiness/").json()
    result = explained(here, manager)
    assert answer["verdict"] == result.verdict == "not_ready"
    assert answer["rule"] == result.rule
    assert {one["code"]: (one["passed"], one["count"], one["records"]) for one in answer["tests"]} == {
        one.code: (one.passed, one.count, one.numbers) for one in result.tests
    }
    assert [one["code"] for one in answer["next"]] == [one.code for one in result.steps]
    assert [(one["stage"], one["code"]) for one in answer["blockers"]] == [
        (one.stage, one.test.code) for one in result.blockers
    ]
    assert answer["conformity"]["clauses"]["met"] == result.readiness.clauses.count.met
    assert answer["practice"]["operation"]["met"] == result.practice.operation.met
    assert answer["on"] == answer["recorded_on"] == here.today().isoformat()


@pytest.mark.parametrize("query", ["?on=yesterday", "?on=1999-01-01", "?months=7", "?months=x"])
def test_the_api_refuses_what_it_cannot_tell(query: str, stage: Stage, manager: Any, sign_in: SignIn) -> None:
    stage.proof("7.3")
    assert sign_in(manager).get(f"/api/v1/{stage.organisation.slug}/readiness/{query}").status_code == 400


def test_a_later_day_is_judged_by_its_own_date(played: Stage, manager: Any, sign_in: SignIn) -> None:
    later = played.day(100)
    answer = sign_in(manager).get(f"/api/v1/{played.organisation.slug}/readiness/?on={later}").json()
    assert answer["on"] == later.isoformat()
    assert answer["practice"]["until"] == later.isoformat()
    now = readiness(played.organisation, manager)
    expired = next(one for one in answer["tests"] if one["code"] == "expired")
    assert expired["count"] == len(now.evidence.expired) + 1


@pytest.mark.parametrize("role", ["contributor"])
def test_who_reads_not_everything_sees_none_of_it(role: str, request: Any, stage: Stage, sign_in: SignIn) -> None:
    client = sign_in(request.getfixturevalue(role))
    assert client.get(f"/{stage.organisation.slug}/readiness/").status_code == 403
    assert client.get(f"/api/v1/{stage.organisation.slug}/readiness/").status_code == 403


def test_it_costs_the_same_however_much_there_is(played: Stage, manager: Any, sign_in: SignIn) -> None:
    client = sign_in(manager)
    address = f"/{played.organisation.slug}/readiness/"
    client.get(address)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    before = cost()
    for number in ("4.1", "8.2", "9.1"):
        played.proof(number, valid_until=played.organisation.today() - timedelta(days=2))
    assert cost() == before <= 25
