"""Reports, dashboard, description and errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
import yaml
from django.test import Client

import aims_portal.sample
from aims_portal.loading import load
from clauses.api_registers import REGISTERS
from organisations.models import Organisation
from reports.models import Report
from reports.readiness import readiness
from tests.ageing import happened_at

pytestmark = pytest.mark.django_db
Ask = Callable[..., Any]
FACTS = {
    "ai_systems_total": 6,
    "ai_systems_by_risk_class": {"high": 2, "limited": 1, "minimal": 3},
    "evidence_expired": ["EV-12"],
    "evidence_expiring_within_30_days": ["EV-02"],
    "supplier_reviews_overdue": ["SUP-03"],
    "ai_systems_with_current_approved_impact_assessment": ["AIS-01", "AIS-03"],
    "ai_systems_without_current_approved_impact_assessment": ["AIS-02", "AIS-04", "AIS-05", "AIS-06"],
    "risks_total": 15,
    "risks_by_level_of_assessment": {"planning": 5, "operational": 10},
    "residual_levels": {"low": 3, "medium": 11, "high": 1, "critical": 0},
    "risks_without_acceptance": ["R-02", "R-03", "R-05", "R-09", "R-14"],
    "overdue_treatments": ["R-09"],
    "incidents_open": ["INC-04"],
    "objectives_reached": ["OBJ-01"],
    "objectives_not_reached": ["OBJ-02", "OBJ-03", "OBJ-04"],
    "training_not_completed": ["TR-03"],
    "documents_not_approved": ["DOC-05"],
    "documents_review_due_within_30_days": ["DOC-06"],
    "audit_findings": {"major": 1, "minor": 2, "ofi": 2},
    "readiness_verdict": "not_ready",
}


@pytest.fixture
def meridia(db: None) -> Iterator[Organisation]:
    with time_machine.travel(datetime(2026, 11, 23, 12, tzinfo=UTC), tick=False):
        organisation = load(Path(aims_portal.sample.__file__).parent / "meridia.yaml").organisation
        happened_at(datetime(2026, 11, 23, 12, tzinfo=UTC))
        yield organisation


def test_the_dashboard_has_the_facts_of_the_sample_and_of_home(
    meridia: Organisation, program: Callable[..., Ask], sign_in: Callable[..., Client]
) -> None:
    rita = meridia.memberships.get(user__email="rita.falcao@meridia.example").user
    ask = program(rita, meridia)
    found = ask("get", "dashboard/?on=2026-11-23").json()
    assert {name: found[name] for name in FACTS} == FACTS
    assert found == ask("get", "dashboard/").json()
    blocking = {one["code"]: one["records"] for one in found["readiness_failed_tests"] if one["blocks"]}
    assert blocking["majors-open"] == ["F-01"]
    assert {"AIS-02", "AIS-04", "AIS-05", "AIS-06"} <= {name for names in blocking.values() for name in names}
    assert blocking["mandatory"]
    home = sign_in(rita).get("/meridia/").context["result"].as_dict()
    assert found["conformity"]["clauses"] == home["clauses"]["count"]
    assert found["conformity"]["controls"] == home["controls"]["count"]
    assert found["conformity"]["state"] == home["state"]["code"] == "not_ready"
    assert readiness(meridia, rita).as_dict()["applicability"] == found["conformity"]["applicability"]
    assert ask("get", "dashboard/?on=tomorrow").json()["error"]["fields"]["on"]


def test_a_day_before_the_first_record_is_not_answered_with_today(
    meridia: Organisation, program: Callable[..., Ask]
) -> None:
    ask = program(meridia.memberships.get(user__email="rita.falcao@meridia.example").user, meridia)
    for day in ("2026-11-22", "2025-01-01", "0001-01-01"):
        answer = ask("get", f"dashboard/?on={day}")
        assert answer.status_code == 400
        assert "before 2026-11-23" in str(answer.json()["error"]["fields"]["on"])


def test_a_day_gone_by_is_judged_by_that_day_and_read_as_it_was(
    meridia: Organisation, program: Callable[..., Ask]
) -> None:
    with time_machine.travel(datetime(2027, 11, 23, 12, tzinfo=UTC), tick=False):
        ask = program(meridia.memberships.get(user__email="rita.falcao@meridia.example").user, meridia)
        then, now = ask("get", "dashboard/?on=2026-11-24").json(), ask("get", "dashboard/").json()
    assert (then["on"], then["recorded_on"]) == ("2026-11-24", "2026-11-24")
    assert (now["on"], now["recorded_on"]) == ("2027-11-23", "2027-11-23")
    assert then["evidence_expired"] == FACTS["evidence_expired"]
    assert len(now["evidence_expired"]) > len(then["evidence_expired"])


def test_a_report_is_asked_for_and_downloaded_when_done(
    manager: Any, auditor: Any, organisation: Any, program: Callable[..., Ask]
) -> None:
    ask = program(manager)
    answer = ask("post", "reports/", {"kind": "readiness"}, **{"Idempotency-Key": "a"})
    assert answer.status_code == 202
    row = answer.json()
    assert (row["state"], row["progress"], row["pages"], row["sha256"]) == ("queued", 0, None, "")
    assert ask("get", f"reports/{row['id']}/").json()["id"] == row["id"]
    assert ask("get", f"reports/{row['id']}/download/").status_code == 404
    assert ask("post", "reports/", {"kind": "readiness"}, **{"Idempotency-Key": "a"}).json() == row
    assert ask("post", "reports/", {"kind": "novel"}).json()["error"]["fields"]["kind"]
    assert Report.objects.filter(organisation=organisation).count() == 1
    reader = program(auditor)
    assert reader("post", "reports/", {"kind": "readiness"}).status_code == 403
    assert reader("get", "reports/").json()["count"] == 1


def test_a_finished_report_is_sent_as_it_was_kept(manager: Any, organisation: Any, program: Callable[..., Ask]) -> None:
    from reports.actions import ask_for_report, claim, keep

    report = ask_for_report(organisation, kind="readiness", by=manager, key="k")
    attempt = claim(report.pk)
    assert attempt
    keep(report, attempt, b"%PDF-1.7 made", pages=3)
    ask = program(manager)
    assert ask("get", f"reports/{report.pk}/").json()["pages"] == 3
    answer = ask("get", f"reports/{report.pk}/download/", Accept="application/pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.getvalue() == b"%PDF-1.7 made"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "nothing/", 404),
        ("get", "/api/v2/", 404),
        ("get", "ai-systems/AIS-99/", 404),
        ("put", "ai-systems/AIS-99/", 405),
        ("delete", "dashboard/", 405),
        ("get", "reports/not-a-number/", 404),
        ("get", "evidence/%00/", 404),
    ],
)
def test_every_error_has_one_shape(
    method: str, path: str, status: int, officer: Any, program: Callable[..., Ask]
) -> None:
    assert program(officer)(method, path).status_code == status


def test_a_body_that_cannot_be_read_is_told_so(officer: Any, program: Callable[..., Ask]) -> None:
    ask = program(officer)
    for content_type, body, status in (
        ("application/json", "{", 400),
        ("application/json", "[1]", 400),
        ("text/csv", "a,b", 415),
    ):
        answer = ask.client.post(
            f"{ask.base}ai-systems/", body, content_type=content_type, headers={"Authorization": f"Bearer {ask.key}"}
        )
        assert answer.status_code == status
        assert set(answer.json()["error"]) == {"code", "message", "fields"}


def test_a_fault_of_ours_has_the_shape_too(
    officer: Any, program: Callable[..., Ask], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: Any) -> None:
        raise RuntimeError("odd")

    monkeypatch.setattr("reports.api.dashboard", fails)
    assert program(officer)("get", "dashboard/").json()["error"]["code"] == "error"


def test_the_description_is_complete(officer: Any, program: Callable[..., Ask]) -> None:
    answer = program(officer)("get", "/api/schema/")
    schema = yaml.safe_load(answer.content)
    assert schema["openapi"].startswith("3.")
    rooms = {path.removeprefix("/api/v1/{organisation}/").split("/")[0] for path in schema["paths"]}
    named = {"requirements", "ai-systems", "evidence", "reports", "dashboard", "history", "comments"}
    named |= {"risk-criteria", "risks", "treatments", "treatment-plans", "impact-assessments", "go-lives"}
    named |= {"statements", "own-controls", "incidents", "concerns", "documents", "scope"}
    named |= {"suppliers", "datasets", "system-resources", "system-records"}
    named |= {"gap-runs", "actions", "evidence-requests"}
    named |= {"audit-programmes", "audits", "findings", "corrective-actions", "improvements", "management-reviews"}
    named |= {"information-requests", "readiness", "frameworks", "mappings"}
    assert rooms == named | set(REGISTERS)
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            answers = set(operation["responses"])
            assert answers >= {"401", "404", "406", "429", "500", "503"}, f"{method} {path}"
            assert ({"413", "415"} <= answers) == (method in {"post", "patch"}), f"{method} {path}"
            sent = {one["name"] for one in operation["parameters"]} & {"If-Match", "Idempotency-Key"}
            assert ({"412", "428"} <= answers) == ("If-Match" in sent), f"{method} {path}"
            assert ("422" in answers) == ("Idempotency-Key" in sent), f"{method} {path}"
            # What can only be made and taken away is gone after the first time: the second finds nothing.
            assert bool(sent) == (method in {"post", "patch"}), f"{method} {path}: done twice, or over another's change"
            assert method != "patch" or "If-Match" in sent, f"{method} {path}"
            assert "405" not in answers


@pytest.mark.parametrize(
    ("operation", "answers"),
    [
        ("get ai-systems/", {"200", "400"}),
        ("get ai-systems/{reference}/", {"200"}),
        ("get history/", {"200", "400"}),
        ("get dashboard/", {"200", "400", "403"}),
        ("get reports/", {"200", "403"}),
        ("get reports/{id}/", {"200", "403"}),
        ("post reports/", {"202", "400", "403", "413", "415", "422"}),
        ("patch requirements/{reference}/", {"200", "400", "403", "412", "413", "415", "428"}),
    ],
)
def test_an_operation_names_its_own_refusals_and_no_others(
    operation: str, answers: set[str], officer: Any, program: Callable[..., Ask]
) -> None:
    schema = yaml.safe_load(program(officer)("get", "/api/schema/").content)
    method, path = operation.split()
    described = schema["paths"]["/api/v1/{organisation}/" + path][method]["responses"]
    assert set(described) - {"401", "404", "406", "429", "500", "503"} == answers


def test_a_body_too_large_for_memory_is_413(officer: Any, program: Callable[..., Ask], settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    ask = program(officer)
    assert ask("post", "ai-systems/", {"title": "x" * 2000}).json()["error"]["code"] == "too_large"
    assert ask("upload", "evidence/", {"title": "x" * 2000}).status_code == 413
    assert ask("post", "ai-systems/", {"title": "x"}).status_code == 400


@pytest.mark.parametrize("path", ["comments/", "ai-systems/"])
def test_half_a_character_is_refused_as_no_text(
    organisation: Organisation, officer: Any, sign_in: Callable[..., Client], path: str
) -> None:
    body = '{"title": "\\ud800", "text": "\\ud800", "record": "6.1.2"}'
    answer = sign_in(officer).post(f"/api/v1/{organisation.slug}/{path}", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "parse_error"
