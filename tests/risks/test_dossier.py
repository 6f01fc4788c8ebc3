"""The dossier goes from purpose to concerns; what is missing is said as a gap, and who sees a part sees that part."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clauses.models import Position
from risks.dossier.trace import dossier_of
from risks.models import Acceptance, Concern, Incident, OwnControl, Risk, Treatment, TreatmentControl
from systems.models import AISystem, Stage
from tests.cast import make_ai_system, make_evidence, make_supplier, somebody
from tests.pages import SeenPage
from tests.risk_cast import approved, make_criteria, make_go_live, make_risk, score
from tests.systems.making import make_check, make_dataset, make_system_record, make_system_resource, share

SignIn = Callable[..., Client]
KEYS = ["purpose", "data", "resources", "duties", "impact", "risks", "controls", "evidence", "life-cycle", "go-live"]
KEYS += ["monitoring", "incidents", "concerns"]
KINDS = ("requirements", "design", "monitoring", "event_log", "user_information")


@pytest.fixture
def system(organisation: Any, officer: Any) -> AISystem:
    made = make_ai_system(
        organisation,
        title="TalentRank",
        system_version="3.4",
        stage=Stage.OPERATION,
        go_live_on=date(2024, 9, 16),
        autonomy="proposes",
        owner=officer,
    )
    return AISystem.objects.select_related("organisation", "owner").get(pk=made.pk)


@pytest.fixture
def traced(system: AISystem, organisation: Any, officer: Any) -> AISystem:
    """Nothing missing: each step of the trace has a record that is in order."""
    today = organisation.today()
    made_of(system)
    make_criteria(organisation, state="approved")
    approved(system)
    make_go_live(organisation, system=system, owner=officer)
    control = positioned(system, "A.5.4", status="implemented", applicable=True, justification="Needed")
    add_risk(system, control, officer)
    make_evidence(organisation, proves=system)
    make_evidence(organisation, proves=control)
    positioned(system, "A.6.2.6", applicable=True, justification="Needed")
    make_evidence(organisation, proves=Position.objects.get(organisation=organisation, reference="A.6.2.6"))
    Incident.objects.create(organisation=organisation, system=system, title="Leak", happened_on=today, severity="low")
    Concern.objects.create(organisation=organisation, system=system, title="Worry", received_on=today, text="Why?")
    return system


def made_of(system: AISystem) -> None:
    """Its data, checked; a resource; a duty; and a record of each kind that a system in use needs."""
    dataset = make_dataset(system.organisation)
    dataset.systems.add(system)
    for subject in ("quality", "bias"):
        make_check(dataset, subject)
    make_system_resource(system.organisation).systems.add(system)
    share(system=system)
    make_system_record(system.organisation, system=system, system_version="3.4")
    for kind in KINDS:
        make_system_record(system.organisation, system=system, record_kind=kind, outcome="")


def positioned(system: AISystem, number: str, **fields: Any) -> Position:
    position = Position.objects.get(organisation=system.organisation, reference=number)
    Position.objects.filter(pk=position.pk).update(**fields)
    position.systems.add(system)
    return position


def add_risk(system: AISystem, control: Any, by: Any, likelihood: int = 3, **fields: Any) -> Risk:
    today = system.organisation.today()
    risk = make_risk(system.organisation, system=system, **fields)
    score(risk, likelihood=likelihood, for_individuals=4)
    line = Treatment.objects.create(organisation=system.organisation, treats=risk, title="Test", action="Test")
    TreatmentControl.objects.create(treatment=line, control=control)
    known = {"accepted_by": by, "accepted_on": today, "until": today + timedelta(days=30), "reason": "Small"}
    Acceptance.objects.create(risk=risk, score=25, level="critical", **known)
    return risk


def parts(system: AISystem, user: Any) -> dict[str, Any]:
    return {part.key: part for part in dossier_of(system, user, system.organisation.today())}


def page_of(system: AISystem) -> str:
    return f"{system.get_absolute_url()}dossier/"


def test_the_trace_of_a_system_in_order_has_no_gap_and_every_step(
    traced: AISystem, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    found = parts(traced, officer)
    assert list(found) == KEYS
    assert [gap for part in found.values() for gap in part.gaps] == []
    assert {key: len(part.lines) for key, part in found.items() if part.lines} == {
        "data": 1,
        "resources": 1,
        "impact": 1,
        "risks": 1,
        "controls": 2,
        "evidence": 1,
        "life-cycle": 6,
        "go-live": 1,
        "monitoring": 1,
        "incidents": 1,
        "concerns": 1,
    }
    [risk] = found["risks"].lines
    assert [(one.score, one.level) for one in risk.ratings] == [(12, "High")]
    assert (len(risk.treatments), officer.name in risk.acceptance) == (1, True)
    page = SeenPage(sign_in(officer).get(page_of(traced)))
    assert "Nothing is missing." in page.texts
    assert {one.get_absolute_url() for one in (traced.go_lives.get(), *traced.positions.all())} <= set(page.links)


def test_gaps_are_said_as_gaps(system: AISystem, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    make_criteria(organisation, state="approved")
    risk = make_risk(organisation, system=system)
    score(risk, likelihood=3, for_individuals=4)
    unscored = make_risk(organisation, system=system)
    positioned(system, "A.7.2", status="implemented", applicable=True, justification="Needed")
    found = parts(system, officer)
    assert found["impact"].gaps == ("No current impact assessment",)
    assert found["risks"].gaps == (
        f"{risk.reference} high without acceptance",
        f"{unscored.reference} not scored",
    )
    assert found["controls"].gaps == ("A.7.2 implemented without valid evidence",)
    assert found["evidence"].gaps == ("No evidence about this system",)
    assert found["go-live"].gaps == ("No go-live record",)
    assert found["monitoring"].gaps == ("No monitoring record",)
    assert found["data"].gaps == ("No dataset on record",)
    assert found["resources"].gaps == ("No model, tool or computing on record",)
    assert found["life-cycle"].gaps == (
        "Not on record: Requirements (A.6.2.2)",
        "Not on record: Design and development (A.6.2.3)",
        "No verification record of version 3.4 (A.6.2.4)",
        "Not on record: Operation and monitoring plan (A.6.2.6)",
        "Not on record: Event logs (A.6.2.8)",
        "Not on record: Information for users (A.8.2)",
    )
    texts = " ".join(SeenPage(sign_in(officer).get(page_of(system))).texts)
    for words in ("No current impact assessment", "No go-live record", f"{risk.reference} high without acceptance"):
        assert words in texts
    assert "Corrective actions stand on the page of the incident or concern" in texts


def test_what_a_system_is_made_of_has_gaps_of_its_own(system: AISystem, organisation: Any, officer: Any) -> None:
    AISystem.objects.filter(pk=system.pk).update(main_supplier=make_supplier(organisation), roles=["user"])
    system.refresh_from_db()
    dataset = make_dataset(organisation)
    dataset.systems.add(system)
    make_check(dataset, "bias", passed=False)
    failed = make_system_record(organisation, system=system, system_version="3.3", outcome="failed")
    found = parts(system, officer)
    assert found["data"].gaps == (
        f"{dataset.reference}: quality not checked",
        f"{dataset.reference}: check of bias not passed",
    )
    assert found["duties"].gaps == ("Not shared out who does what",)
    gaps = found["life-cycle"].gaps
    assert "Design" not in " ".join(gaps)
    assert gaps[-1] == f"{failed.reference} failed and was not done again"
    assert "No verification record of version 3.4 (A.6.2.4)" in gaps
    share(system=system, supplier_part="answers")
    duties = parts(system, officer)["duties"]
    assert (duties.gaps, duties.facts) == ((), (("Bias testing", "Supplier: answers for it; We: carries it out"),))


def test_an_expired_assessment_and_evidence_that_ran_out_are_gaps(
    system: AISystem, organisation: Any, officer: Any
) -> None:
    yesterday = organisation.today() - timedelta(days=1)
    assessment = approved(system, review_on=yesterday)
    item = make_evidence(organisation, proves=system, valid_until=yesterday)
    found = parts(system, officer)
    assert found["impact"].gaps == (f"No current impact assessment: {assessment.reference} expired",)
    assert found["impact"].lines[0].state == "Expired"
    assert found["evidence"].gaps == (f"{item.reference}: expired",)


def test_what_changed_since_the_assessment_is_a_gap(system: AISystem, officer: Any) -> None:
    assessment = approved(system)
    AISystem.objects.filter(pk=system.pk).update(system_version="3.5 LTS")
    system.refresh_from_db()
    assert parts(system, officer)["impact"].gaps == (f"New version 3.5 LTS since {assessment.reference}",)


def test_a_new_version_without_its_own_decision_is_a_gap(system: AISystem, organisation: Any, officer: Any) -> None:
    make_go_live(organisation, system=system, system_version="3.3")
    assert parts(system, officer)["go-live"].gaps == ("No go-live record of version 3.4",)


def test_what_is_not_live_yet_lacks_no_go_live_and_no_monitoring(organisation: Any, officer: Any) -> None:
    found = parts(make_ai_system(organisation), officer)
    assert found["go-live"].gaps == found["monitoring"].gaps == found["life-cycle"].gaps == ()


def test_a_contributor_sees_their_own_risks_only_and_no_gap_where_others_may_have_records(
    traced: AISystem, contributor: Any, officer: Any, sign_in: SignIn
) -> None:
    AISystem.objects.filter(pk=traced.pk).update(owner=contributor)
    others = Risk.objects.get()
    Risk.objects.filter(pk=others.pk).update(owner=officer, title="Secret risk")
    mine = make_risk(traced.organisation, system=traced, owner=contributor, title="My risk")
    found = parts(traced, contributor)
    assert [line.reference for line in found["risks"].lines] == [mine.reference]
    assert found["go-live"].gaps == found["monitoring"].gaps == ()
    assert found["data"].gaps == found["resources"].gaps == found["life-cycle"].gaps == ()
    assert found["data"].lines == found["resources"].lines == found["life-cycle"].lines == ()
    page = sign_in(contributor).get(page_of(traced)).content.decode()
    assert "Secret risk" not in page
    assert "Only what you may see is shown." in page
    assert sign_in(contributor).get(page_of(make_ai_system(traced.organisation))).status_code == 404


def test_the_first_fifty_risks_stand_there_the_highest_first(
    system: AISystem, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    make_criteria(organisation, state="approved")
    for n in range(52):
        risk = make_risk(organisation, system=system)
        score(risk, likelihood=1 + n % 5, for_organisation=5)
    part = parts(system, officer)["risks"]
    assert (len(part.lines), part.total, part.more) == (50, 52, 2)
    scores = [line.ratings[0].score for line in part.lines]
    assert scores == sorted(scores, reverse=True)
    assert part.gaps[-1] == "and 31 more risks without acceptance"
    assert "50 of 52 are shown" in sign_in(officer).get(page_of(system)).content.decode()


def test_own_controls_are_part_of_the_trace(system: AISystem, organisation: Any, officer: Any) -> None:
    own = OwnControl.objects.create(organisation=organisation, title="Red team", status="in_progress")
    add_risk(system, own, officer)
    [line] = parts(system, officer)["controls"].lines
    assert (line.reference, line.state) == (own.reference, "In progress")


def grow(system: AISystem, number: str) -> None:
    organisation = system.organisation
    control = positioned(system, number, status="implemented", applicable=True, justification="Needed")
    add_risk(system, control, somebody(organisation), owner=somebody(organisation))
    make_evidence(organisation, proves=control)
    make_evidence(organisation, proves=system)
    made_of(system)
    approved(system, number=int(number[-1]))
    make_go_live(organisation, system=system)
    today = organisation.today()
    Incident.objects.create(organisation=organisation, system=system, title="Leak", happened_on=today, severity="low")
    Concern.objects.create(organisation=organisation, system=system, title="Worry", received_on=today, text="Why?")


@pytest.mark.parametrize("person", ["officer", "contributor"])
def test_a_dossier_asks_as_much_for_three_of_everything_as_for_one(
    person: str, traced: AISystem, request: Any, sign_in: SignIn
) -> None:
    user = request.getfixturevalue(person)
    AISystem.objects.filter(pk=traced.pk).update(owner=user)
    if person == "contributor":
        Risk.objects.update(owner=user)
        Treatment.objects.update(owner=user)
    client, page = sign_in(user), page_of(traced)
    client.get(page)
    with CaptureQueriesContext(connection) as one:
        assert client.get(page).status_code == 200
    for number in ("A.6.2.3", "A.6.2.4"):
        grow(traced, number)
    if person == "contributor":
        Risk.objects.update(owner=user)
        Treatment.objects.update(owner=user)
    with CaptureQueriesContext(connection) as three:
        assert client.get(page).status_code == 200
    assert len(three) == len(one)
