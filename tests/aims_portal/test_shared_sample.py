"""The sample as every team has it, without our additions, on its own day: the facts that are expected of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine

from aims_portal.loading import load
from clauses.models import (
    ContextIssue,
    Document,
    InterestedParty,
    Measurement,
    Objective,
    Position,
    ScopeStatement,
    TrainingRecord,
)
from clauses.scope.inventory import disagreements_today
from evidence.models import Evidence
from organisations.models import Membership, Organisation, User
from records.models import SOON, Record
from systems.models import AISystem, Supplier
from tests.aims_portal.small_wood import of

pytestmark = pytest.mark.django_db
KINDS = ("ai-system", "supplier", "evidence")
AS_SHARED = Path(__file__).parent / "sample-organisation.yaml"


@pytest.fixture
def meridia(db: None) -> Iterator[Organisation]:
    with time_machine.travel(datetime(2026, 11, 23, 12, tzinfo=UTC), tick=False):
        yield load(AS_SHARED).organisation


def test_it_has_the_expected_facts(meridia: Organisation) -> None:
    systems, today = AISystem.objects.of(meridia), meridia.today()
    assert meridia.slug == "meridia"
    assert systems.count() == 6
    by_class = [systems.filter(risk_class=name).count() for name in ("high", "limited", "minimal")]
    assert by_class == [2, 1, 3]
    references = [
        list(found.values_list("reference", flat=True))
        for found in (
            Evidence.objects.expired(today).of(meridia),
            Evidence.objects.expiring(today).of(meridia),
            Supplier.objects.of(meridia).filter(review_on__lt=today),
        )
    ]
    assert references == [["EV-12"], ["EV-02"], ["SUP-03"]]


def test_its_documents_and_scope_are_taken_in(meridia: Organisation) -> None:
    documents, today = Document.objects.of(meridia), meridia.today()
    assert documents.count() == 6
    found = (documents.not_approved(), documents.filter(review_on__range=(today, today + SOON)))
    assert [list(one.values_list("reference", flat=True)) for one in found] == [["DOC-05"], ["DOC-06"]]
    policy = documents.get(reference="DOC-02")
    version = policy.in_force(today)
    assert version
    assert (version.label, version.decided_by.name, version.sha256) == ("2.1", "Anneke Borgh", "")
    assert [one.reference for one in policy.positions.order_by("reference")] == ["5.2", "A.2.2"]
    scope = ScopeStatement.objects.of(meridia).valid_on(today).get()
    assert (scope.label, scope.decided_by.name, len(scope.content)) == ("1.2", "Anneke Borgh", 6)
    assert not ScopeStatement.objects.of(meridia).valid_on(date(2026, 5, 3)).exists()
    assert disagreements_today(meridia) == []


def test_its_registers_have_the_expected_facts(meridia: Organisation) -> None:
    found = (
        Objective.objects.of(meridia).reached(),
        Objective.objects.of(meridia).not_reached(),
        TrainingRecord.objects.of(meridia).not_completed(),
        InterestedParty.objects.of(meridia).filter(handled_in_aims=False),
    )
    references = [sorted(one.values_list("reference", flat=True)) for one in found]
    assert references == [["OBJ-01"], ["OBJ-02", "OBJ-03", "OBJ-04"], ["TR-03"], ["IP-08"]]
    counts = [one.objects.of(meridia).count() for one in (ContextIssue, InterestedParty, Objective, TrainingRecord)]
    assert counts == [6, 8, 4, 8]
    assert Measurement.objects.filter(objective__organisation=meridia).count() == 11


def test_its_statement_of_applicability_is_complete(meridia: Organisation) -> None:
    controls = Position.objects.controls().of(meridia)
    counts = {name: controls.filter(status=name).count() for name in ("implemented", "in_progress", "not_started")}
    assert counts == {"implemented": 33, "in_progress": 4, "not_started": 1}
    assert controls.filter(applicable=True).exclude(justification="").count() == 38
    clauses = Position.objects.clauses().of(meridia)
    counts = {name: clauses.filter(status=name).count() for name in ("met", "partly", "not_met")}
    assert counts == {"met": 3, "partly": 15, "not_met": 14}


def test_its_systems_are_complete(meridia: Organisation) -> None:
    system = of(meridia, "AIS-02")
    assert system.class_reason == "Annex III 5(b) creditworthiness"
    assert system.affected == "Credit applicants"
    assert system.main_supplier.title == "Skorna Analytics OU"
    assert not system.suppliers.exists()
    assert {supplier.reference for supplier in of(meridia, "AIS-01").suppliers.all()} == {"SUP-04", "SUP-05"}


def test_the_external_auditor_leaves_with_the_invitation(meridia: Organisation) -> None:
    assert Membership.objects.get(user__email="owen.marsh@certbody.example").until == date(2027, 2, 28)


def test_each_contributor_has_their_own(meridia: Organisation) -> None:
    seen = {
        user.name: set(Record.objects.visible_to(user).filter(kind__in=KINDS).values_list("reference", flat=True))
        for user in User.objects.filter(memberships__organisation=meridia, memberships__role="contributor")
    }
    assert seen["Katrin Sommer"] == {"AIS-01"}
    assert seen["Farid Nazari"] == {"AIS-02", "EV-12"}
    assert seen["Luis Prado"] == {"AIS-03", "AIS-05", "EV-05", "EV-09"}
    assert seen["Mari Tamm"] == {"AIS-01", "AIS-02", "AIS-04", "AIS-05", "EV-01", "EV-02", "EV-11"}
    assert seen["Dita Varga"] >= {"AIS-04", "SUP-01", "SUP-05", "EV-07", "EV-08"}
