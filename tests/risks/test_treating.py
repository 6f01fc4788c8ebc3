"""Treatments rest on controls that are included, and are verified by another person (6.1.3, 8.3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client

from clauses.models import Position
from records.models import Record
from risks.models import OwnControl, Treatment
from risks.treatment.treating import fail_verification, is_ready_for_residual_score, verify
from tests.cast import somebody
from tests.pages import SeenPage, filled_in
from tests.record_types import treatment_form
from tests.risk_cast import make_criteria, make_risk, make_treatment


def control(organisation: Any, reference: str, **fields: Any) -> Position:
    position = Position.objects.get(organisation=organisation, reference=reference)
    Position.objects.filter(pk=position.pk).update(**fields)
    return position


def test_a_treatment_names_controls_of_annex_a_and_our_own(
    organisation: Any, officer: Any, sign_in: Callable[..., Client]
) -> None:
    control(organisation, "A.8.2", applicable=True)
    OwnControl.objects.create(organisation=organisation, reference="X.1", title="Second look")
    data = treatment_form(organisation) | {"owner": officer.pk, "controls-typed": "A.8.2, X.1"}
    answer = sign_in(officer).post(f"/{organisation.slug}/treatments/new/", data)
    assert answer.status_code == 302, SeenPage(answer).texts
    treatment = Treatment.objects.get(title=data["title"])
    assert {one.reference for one in treatment.controls.all()} == {"A.8.2", "X.1"}


def test_an_excluded_control_cannot_be_chosen_and_the_reason_is_said(
    organisation: Any, officer: Any, sign_in: Callable[..., Client]
) -> None:
    control(organisation, "A.7.6", applicable=False)
    data = treatment_form(organisation) | {"owner": officer.pk, "controls-typed": "A.7.6"}
    answer = sign_in(officer).post(f"/{organisation.slug}/treatments/new/", data)
    form = answer.context["form"]
    assert form.errors.keys() == {"controls"}
    assert "Excluded in the Statement of Applicability: A.7.6" in form.errors["controls"][0]
    assert SeenPage(answer).form_with("action").fields["action"] == [data["action"]]


def test_a_clause_is_no_control(organisation: Any, officer: Any, sign_in: Callable[..., Client]) -> None:
    data = treatment_form(organisation) | {"owner": officer.pk, "controls-typed": "6.1.2"}
    answer = sign_in(officer).post(f"/{organisation.slug}/treatments/new/", data)
    assert answer.context["form"].errors.keys() == {"controls"}


def test_a_closed_risk_is_treated_no_more(organisation: Any, officer: Any, sign_in: Callable[..., Client]) -> None:
    risk = make_risk(organisation, closed_on=organisation.today())
    data = treatment_form(organisation) | {"owner": officer.pk, "treats": risk.pk}
    form = sign_in(officer).post(f"/{organisation.slug}/treatments/new/", data).context["form"]
    assert "is closed" in form.errors["treats"][0]


@pytest.mark.parametrize("expected", [("6", "3"), ("0", "3"), ("3", "")])
def test_an_expected_score_stays_within_the_scale(
    expected: tuple[str, str], organisation: Any, officer: Any, sign_in: Callable[..., Client]
) -> None:
    make_criteria(organisation, state="approved")
    typed = dict(zip(("expected_likelihood", "expected_consequence"), expected, strict=True))
    data = treatment_form(organisation) | typed | {"owner": officer.pk}
    form = sign_in(officer).post(f"/{organisation.slug}/treatments/new/", data).context["form"]
    assert form.errors.keys() <= {"expected_likelihood", "expected_consequence"}
    assert form.errors


def test_nobody_says_verified_in_the_form(organisation: Any, officer: Any, sign_in: Callable[..., Client]) -> None:
    treatment, client = make_treatment(organisation, owner=officer, due_on=organisation.today()), sign_in(officer)
    data = filled_in(client, treatment.edit_url, status="verified")
    assert client.post(treatment.edit_url, data).context["form"].errors.keys() == {"status"}


def test_a_new_treatment_of_a_risk_opens_with_it(
    organisation: Any, officer: Any, sign_in: Callable[..., Client]
) -> None:
    risk = make_risk(organisation)
    page = sign_in(officer).get(f"/{organisation.slug}/treatments/new/?treats={risk.pk}")
    assert SeenPage(page).form_with("treats").fields["treats"] == [str(risk.pk)]


def test_a_treatment_is_verified_by_another_person(organisation: Any, officer: Any, contributor: Any) -> None:
    treatment = make_treatment(organisation, owner=contributor, status="implemented")
    with pytest.raises(ValidationError, match="somebody else"):
        verify(treatment, by=contributor, result="Works")
    # Handing it over first does not make one another person.
    Record.objects.filter(pk=treatment.pk).update(owner=officer)
    with pytest.raises(ValidationError, match="somebody else"):
        verify(treatment, by=contributor, result="Works")
    verify(treatment, by=somebody(organisation), result="Selection rates within 0.8")
    treatment.refresh_from_db()
    assert (treatment.status, treatment.verified_on) == ("verified", organisation.today())


def test_verification_needs_an_implemented_treatment_and_a_result(organisation: Any, officer: Any) -> None:
    with pytest.raises(ValidationError, match="implemented"):
        verify(make_treatment(organisation), by=officer, result="Works")
    treatment = make_treatment(organisation, status="implemented")
    with pytest.raises(ValidationError, match="what verification showed"):
        verify(treatment, by=officer, result="  ")
    with pytest.raises(ValidationError, match="after you opened it"):
        verify(treatment, by=officer, result="Works", seen=treatment.version - 1)


def test_a_treatment_that_fails_verification_goes_back_to_work(
    organisation: Any, officer: Any, sign_in: Callable[..., Client]
) -> None:
    treatment = make_treatment(organisation, owner=somebody(organisation), status="implemented")
    client, address = sign_in(officer), treatment.url("verify")
    data = filled_in(client, address, result="") | {"failed": "1"}
    assert client.post(address, data).status_code == 422
    assert client.post(address, data | {"result": "Two of five groups fail"}).status_code == 302
    treatment.refresh_from_db()
    assert treatment.status == "in_progress"
    assert "Two of five groups fail" in treatment.result
    with pytest.raises(ValidationError):
        fail_verification(treatment, by=officer, result="Again")


def test_the_owner_is_turned_away_from_verifying(
    organisation: Any, contributor: Any, sign_in: Callable[..., Client]
) -> None:
    treatment = make_treatment(organisation, owner=contributor, status="implemented")
    client = sign_in(contributor)
    for answer in (client.get(treatment.url("verify")), client.post(treatment.url("verify"), {"result": "x"})):
        assert answer.status_code == 403
        assert "somebody else must" in answer.content.decode()


def test_a_risk_is_ready_for_a_residual_score_once_all_is_verified_or_dropped(organisation: Any) -> None:
    risk = make_risk(organisation)
    assert not is_ready_for_residual_score(risk)
    make_treatment(organisation, treats=risk, status="verified")
    assert is_ready_for_residual_score(risk)
    make_treatment(organisation, treats=risk, status="dropped")
    assert is_ready_for_residual_score(risk)
    make_treatment(organisation, treats=risk, status="implemented")
    assert not is_ready_for_residual_score(risk)


def test_overdue_is_what_is_under_way_and_late(organisation: Any, officer: Any, sign_in: Callable[..., Client]) -> None:
    late = organisation.today() - timedelta(days=8)
    titles = {
        "Late": make_treatment(organisation, title="Late", due_on=late),
        "Done": make_treatment(organisation, title="Done", due_on=late, status="implemented"),
        "Ahead": make_treatment(organisation, title="Ahead", due_on=organisation.today()),
    }
    links = SeenPage(sign_in(officer).get(f"/{organisation.slug}/treatments/?due=overdue"), within="main").links
    assert [name for name, made in titles.items() if made.get_absolute_url() in links] == ["Late"]


def test_a_treatment_is_never_deleted(organisation: Any) -> None:
    treatment = make_treatment(organisation)
    with pytest.raises(DatabaseError), transaction.atomic():
        Treatment.objects.filter(pk=treatment.pk).delete()
