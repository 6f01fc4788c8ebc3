"""What a room releases: its clauses and controls, its systems, what proves them; and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from audits.models import Audit, AuditKind, AuditState
from audits.room.doors import KINDS
from audits.room.opening import keys_of, open_room
from audits.room.scope import KEPT_INSIDE
from clauses.models import Position, Requirement, ScopeStatement
from records.models import Record, RecordGrant
from risks.models import ImpactAssessment
from tests.cast import make_ai_system, make_evidence, make_position
from tests.clauses.asking.making import make_task
from tests.document_cast import make_scope
from tests.risk_cast import make_impact_assessment, make_incident, make_risk
from tests.room_cast import make_audit, make_inmate, make_room, opened_room

pytestmark = pytest.mark.django_db


def shown_in(room: Any) -> set[int]:
    return set(keys_of(room))


def numbered(*numbers: str) -> list[Requirement]:
    return list(Requirement.objects.assessable().filter(number__in=numbers))


def test_each_kind_is_released_or_it_is_said_why_not() -> None:
    kinds = {one.KIND for one in Record.__subclasses__()}
    assert kinds == {*KINDS, *KEPT_INSIDE}, "say in doors.py or in scope.py what becomes of a kind"
    assert not set(KINDS) & set(KEPT_INSIDE)


def test_a_system_brings_its_risks_and_incidents_and_those_of_no_system(organisation: Any) -> None:
    system, other = make_ai_system(organisation), make_ai_system(organisation)
    within = [make_risk(organisation, system=system), make_risk(organisation, process="planning", system=None)]
    within += [make_incident(organisation, system=system)]
    beyond = [make_risk(organisation, system=other), make_incident(organisation, system=other), other]
    shown = shown_in(make_room(organisation, systems=[system]))
    assert {one.pk for one in [system, *within]} <= shown
    assert not {one.pk for one in beyond} & shown


def test_a_clause_brings_its_position_and_register(organisation: Any) -> None:
    risk = make_risk(organisation, process="planning", system=None)
    position = Position.objects.get(organisation=organisation, requirement__number="5.2")
    shown = shown_in(make_room(organisation, requirements=numbered("5.2")))
    assert position.pk in shown
    assert risk.pk not in shown
    assert Position.objects.filter(pk__in=shown).count() == 1
    assert risk.pk in shown_in(make_room(organisation, requirements=numbered("6.1.2")))


def test_drafts_stay_inside(organisation: Any, officer: Any) -> None:
    system = make_ai_system(organisation)
    draft, scope = make_impact_assessment(organisation, system=system), make_scope(organisation)
    room = make_room(organisation, systems=[system])
    assert not {draft.pk, scope.pk} & shown_in(room)
    ImpactAssessment.objects.filter(pk=draft.pk).update(state="approved", decided_on=organisation.today())
    ScopeStatement.objects.filter(pk=scope.pk).update(state="approved", decided_on=organisation.today())
    assert {draft.pk, scope.pk} <= shown_in(room)


def test_what_proves_something_released_is_released(organisation: Any) -> None:
    position, other = make_position(organisation), make_position(organisation)
    proof, elsewhere = make_evidence(organisation, proves=position), make_evidence(organisation, proves=other)
    shown = shown_in(make_room(organisation, requirements=[position.requirement]))
    assert proof.pk in shown
    assert elsewhere.pk not in shown


def test_internal_audits_are_shown_once_their_report_is_out_and_no_audit_of_somebody_else(organisation: Any) -> None:
    internal = make_audit(organisation, audit_kind=AuditKind.INTERNAL)
    issued = make_audit(organisation, audit_kind=AuditKind.INTERNAL)
    Audit.objects.filter(pk=issued.pk).update(state=AuditState.REPORT_ISSUED, report_on=organisation.today())
    other = make_audit(organisation, audit_kind=AuditKind.STAGE_2)
    room = make_room(organisation)
    shown = shown_in(room)
    assert {room.for_audit_id, issued.pk} <= shown
    assert not {internal.pk, other.pk} & shown
    assert issued.pk not in shown_in(make_room(organisation, requirements=numbered("5.2")))


def test_work_inside_the_organisation_is_never_released(organisation: Any) -> None:
    task, room = make_task(organisation), make_room(organisation)
    assert not {task.pk, room.pk} & shown_in(room)


def test_nothing_of_another_organisation_is_released(organisation: Any, other_organisation: Any) -> None:
    make_risk(other_organisation, process="planning", system=None)
    theirs = set(Record.objects.of(other_organisation).values_list("pk", flat=True))
    assert theirs
    assert not theirs & shown_in(make_room(organisation))


def test_opening_grants_exactly_the_scope_for_the_days_of_the_room(organisation: Any) -> None:
    system = make_ai_system(organisation)
    room = make_room(organisation, systems=[system])
    inmate = make_inmate(room)
    expected = shown_in(room)
    open_room(room)
    grants = RecordGrant.objects.filter(user=inmate)
    assert set(grants.values_list("content_object", flat=True)) == expected
    assert set(grants.values_list("since", "until", "permission__codename")) == {
        (room.since, room.until, "view_record")
    }
    make_risk(organisation, system=system)
    open_room(room)
    assert grants.count() == len(expected), "what came later is not part of the release"


def test_the_next_room_shows_its_own_audit_and_nothing_of_the_one_before(organisation: Any) -> None:
    first, second = make_ai_system(organisation), make_ai_system(organisation)
    room = opened_room(organisation, systems=[first])
    today = organisation.today()
    type(room).objects.filter(pk=room.pk).update(until=today, ended_at=room.accepted_at)
    later = make_room(organisation, systems=[second], email=room.email, title=room.title)
    make_inmate(later)
    open_room(later)
    seen = set(RecordGrant.objects.filter(user=later.person).values_list("content_object", flat=True))
    assert second.pk in seen
    assert first.pk not in seen


def test_it_costs_as_many_queries_for_three_records_as_for_one(
    organisation: Any, django_assert_max_num_queries: Any
) -> None:
    system = make_ai_system(organisation)
    room = make_room(organisation, systems=[system])
    make_inmate(room)
    for _one in range(3):
        make_risk(organisation, system=system)
    with django_assert_max_num_queries(75):
        open_room(room)
