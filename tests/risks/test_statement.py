"""The Statement of Applicability, each rule by its name (6.1.3, domain certification.md 7)."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from clauses.models import Position
from records.labels import next_label
from records.models import Record
from risks.applicability.lines import counts_of
from risks.applicability.statement import fingerprint_of, lines_of, live_lines
from risks.applicability.stating import draft_statement, freeze, obstacles
from risks.models import Statement
from tests.cast import make_evidence
from tests.pages import SeenPage
from tests.risk_cast import make_own_control, make_risk, make_statement, score, treat
from tests.risks.statements import decide_all, designate, set_control

SignIn = Callable[..., Client]


def today(organisation: Any) -> list[Any]:
    return live_lines(organisation, on=organisation.today())


def line(organisation: Any, control: str) -> Any:
    return next(one for one in today(organisation) if one.control == control)


def submit(client: Client, statement: Statement) -> str:
    return client.post(statement.url("submit"), follow=True).content.decode()


def approve(client: Client, statement: Statement, **data: Any) -> Any:
    version = Record.objects.get(pk=statement.pk).version
    return client.post(statement.url("approve"), {"version": version, **data}, follow=True)


def test_all_38_controls_are_present_once_and_own_controls_after_them(organisation: Any) -> None:
    make_own_control(organisation)
    controls = [one.control for one in today(organisation)]
    numbers = Position.objects.of(organisation).controls().in_order().values_list("requirement__number", flat=True)
    assert controls == [*numbers, "X.1"]
    assert len(set(controls)) == 39


def test_a_control_whose_position_is_missing_keeps_it_from_being_submitted(organisation: Any) -> None:
    decide_all(organisation)
    assert obstacles(today(organisation)) == []
    assert [str(one) for one in obstacles(today(organisation)[1:])] == ["A.2.2: It is missing."]


@pytest.mark.parametrize("applicable", [True, False])
def test_there_is_a_reason_for_every_yes_and_for_every_no(organisation: Any, applicable: bool) -> None:
    decide_all(organisation)
    set_control(organisation, "A.7.6", applicable=applicable, justification=" ")
    with pytest.raises(Exception, match=r"A\.7\.6: Its reason is missing"):
        freeze(make_statement(organisation))


def test_what_is_undecided_or_without_a_basis_is_named_and_linked(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    decide_all(organisation)
    undecided = set_control(organisation, "A.7.6", applicable=None)
    groundless = set_control(organisation, "A.8.3", basis=[])
    statement = make_statement(organisation)
    page = submit(sign_in(officer), statement)
    assert "A.7.6: Nobody has decided whether it applies. A.8.3: It does not say what calls for it" in page
    part = page.partition('id="obstacles"')[2].partition("</section>")[0]
    assert [one.get_absolute_url() in part for one in (undecided, groundless)] == [True, True]
    statement.refresh_from_db()
    assert (statement.state, statement.content) == ("draft", [])


def test_a_control_that_treats_an_open_risk_is_not_excluded_even_where_old_data_say_so(organisation: Any) -> None:
    decide_all(organisation)
    control = Position.objects.get(organisation=organisation, reference="A.8.2")
    treat(make_risk(organisation), control)
    lines = [replace(one, applicable=False) if one.control == "A.8.2" else one for one in today(organisation)]
    assert [str(one) for one in obstacles(lines)] == ["A.8.2: It is excluded, but treats open risks: R-01."]


def test_implemented_without_valid_evidence_warns_and_does_not_refuse(organisation: Any) -> None:
    decide_all(organisation)
    control = Position.objects.get(organisation=organisation, reference="A.8.2")
    yesterday = organisation.today() - timedelta(days=1)
    make_evidence(organisation, proves=control, valid_until=yesterday)
    assert line(organisation, "A.8.2").warnings == ["No valid evidence"]
    valid = make_evidence(organisation, proves=control, valid_until=organisation.today())
    assert (line(organisation, "A.8.2").warnings, line(organisation, "A.8.2").evidence) == ([], (valid.reference,))
    freeze(make_statement(organisation))


@pytest.mark.parametrize(
    ("fields", "warning"),
    [
        ({"basis": ["risk"]}, "No risk linked"),
        ({"status": "not_started"}, "Not started"),
        ({"status": ""}, "No status set"),
    ],
)
def test_what_an_auditor_will_ask_about_warns(organisation: Any, fields: dict[str, Any], warning: str) -> None:
    decide_all(organisation)
    set_control(organisation, "A.8.3", **fields)
    assert warning in line(organisation, "A.8.3").warnings


def test_a_line_names_the_open_risks_with_their_levels(organisation: Any) -> None:
    decide_all(organisation)
    control = Position.objects.get(organisation=organisation, reference="A.8.2")
    rated, closed, dropped = make_risk(organisation), make_risk(organisation), make_risk(organisation)
    score(rated, likelihood=3, for_individuals=4)
    treat(rated, control)
    treat(rated, control)
    treat(closed, control)
    treat(dropped, control, status="dropped")
    type(closed).objects.filter(pk=closed.pk).update(closed_on=organisation.today())
    assert line(organisation, "A.8.2").risk_words == f"{rated.reference} high"


def test_the_approver_is_not_the_submitter_and_is_designated(
    organisation: Any, officer: Any, manager: Any, sign_in: SignIn
) -> None:
    decide_all(organisation)
    statement = make_statement(organisation)
    designate(organisation, officer)
    submit(sign_in(officer), statement)
    assert approve(sign_in(officer), statement).status_code == 403
    assert approve(sign_in(manager), statement).status_code == 403
    designate(organisation, manager)
    assert "is approved" in approve(sign_in(manager), statement).content.decode()
    statement.refresh_from_db()
    assert (statement.state, statement.decided_by, statement.submitted_by) == ("approved", manager, officer)


def test_approval_of_a_version_that_changed_meanwhile_is_refused(
    organisation: Any, officer: Any, manager: Any, sign_in: SignIn
) -> None:
    decide_all(organisation)
    designate(organisation, manager)
    statement, client = make_statement(organisation), sign_in(officer)
    submit(client, statement)
    seen = Record.objects.get(pk=statement.pk).version
    sign_in(manager).post(statement.url("return"), {"version": seen, "note": "Look at A.8.3 again"})
    submit(client, statement)
    late = approve(sign_in(manager), statement, version=seen)
    assert "It changed after you opened it" in late.content.decode()
    statement.refresh_from_db()
    assert statement.state == "in_review"


@pytest.fixture
def approved(organisation: Any, officer: Any, manager: Any, sign_in: SignIn) -> Statement:
    """Version 1.0, submitted by the officer, approved by the manager."""
    decide_all(organisation)
    designate(organisation, manager)
    statement = draft_statement(organisation, by=officer)
    submit(sign_in(officer), statement)
    approve(sign_in(manager), statement)
    statement.refresh_from_db()
    assert statement.is_approved
    return statement


def test_an_approved_version_stays_as_it_was_approved(approved: Statement, organisation: Any) -> None:
    before = lines_of(approved)
    set_control(organisation, "A.8.3", status="in_progress", justification="Another reason")
    approved.refresh_from_db()
    assert lines_of(approved) == before
    text = json.dumps(approved.content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert approved.fingerprint == fingerprint_of(approved.content) == hashlib.sha256(text.encode()).hexdigest()
    for change in ({"content": []}, {"label": "9"}, {"fingerprint": ""}, {"state": "draft"}):
        with pytest.raises(DatabaseError, match="approved version"), transaction.atomic():
            Statement.objects.filter(pk=approved.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Statement.objects.filter(pk=approved.pk).delete()


def test_nobody_edits_an_approved_version(approved: Statement, officer: Any, sign_in: SignIn) -> None:
    client = sign_in(officer)
    assert client.get(approved.edit_url).status_code == 403
    assert client.post(approved.edit_url, {"label": "9", "version": approved.version}).status_code == 403
    assert client.post(approved.url("submit")).status_code == 403


def test_approving_supersedes_the_version_before(
    approved: Statement, organisation: Any, officer: Any, manager: Any, sign_in: SignIn
) -> None:
    second = draft_statement(organisation, by=officer)
    assert (second.label, second.number, second.reference) == ("1.1", 2, "SOA-02")
    refused = submit(sign_in(officer), second)
    assert "Say what is new in this version" in refused
    assert f'<a href="{second.edit_url}">{second.reference}</a>' in refused
    Statement.objects.filter(pk=second.pk).update(change_note="A.8.3 is under way")
    submit(sign_in(officer), second)
    approve(sign_in(manager), second)
    approved.refresh_from_db()
    assert approved.state == "superseded"
    assert len(lines_of(approved)) == 38


def test_a_superseded_version_stays_readable_as_it_was(
    approved: Statement, organisation: Any, auditor: Any, sign_in: SignIn
) -> None:
    Statement.objects.filter(pk=approved.pk).update(state="superseded")
    set_control(organisation, "A.8.3", justification="Another reason")
    client = sign_in(auditor)
    for page in (approved.get_absolute_url(), f"{approved.get_absolute_url()}export.csv"):
        text = client.get(page).getvalue().decode()
        assert "A law asks for it" in text
        assert "Another reason" not in text
    assert "superseded" in client.get(approved.get_absolute_url()).content.decode().lower()


@pytest.mark.parametrize("state", ["draft", "in_review", "returned"])
def test_only_one_version_is_open_at_a_time(organisation: Any, officer: Any, sign_in: SignIn, state: str) -> None:
    make_statement(organisation, state=state)
    answer = sign_in(officer).post(f"/{organisation.slug}/soa/draft/", follow=True)
    assert "still open" in answer.content.decode()
    assert Statement.objects.count() == 1


def test_two_versions_never_have_the_same_label(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    make_statement(organisation, label="2.0", state="approved")
    draft, client = make_statement(organisation, label="2.1"), sign_in(officer)
    form = SeenPage(client.get(draft.edit_url)).form_with("version")
    answer = client.post(draft.edit_url, form.data(label="2.0", change_note="Typed"))
    assert "has this version already" in answer.content.decode()
    assert SeenPage(answer).form_with("version").fields["change_note"] == ["Typed"]
    client.post(draft.edit_url, form.data(label="3.0"))
    draft.refresh_from_db()
    assert (draft.label, draft.title) == ("3.0", "Statement of Applicability 3.0")


@pytest.mark.parametrize(
    ("label", "after"), [("2.0", "2.1"), ("2.9", "2.10"), ("3", "4"), ("1.2.3", "1.2.4"), ("Spring", "Spring.1")]
)
def test_the_next_label_counts_on(label: str, after: str) -> None:
    assert next_label(label) == after


@pytest.mark.parametrize("query", ["", "?state=in_progress", "?state=own", "?area=A.8", "?state=warned&area=X"])
def test_the_export_equals_the_page(organisation: Any, officer: Any, sign_in: SignIn, query: str) -> None:
    decide_all(organisation)
    set_control(organisation, "A.8.3", status="in_progress", justification="=cmd()")
    make_own_control(organisation, status="implemented")
    statement, client = make_statement(organisation), sign_in(officer)
    page = client.get(statement.get_absolute_url() + query)
    answer = client.get(f"{statement.get_absolute_url()}export.csv{query}")
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    shown = [row["line"] for row in page.context["lines"]]
    assert [row[0] for row in rows[1:]] == [one.control for one in shown] != []
    assert [row[5] for row in rows[1:]] == [one.status_words for one in shown]
    assert all(not cell.startswith("=") for row in rows for cell in row)
    assert client.get(f"{statement.get_absolute_url()}export.pdf").status_code == 404


def test_each_count_is_the_length_of_the_list_it_opens(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    decide_all(organisation)
    set_control(organisation, "A.7.6", applicable=False, justification="We label nothing")
    set_control(organisation, "A.8.3", status="not_started")
    make_own_control(organisation, status="implemented")
    statement, client = make_statement(organisation), sign_in(officer)
    counts = counts_of(today(organisation))
    assert (counts["applicable"], counts["excluded"]) == (37, 1)
    assert (counts["implemented"], counts["not_started"], counts["own"]) == (36, 1, 1)
    page = client.get(statement.get_absolute_url())
    for chip in (*page.context["chips"], *page.context["areas"]):
        found = client.get(statement.get_absolute_url() + chip["url"]).context["lines"]
        assert len(found) == chip["count"], chip
