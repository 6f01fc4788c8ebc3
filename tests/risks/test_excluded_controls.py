"""A control that treats an open risk cannot be excluded, whatever path writes it (6.1.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from clauses.exclusion import told_at
from clauses.models import Position
from risks.models import Risk, Treatment, TreatmentControl
from tests.pages import SeenPage, filled_in
from tests.risk_cast import make_risk, treat

SignIn = Callable[..., Client]
HTMX = {"HTTP_HX_REQUEST": "true"}
NO = {"applicable": "false", "justification": "We have nobody to tell"}


@pytest.fixture
def control(organisation: Any, officer: Any) -> Position:
    """A.8.2, applicable, treating one open risk, R-01."""
    position = Position.objects.select_related("organisation").get(organisation=organisation, reference="A.8.2")
    position.applicable, position.justification, position.basis = True, "People ask", ["risk"]
    position.save()
    treat(make_risk(organisation), position)
    return position


@pytest.fixture
def excluded(organisation: Any) -> Position:
    position = Position.objects.get(organisation=organisation, reference="A.7.6")
    position.applicable, position.justification = False, "We label nothing"
    position.save()
    return position


def still_applies(control: Position) -> bool:
    return bool(Position.objects.get(pk=control.pk).applicable)


def test_its_form_says_so_at_the_field_and_nothing_typed_is_lost(
    control: Position, officer: Any, sign_in: SignIn
) -> None:
    client = sign_in(officer)
    answer = client.post(control.edit_url, filled_in(client, control.edit_url, **NO, narrative="Half written"))
    form = SeenPage(answer).form_with("version")
    assert "It treats open risks (R-01)" in answer.content.decode()
    assert (form.fields["narrative"], form.fields["justification"]) == (["Half written"], [NO["justification"]])
    assert still_applies(control)
    assert client.post(control.edit_url, form.data(applicable="true")).status_code == 302
    assert Position.objects.get(pk=control.pk).narrative == "Half written"


def test_the_save_in_place_says_so_at_the_field(control: Position, officer: Any, sign_in: SignIn) -> None:
    data = {**NO, "version": control.version}
    answer = sign_in(officer).post(f"{control.get_absolute_url()}position/", data, **HTMX).content.decode()
    told = answer.partition('id="error-applicable"')[2].partition("</p>")[0]
    assert "It treats open risks (R-01)" in told
    assert "look at the marked field" in answer
    assert still_applies(control)


def test_many_at_once_cannot_be_excluded_at_all(control: Position, officer: Any, sign_in: SignIn) -> None:
    data = {"set": "applicable", "value": "false", "picks": f"{control.pk}v{control.version}"}
    address = f"/{control.organisation.slug}/clauses/selection/"
    assert sign_in(officer).post(address, data).status_code == 400
    assert still_applies(control)


def test_no_other_path_excludes_it(control: Position) -> None:
    rows = Position.objects.filter(pk=control.pk)
    with pytest.raises(IntegrityError, match="R-01"), transaction.atomic():
        rows.update(applicable=False)
    with pytest.raises(IntegrityError, match="R-01"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE clauses_position SET applicable = false WHERE record_ptr_id = %s", [control.pk])


@pytest.mark.parametrize("ending", ["risk closed", "treatment dropped", "link taken off"])
def test_it_can_be_excluded_once_it_treats_none(control: Position, ending: str) -> None:
    if ending == "risk closed":
        Risk.objects.update(closed_on="2026-01-01")
    elif ending == "treatment dropped":
        Treatment.objects.update(status="dropped")
    else:
        TreatmentControl.objects.all().delete()
    Position.objects.filter(pk=control.pk).update(applicable=False)
    assert not still_applies(control)


def test_an_excluded_control_cannot_be_chosen_for_a_treatment(organisation: Any, excluded: Position) -> None:
    treatment = treat(make_risk(organisation))
    with pytest.raises(IntegrityError, match=r"A\.7\.6 is excluded"), transaction.atomic():
        TreatmentControl.objects.create(treatment=treatment, control_id=excluded.pk)


@pytest.mark.parametrize("how", ["reopened", "taken up again"])
def test_what_rests_on_an_excluded_control_cannot_be_opened_again(
    organisation: Any, excluded: Position, how: str
) -> None:
    risk = make_risk(organisation, closed_on="2026-01-01" if how == "reopened" else None)
    treat(risk, excluded, status="planned" if how == "reopened" else "dropped")
    rows: Any = Treatment.objects.all()
    change: dict[str, Any] = {"status": "planned"}
    if how == "reopened":
        rows, change = Risk.objects.filter(pk=risk.pk), {"closed_on": None}
    with pytest.raises(IntegrityError, match=r"A\.7\.6 is excluded"), transaction.atomic():
        rows.update(**change)


def test_the_page_that_reopens_its_risk_says_so(
    organisation: Any, officer: Any, excluded: Position, sign_in: SignIn
) -> None:
    risk, client = make_risk(organisation, closed_on="2026-01-01"), sign_in(officer)
    treat(risk, excluded)
    answer = client.post(risk.url("reopen"), follow=True)
    assert "Excluded from the Statement of Applicability: A.7.6." in answer.content.decode()
    assert not Risk.objects.get(pk=risk.pk).is_open


def test_the_form_that_takes_up_its_treatment_again_says_so_at_the_field(
    organisation: Any, officer: Any, excluded: Position, sign_in: SignIn
) -> None:
    treatment = treat(make_risk(organisation), excluded, status="dropped", owner=officer, due_on=organisation.today())
    # The control was chosen before it was excluded, so the form lets it stay; the database does not.
    client = sign_in(officer)
    answer = client.post(treatment.edit_url, filled_in(client, treatment.edit_url, status="planned"))
    assert answer.context["form"].errors.keys() == {"controls"}
    assert Treatment.objects.get(pk=treatment.pk).status == "dropped"


def test_another_fault_of_the_database_is_not_taken_for_it(control: Position) -> None:
    with pytest.raises(IntegrityError), told_at("applicable"), transaction.atomic():
        TreatmentControl.objects.create(treatment_id=Treatment.objects.get().pk, control_id=control.pk)
