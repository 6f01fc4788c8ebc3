"""Schemathesis sends what the description allows and what it does not: no fault, no answer not described."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from clauses.api_registers import REGISTERS
from clauses.models import Mapping
from reports.models import Report
from tests.audits.improving_making import make_corrective_action, make_improvement, make_review
from tests.audits.making import make_audit, make_finding, make_programme
from tests.audits.room.desk_making import make_question
from tests.cast import make_ai_system, make_evidence, make_supplier
from tests.clauses.asking.making import make_request, make_task
from tests.clauses.gaps.making import make_gap_run
from tests.clauses.registers.making import maker
from tests.document_cast import make_document, make_scope
from tests.house import tree
from tests.risk_cast import (
    make_concern,
    make_criteria,
    make_go_live,
    make_impact_assessment,
    make_incident,
    make_own_control,
    make_plan,
    make_risk,
    make_statement,
    make_treatment,
)
from tests.room_cast import opened_room
from tests.systems.making import make_dataset, make_system_record, make_system_resource

pytestmark = pytest.mark.django_db
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
OPERATIONS = 29
# People and records are named; names that are made up are not found.
NAMES = {"owner", "technical_owner", "main_supplier", "suppliers", "proves", "file", "review_on", "review_every"}
NAMES |= {"treats", "controls"}
NAMES |= {"supplier", "supplied_by", "done_by", "repeats", "next_check_on"}
NAMES |= {"remedies", "decided_in", "recurs", "incidents", "concerns", "checker", "follows", "chair", "attendees"}
NAMES |= {"parties", "systems", "positions", "interacts_with", "touches", "holder", "deputy", "person"}
NAMES |= {"programme", "requirements", "requirement", "of_supplier", "lead", "team", "found_in", "cites"}
REAL = {"ai-systems": {"owner": "officer@brightwater.example", "roles": ["provider"]}}
EXAMPLES = 6


@pytest.fixture
def portal() -> Iterator[Any]:
    """The portal as its server calls it, but in the transaction of the test."""
    beginnings_and_ends = (signals.request_started, signals.request_finished)
    for signal in beginnings_and_ends:
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in beginnings_and_ends:
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def no_messages(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr("organisations.workers.current_app.send_task", lambda *args, **options: None)
    settings.API_REQUESTS_PER_MINUTE = 0


def known_records(organisation: Any, system: Any, officer: Any) -> dict[str, str]:
    """A real record in each room, by its path."""
    return {
        "ai-systems": system.reference,
        "evidence": make_evidence(organisation).reference,
        "risks": make_risk(organisation).reference,
        "risk-criteria": make_criteria(organisation).reference,
        "impact-assessments": make_impact_assessment(organisation).reference,
        "go-lives": make_go_live(organisation).reference,
        "requirements": "6.1.2",
        "frameworks": "gdpr",
        "mappings": str(Mapping.objects.all()[0].pk),
        **{path: maker(api.views.model)(organisation).reference for path, api in REGISTERS.items()},
        "suppliers": make_supplier(organisation).reference,
        "datasets": make_dataset(organisation).reference,
        "system-resources": make_system_resource(organisation).reference,
        "system-records": make_system_record(organisation).reference,
        "actions": make_task(organisation).reference,
        "evidence-requests": make_request(organisation).reference,
        "gap-runs": make_gap_run(organisation).reference,
        "documents": make_document(organisation).reference,
        **audited(organisation),
        "scope": make_scope(organisation).reference,
        "incidents": make_incident(organisation).reference,
        "concerns": make_concern(organisation).reference,
        "treatments": make_treatment(organisation).reference,
        "treatment-plans": make_plan(organisation).reference,
        "own-controls": make_own_control(organisation).reference,
        "statements": make_statement(organisation).reference,
        "information-requests": make_question(organisation).reference,
        "corrective-actions": make_corrective_action(organisation).reference,
        "improvements": make_improvement(organisation).reference,
        "management-reviews": make_review(organisation).reference,
        "reports": str(Report.objects.create(organisation=organisation, number=1, requested_by=officer).pk),
    }


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: f"{mode.value} data")
@pytest.mark.parametrize("role", ["officer", "auditor", "in_a_room"])
def test_whatever_is_sent_gets_an_answer_that_the_description_has(
    role: str,
    mode: GenerationMode,
    portal: Any,
    organisation: Any,
    program: Callable[..., Any],
    request: Any,
    officer: Any,
) -> None:
    system = make_ai_system(organisation)
    user = None if role == "in_a_room" else request.getfixturevalue(role)
    known = known_records(organisation, system, officer)
    user = user or opened_room(organisation, downloads=True, systems=[system]).person
    headers = {"Authorization": f"Bearer {program(user).key}"}
    schema = schemathesis.openapi.from_wsgi("/api/schema/", portal, headers=headers)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= OPERATIONS
    seen: set[int] = set()
    faults = [fault for one in operations if (fault := tried(one, mode, headers, organisation.slug, known, seen))]
    assert not faults, tree.listed("These answers are faults, or are not in the description:", faults)
    made = {201, 202} if mode is GenerationMode.POSITIVE else {400}
    assert seen >= ({200, 404} | made if role == "officer" else {200, 403, 404})


def audited(organisation: Any) -> dict[str, str]:
    makers = {"audit-programmes": make_programme, "audits": make_audit, "findings": make_finding}
    return {room: make(organisation).reference for room, make in makers.items()}


def tried(
    operation: Any, mode: GenerationMode, headers: dict[str, str], slug: str, known: dict[str, str], seen: set[int]
) -> str:
    """What is wrong with the answers of one operation; empty where nothing is. Half of the calls name a real record."""
    room = operation.path.split("/")[4]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(case=operation.as_strategy(generation_mode=mode), is_real=st.booleans())
    def check(case: Any, is_real: bool) -> None:
        case.path_parameters["organisation"] = slug
        for name in {"reference", "id"} & set(case.path_parameters) if is_real else ():
            case.path_parameters[name] = known[room]
        if is_real and "If-Match" in case.headers:
            case.headers["If-Match"] = "*"
        if is_real and isinstance(case.body, dict) and mode is GenerationMode.POSITIVE:
            case.body = {name: value for name, value in case.body.items() if name not in NAMES} | REAL.get(room, {})
        answer = case.call(headers=headers)
        seen.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    try:
        check()
    except BaseExceptionGroup as found:
        return f"{operation.label}: {found.exceptions}\n{found}"
    return ""
