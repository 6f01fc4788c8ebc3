"""Rules of the risks floor, each by the clause it comes from; what Home, the lists and the dashboard say of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clauses.models import Position
from reports.dashboard import dashboard
from reports.readiness import Readiness, readiness
from reports.readiness.all_lists import OF_RISKS
from reports.readiness.result import Place
from risks.applicability.statement import content_of, live_lines
from risks.models import Risk, RiskCriteria, Statement, Treatment, TreatmentPlan
from tests.cast import make_ai_system, person
from tests.reports.conftest import Stage
from tests.reports.test_home import NUMBER, counted, home
from tests.risk_cast import make_criteria, make_impact_assessment, make_incident, make_risk, make_treatment, score

SignIn = Callable[..., Client]
FOUND = {
    "unscored": ["Untold"],
    "untreated": ["Medium"],
    "unaccepted-high": ["Grave"],
    "assessment-missing": ["Missing"],
    "assessment-pending": ["Pending"],
    "assessment-expired": ["Scorer"],
    "unaccepted-medium": ["Remaining"],
    "medium-open": ["Midway"],
    "untriggered": ["Untold"],
    "treatments-overdue": ["Late"],
    "risk-reviews": ["Grave"],
    "risks-changed": ["Untold"],
    "assessments-changed": ["Assessment of Current"],
    "measures-late": ["Assessment of Scorer"],
    "notifications-late": ["Leak"],
    "unaccepted": ["Small", "Grave", "Medium", "Remaining", "Midway", "Untold"],
    "assessed": ["Current"],
    "unassessed": ["Scorer", "Pending", "Missing"],
    "incidents-open": ["Leak", "Harmless"],
}
BLOCKING = {
    *("unscored", "untreated", "unaccepted-high", "unaccepted-medium"),
    *("assessment-missing", "assessment-pending", "assessment-expired"),
}


def of(stage: Stage, user: Any = None) -> Readiness:
    return readiness(stage.organisation, user or stage.officer)


def codes(stage: Stage) -> dict[str, Any]:
    return {obstacle.code: obstacle for obstacle in of(stage).obstacles}


def test_each_list_has_exactly_its_records(assessed: Stage) -> None:
    assert {one.code: [item.title for item in one.items] for one in of(assessed).risks.lists} == FOUND


def test_what_blocks_and_what_is_a_condition(assessed: Stage) -> None:
    found = codes(assessed)
    tests = {listed.code for listed in OF_RISKS if listed.blocks is not None}
    assert tests <= set(found)
    assert {code for code in tests if found[code].blocks} == BLOCKING
    assert all(found[code].clause and found[code].url and found[code].places for code in tests)
    order = [obstacle.blocks for obstacle in of(assessed).obstacles]
    assert order == sorted(order, reverse=True)


def test_totals_are_of_open_risks(assessed: Stage) -> None:
    risks = of(assessed).risks
    assert (risks.open, risks.closed) == (7, 1)
    assert {t.code: t.count for t in risks.by_level} == {"low": 1, "medium": 4, "high": 1, "critical": 0, "": 1}
    assert {t.code: t.count for t in risks.by_process} == {"planning": 4, "operational": 3}


@pytest.mark.parametrize(
    ("kind", "code"),
    [(RiskCriteria, "no-criteria"), (TreatmentPlan, "no-plan"), (Statement, "no-statement"), (Risk, "no-risks")],
)
def test_what_must_be_there_is_missed(kind: Any, code: str, assessed: Stage, outsider: Any) -> None:
    assert code not in codes(assessed)
    if kind is Risk:
        assert "no-risks" in {o.code for o in readiness(outsider.memberships.get().organisation, outsider).obstacles}
        return
    kind.objects.filter(organisation=assessed.organisation).update(state="superseded", superseded_at=timezone.now())
    missed = codes(assessed)[code]
    assert missed.blocks
    assert missed.link.startswith(f"/{assessed.organisation.slug}/")


def test_an_approved_statement_that_is_no_longer_true_is_a_condition(assessed: Stage) -> None:
    assert "statement-differs" not in codes(assessed)
    position = Position.objects.get(organisation=assessed.organisation, reference="A.2.3")
    position.justification = "For another reason."
    position.save()
    assert codes(assessed)["statement-differs"].blocks is False


@pytest.mark.parametrize("change", [{"status": "implemented"}, {"owner": True}, {"basis": ["legal"]}])
def test_a_statement_is_untrue_once_a_control_stands_otherwise(change: dict[str, Any], assessed: Stage) -> None:
    position = Position.objects.get(organisation=assessed.organisation, reference="A.2.3")
    for name, value in change.items():
        setattr(position, name, assessed.officer if name == "owner" else value)
    position.save()
    assert "statement-differs" in codes(assessed)


def test_a_statement_is_untrue_once_evidence_it_names_no_longer_holds(assessed: Stage) -> None:
    here = assessed.organisation
    item = assessed.proof("A.2.2", title="Signed", valid_until=assessed.day(3))
    assert "statement-differs" not in codes(assessed), "more evidence makes nothing untrue"
    Statement.objects.of(here).update(state="superseded", superseded_at=timezone.now())
    content = content_of(live_lines(here, on=here.today()))
    Statement.objects.create(organisation=here, title="Next", label="2.0", content=content, state="approved", number=2)
    with CaptureQueriesContext(connection) as queries:
        assert "statement-differs" not in codes(assessed)
    assert len(queries) == 18
    item.valid_until = assessed.day(-1)
    item.save()
    assert "statement-differs" in codes(assessed)


def test_a_medium_risk_that_its_owner_may_accept_is_a_condition(assessed: Stage) -> None:
    here = assessed.organisation
    RiskCriteria.objects.of(here).update(state="superseded", superseded_at=timezone.now())
    make_criteria(here, state="approved", accepts_medium="owner")
    found = codes(assessed)
    assert "unaccepted-medium" not in found
    assert [found["medium-open"].count, found["medium-open"].blocks] == [2, False]


def test_no_record_is_told_twice_for_the_same_reason(assessed: Stage) -> None:
    found = codes(assessed)
    apart = [("untreated", "unaccepted-medium"), ("untreated", "medium-open"), ("untreated", "unaccepted-high")]
    apart += [("overdue", "risk-reviews"), ("overdue", "assessment-expired"), ("overdue", "supplier-reviews")]
    for one, other in apart:
        numbers = [set(found[code].numbers) for code in (one, other)]
        assert not numbers[0] & numbers[1], (one, other)
    assert found["overdue"].places == (Place("5.2", found["overdue"].places[0].url),)


def test_a_risk_that_is_treated_retained_or_accepted_is_not_untreated(assessed: Stage, officer: Any) -> None:
    medium = Risk.objects.get(title="Medium")
    line = make_treatment(assessed.organisation, treats=medium, status="dropped")
    assert "untreated" in codes(assessed)
    line.status = "planned"
    line.save()
    assert "untreated" not in codes(assessed)
    Treatment.objects.filter(pk=line.pk).update(status="dropped")
    Risk.objects.filter(pk=medium.pk).update(option="accept")
    assert "untreated" not in codes(assessed)


def test_the_dashboard_says_the_same(assessed: Stage) -> None:
    today = assessed.organisation.today()
    facts = dashboard(assessed.organisation, assessed.officer, today)
    references = {record.title: record.reference for record in assessed.organisation.records.all()}

    def named(code: str) -> list[str]:
        return sorted(references[title] for title in FOUND[code])

    assert facts["ai_systems_with_current_approved_impact_assessment"] == named("assessed")
    assert facts["ai_systems_without_current_approved_impact_assessment"] == named("unassessed")
    assert facts["risks_total"] == 7
    assert facts["risks_by_level_of_assessment"] == {"planning": 4, "operational": 3}
    assert facts["residual_levels"] == {"low": 1, "medium": 4, "high": 1, "critical": 0}
    assert facts["risks_without_acceptance"] == named("unaccepted")
    assert facts["overdue_treatments"] == [references["Grave"]]
    assert facts["incidents_open"] == named("incidents-open")


def test_the_dashboard_judges_by_the_day_asked(assessed: Stage) -> None:
    def on(days: int) -> dict[str, Any]:
        return dashboard(assessed.organisation, assessed.officer, assessed.organisation.today() + timedelta(days=days))

    assert len(on(0)["risks_without_acceptance"]) + 1 == len(on(400)["risks_without_acceptance"])
    assert len(on(0)["ai_systems_with_current_approved_impact_assessment"]) == 1
    assert on(1)["ai_systems_with_current_approved_impact_assessment"] == []
    assert on(-10)["overdue_treatments"] == []


def test_every_number_of_home_opens_a_list_of_as_many(assessed: Stage, sign_in: SignIn) -> None:
    client = sign_in(assessed.officer)
    page = home(client, assessed.organisation).content.decode().replace("&amp;", "&")
    numbers = [(url, int(n)) for url, n in NUMBER.findall(page) if "/readiness/" in url or "/risks/" in url]
    assert len(numbers) > 20
    assert [(url, n, counted(client, url)) for url, n in numbers if n != counted(client, url)] == []


def test_lists_are_for_those_who_read_everything(assessed: Stage, contributor: Any, sign_in: SignIn) -> None:
    base = f"/{assessed.organisation.slug}/readiness"
    assert sign_in(contributor).get(f"{base}/unscored/").status_code == 403
    assert sign_in(assessed.officer).get(f"{base}/nothing/").status_code == 404
    page = sign_in(assessed.officer).get(f"{base}/unaccepted-high/").content.decode()
    assert "6.1.3, 8.3" in page
    assert "Grave" in page
    assert "Medium" not in page.split("<main")[1]


def test_who_sees_nothing_counts_nothing(assessed: Stage, outsider: Any, contributor: Any) -> None:
    for user in (outsider, contributor):
        result = of(assessed, user).risks
        assert result.open == 0
        assert [one.code for one in result.lists if one.count] == []


@pytest.mark.usefixtures("assessed")
def test_more_of_everything_costs_no_more_queries(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in(stage.officer)
    of(stage)
    home(client, stage.organisation)
    with CaptureQueriesContext(connection) as few:
        of(stage)
    with CaptureQueriesContext(connection) as few_of_home:
        home(client, stage.organisation)
    for _time in range(3):
        owner = person(f"owner-{make_risk(stage.organisation).pk}", stage.organisation, "contributor")
        risk = make_risk(stage.organisation, owner=owner, review_on=stage.day(-2))
        score(risk, likelihood=4, for_individuals=4)
        make_treatment(stage.organisation, treats=risk, owner=owner, due_on=stage.day(-2))
        make_impact_assessment(
            stage.organisation, system=make_ai_system(stage.organisation, owner=owner), state="in_review"
        )
        make_incident(stage.organisation, owner=owner)
    with CaptureQueriesContext(connection) as many:
        of(stage)
    with CaptureQueriesContext(connection) as many_of_home:
        home(client, stage.organisation)
    # One more than without a Statement in force, which is compared with its controls of today.
    assert len(many) == len(few) == 17
    assert len(many_of_home) <= len(few_of_home) < 50
