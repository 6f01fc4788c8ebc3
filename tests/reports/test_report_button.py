"""The page of a record that reports are about offers one to those who may ask, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from records.models import Record
from reports.models import Report
from tests.audits.improving_making import make_review
from tests.audits.making import make_audit
from tests.cast import make_ai_system
from tests.clauses.gaps.making import make_gap_run
from tests.pages import Form, SeenPage
from tests.risk_cast import make_impact_assessment, make_statement

SignIn = Callable[..., Client]
# Kind of report: who makes the record, and what follows its address.
PAGES: dict[str, tuple[Callable[..., Record], str]] = {
    Report.Kind.STATEMENT: (make_statement, ""),
    Report.Kind.IMPACT: (make_impact_assessment, ""),
    Report.Kind.DOSSIER: (make_ai_system, "dossier/"),
    Report.Kind.GAP_RUN: (make_gap_run, ""),
    Report.Kind.AUDIT: (make_audit, ""),
    Report.Kind.REVIEW: (make_review, ""),
}


def test_each_report_about_a_record_is_on_a_page() -> None:
    assert set(PAGES) == set(Report.SUBJECTS)


def asking(client: Client, address: str, kind: str) -> list[Form]:
    page = client.get(address)
    assert page.status_code == 200
    assert "reports/" not in "".join(SeenPage(page, within="main").links), "no report is made yet"
    return [form for form in SeenPage(page, within="main").forms if form.fields.get("kind") == [kind]]


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("role", ["officer", "manager"])
def test_who_may_ask_finds_the_button_on_the_page(
    kind: str, role: str, request: Any, organisation: Any, sign_in: SignIn, sent: Any
) -> None:
    make, behind = PAGES[kind]
    record, client = make(organisation), sign_in(request.getfixturevalue(role))
    address = f"{record.get_absolute_url()}{behind}"
    (form,) = asking(client, address, kind)
    answer = client.post(form.action, form.data())
    assert answer.status_code == 303
    report = Report.objects.get()
    assert (report.kind, report.subject_id) == (kind, record.pk)
    Report.objects.update(state=Report.State.DONE)
    assert report.get_absolute_url() in SeenPage(client.get(address), within="main").links


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("role", ["internal_auditor", "auditor", "administrator", "contributor"])
def test_who_may_not_ask_sees_no_button(kind: str, role: str, request: Any, organisation: Any, sign_in: SignIn) -> None:
    make, behind = PAGES[kind]
    person = request.getfixturevalue(role)
    record = make(organisation, owner=person)
    assert asking(sign_in(person), f"{record.get_absolute_url()}{behind}", kind) == []
