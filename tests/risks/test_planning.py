"""The treatment plan is approved as a whole by designated management, and stays as it was approved (6.1.3, C4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from organisations.models import Membership
from risks.models import Treatment, TreatmentPlan
from risks.treatment.planning import fingerprint_of
from tests.pages import SeenPage
from tests.risk_cast import make_plan, make_risk, make_treatment


@pytest.fixture
def designated(manager: Any) -> Any:
    Membership.objects.filter(user=manager).update(authority="designated")
    return manager


def line(organisation: Any, owner: Any, **fields: Any) -> Treatment:
    defaults = {"owner": owner, "due_on": organisation.today(), "resources": "2 days"}
    return make_treatment(organisation, **defaults | fields)


@pytest.fixture
def submitted(organisation: Any, officer: Any, sign_in: Callable[..., Client]) -> TreatmentPlan:
    """A plan of two lines, sent into review by the officer."""
    line(organisation, officer, title="First")
    line(organisation, officer, title="Second")
    plan = make_plan(organisation)
    assert sign_in(officer).post(plan.url("submit")).status_code == 302
    plan.refresh_from_db()
    return plan


def decided(client: Client, plan: TreatmentPlan, page: str = "approve", **data: Any) -> TreatmentPlan:
    client.post(plan.url(page), {"version": plan.version} | data)
    return TreatmentPlan.objects.get(pk=plan.pk)


def page_text(client: Client, plan: TreatmentPlan) -> str:
    return " ".join(SeenPage(client.get(plan.get_absolute_url()), within="main").texts)


def test_a_plan_freezes_the_open_lines_when_it_is_submitted(organisation: Any, submitted: TreatmentPlan) -> None:
    assert submitted.state == "in_review"
    assert [one["title"] for one in submitted.content] == ["First", "Second"]
    assert submitted.content[0]["cost"] == "2 days"
    assert submitted.fingerprint == fingerprint_of(submitted.content)


def test_what_is_verified_dropped_or_of_a_closed_risk_is_no_open_line(
    organisation: Any, officer: Any, sign_in: Callable[..., Client]
) -> None:
    for fields in (
        {"status": "verified"},
        {"status": "dropped"},
        {"treats": make_risk(organisation, closed_on=organisation.today())},
    ):
        line(organisation, officer, **fields)
    plan = make_plan(organisation)
    client = sign_in(officer)
    client.post(plan.url("submit"))
    assert "nothing to approve" in page_text(client, plan)
    plan.refresh_from_db()
    assert plan.state == "draft"


def test_a_line_without_owner_or_due_day_keeps_a_plan_from_review(
    organisation: Any, officer: Any, sign_in: Callable[..., Client]
) -> None:
    lacking, client, plan = line(organisation, None), sign_in(officer), make_plan(organisation)
    client.post(plan.url("submit"))
    assert f"lack an owner or a due day: {lacking.reference}" in page_text(client, plan)


def test_designated_management_approves_and_the_earlier_plan_is_superseded(
    organisation: Any, officer: Any, designated: Any, submitted: TreatmentPlan, sign_in: Callable[..., Client]
) -> None:
    earlier = make_plan(organisation, state="approved")
    plan = decided(sign_in(designated), submitted, note="Fine")
    assert (plan.state, plan.decided_by, plan.decided_on) == ("approved", designated, organisation.today())
    earlier.refresh_from_db()
    assert earlier.state == "superseded"


@pytest.mark.parametrize("role", ["officer", "manager", "administrator", "auditor", "internal_auditor"])
def test_nobody_without_the_authority_decides(
    role: str, submitted: TreatmentPlan, request: Any, sign_in: Callable[..., Client]
) -> None:
    client = sign_in(request.getfixturevalue(role))
    for page in ("approve", "return"):
        answer = client.post(submitted.url(page), {"version": submitted.version, "note": "x"})
        assert answer.status_code == 403
    submitted.refresh_from_db()
    assert submitted.state == "in_review"


def test_the_approver_is_not_the_submitter(
    officer: Any, submitted: TreatmentPlan, sign_in: Callable[..., Client]
) -> None:
    Membership.objects.filter(user=officer).update(authority="designated")
    assert sign_in(officer).post(submitted.url("approve"), {"version": submitted.version}).status_code == 403


def test_a_version_that_changed_meanwhile_is_not_approved(
    designated: Any, submitted: TreatmentPlan, sign_in: Callable[..., Client]
) -> None:
    client = sign_in(designated)
    client.post(submitted.url("approve"), {"version": submitted.version - 1})
    assert "changed after you opened it" in page_text(client, submitted)
    submitted.refresh_from_db()
    assert submitted.state == "in_review"


def test_an_approved_plan_cannot_be_changed_by_any_path(
    officer: Any, designated: Any, submitted: TreatmentPlan, sign_in: Callable[..., Client]
) -> None:
    plan = decided(sign_in(designated), submitted)
    rows = TreatmentPlan.objects.filter(pk=plan.pk)
    for change in ({"content": []}, {"fingerprint": "0" * 64}, {"state": "draft"}, {"decided_by": officer}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()
    assert sign_in(officer).get(plan.edit_url).status_code == 403
    assert plan.edit_url not in SeenPage(sign_in(officer).get(plan.get_absolute_url())).links


def test_rejected_lines_go_back_with_the_reason(
    designated: Any, officer: Any, submitted: TreatmentPlan, sign_in: Callable[..., Client]
) -> None:
    second = submitted.content[1]["treatment"]
    client = sign_in(designated)
    assert decided(client, submitted, "return", note="").state == "in_review"
    plan = decided(client, submitted, "return", note=f"{second}: too dear.")
    assert plan.state == "returned"
    text = page_text(sign_in(officer), plan)
    assert "too dear" in text
    assert text.count("goes back") == 1
    assert sign_in(officer).post(plan.url("submit")).status_code == 302
    assert TreatmentPlan.objects.get(pk=plan.pk).state == "in_review"


def test_an_approved_plan_says_what_is_different_today(
    organisation: Any, officer: Any, designated: Any, submitted: TreatmentPlan, sign_in: Callable[..., Client]
) -> None:
    plan, client = decided(sign_in(designated), submitted), sign_in(officer)
    assert "every line stands as in this version" in page_text(client, plan)
    first, second = Treatment.objects.order_by("pk")
    Treatment.objects.filter(pk=first.pk).update(resources="9 days")
    Treatment.objects.filter(pk=second.pk).update(status="dropped")
    line(organisation, officer, title="Third")
    text = page_text(client, plan)
    for expected in ("2 days", "9 days", "No longer open", "Third", "New"):
        assert expected in text, expected
    assert [one["cost"] for one in TreatmentPlan.objects.get(pk=plan.pk).content] == ["2 days", "2 days"]


def test_the_next_draft_follows_the_current_plan_and_there_is_one_at_a_time(
    organisation: Any, officer: Any, sign_in: Callable[..., Client]
) -> None:
    make_plan(organisation, number=3, state="approved")
    client, data = sign_in(officer), {"title": "Risk treatment plan", "owner": officer.pk}
    assert client.post(f"/{organisation.slug}/treatment-plans/new/", data).status_code == 302
    plan = TreatmentPlan.objects.get(state="draft")
    assert plan.number == 4
    answer = client.post(f"/{organisation.slug}/treatment-plans/new/", data)
    assert f"{plan.reference} is not decided on yet" in answer.content.decode()
    assert TreatmentPlan.objects.count() == 2
