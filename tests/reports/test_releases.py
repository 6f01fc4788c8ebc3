"""The summary for customers says nothing confidential and is given out on record; the interview sheet is one page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from audits.models import ManagementReview
from clauses.models import RoleAssignment
from reports.models import Report, ReportRelease
from systems.models import AISystem
from tests.reports.conftest import Stage
from tests.reports.test_every_paper import made, text_of

SignIn = Callable[..., Client]


def test_a_summary_counts_systems_and_names_nothing_confidential(assessed: Stage, manager: Any, sent: Any) -> None:
    _report, content = made(assessed.organisation, manager, "customer_summary")
    text = text_of(content)
    in_scope = AISystem.objects.in_scope().filter(retired_on=None).count()
    assert f"In scope {in_scope}" in text
    assert "High risk" in text
    for secret in ("Scorer", "Grave", "Leak", "Signed policy", assessed.officer.name, "Not ready"):
        assert secret not in text, secret


def test_a_manager_releases_it_and_that_is_kept(
    assessed: Stage, manager: Any, officer: Any, sign_in: SignIn, sent: Any
) -> None:
    report, _content = made(assessed.organisation, officer, "customer_summary")
    client, address = sign_in(manager), report.get_absolute_url()
    page = client.post(f"{address}release/", {"recipient": "", "reason": "Tender 7"})
    assert page.status_code == 422
    assert "Tender 7" in page.content.decode(), "what was typed is not lost"
    given = {"recipient": "Jo Meyer, Nordbank AG", "reason": "Tender 7"}
    assert client.post(f"{address}release/", given).status_code == 302
    row = ReportRelease.objects.get()
    assert (row.recipient, row.released_by, row.report) == ("Jo Meyer, Nordbank AG", manager, report)
    assert apps.get_model("reports", "ReportReleaseEvent").objects.filter(pgh_obj=row).count() == 1
    assert "Jo Meyer, Nordbank AG" in client.get(address).content.decode()
    assert "Jo Meyer, Nordbank AG" in sign_in(officer).get(address).content.decode()


@pytest.mark.parametrize("role", ["officer", "auditor", "internal_auditor", "administrator", "contributor"])
def test_nobody_else_releases(
    role: str, request: Any, assessed: Stage, manager: Any, sign_in: SignIn, sent: Any
) -> None:
    report, _content = made(assessed.organisation, manager, "customer_summary")
    client = sign_in(request.getfixturevalue(role))
    assert client.post(f"{report.get_absolute_url()}release/", {"recipient": "x"}).status_code == 403
    assert not ReportRelease.objects.exists()


def test_no_other_report_is_released(assessed: Stage, manager: Any, sign_in: SignIn, sent: Any) -> None:
    report, _content = made(assessed.organisation, manager, "interview_sheet")
    address = report.get_absolute_url()
    assert sign_in(manager).post(f"{address}release/", {"recipient": "x"}).status_code == 404
    assert b"Released to" not in sign_in(manager).get(address).content


def test_an_interview_sheet_is_for_the_one_it_is_asked_for(
    assessed: Stage, manager: Any, sign_in: SignIn, sent: Any
) -> None:
    here, officer = assessed.organisation, assessed.officer
    RoleAssignment.objects.create(
        organisation=here, title="AI officer", holder=officer, responsibilities="Keeps the AIMS.", authority="Stops it."
    )
    review = ManagementReview.objects.create(
        organisation=here, title="Autumn", held_on=assessed.day(-5), chair=manager, state="draft"
    )
    review.decisions.create(text="Hire a validator", owner=officer, due_on=assessed.day(30))
    client = sign_in(manager)
    given = {"kind": "interview_sheet", "person": officer.email, "key": "k"}
    assert client.post(f"/{here.slug}/reports/new/", given).status_code == 303
    report = Report.objects.get()
    assert report.parameters == {"person": officer.email, "name": officer.name}
    assert officer.name in report.title
    _report, content = made(here, officer, "interview_sheet")
    text = text_of(content)
    for said in (officer.name, "AI officer", "Keeps the AIMS.", "Stops it.", "Grave"):
        assert said in text, said
    assert "Hire a validator" not in text, "no minutes are issued"
    stranger = {"kind": "interview_sheet", "person": "nobody@nowhere.example"}
    assert client.post(f"/{here.slug}/reports/new/", stranger).status_code == 404
