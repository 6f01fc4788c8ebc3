"""The form of an AI system: what is missing or contradictory is said at the field, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from systems.models import AISystem, Stage
from tests.cast import make_ai_system, make_supplier, person
from tests.pages import SeenPage, filled_in
from tests.traces import written

from .typed import SYSTEM, as_typed, errors

SignIn = Callable[..., Client]
NEEDED = {
    "title",
    "purpose",
    "owner",
    "roles",
    "act_role",
    "risk_class",
    "class_reason",
    "oversight",
    "scope_reason",
}


def new(organisation: Any) -> str:
    return f"/{organisation.slug}/ai-systems/new/"


def people(owner: Any, technical_owner: Any) -> dict[str, Any]:
    return {"owner": owner.pk, "technical_owner": technical_owner.pk}


def test_every_field_is_kept(organisation: Any, officer: Any, contributor: Any, sign_in: SignIn) -> None:
    main, further = make_supplier(organisation), make_supplier(organisation)
    data = SYSTEM | people(officer, contributor) | {"main_supplier": main.pk, "suppliers": [main.pk, further.pk]}
    client = sign_in(officer)
    assert client.post(new(organisation), data).status_code == 302
    system = AISystem.objects.get()
    form = SeenPage(client.get(system.edit_url)).form_with("title")
    kept = {name: form.fields[name] for name in data}
    assert kept == as_typed(data | {"suppliers": [further.pk]})
    assert (system.reference, system.changed_by, system.roles) == ("AIS-01", officer, ["customer", "user"])


def test_what_is_missing_is_said_all_at_once(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    before = written()
    found = errors(sign_in(officer).post(new(organisation), {"stage": "inception"}))
    assert set(found) == NEEDED
    assert found["roles"] == ["Choose at least one role."]
    assert written() == before


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_each_missing_field_is_said_and_nothing_typed_is_lost(
    name: str, organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    typed = SYSTEM | people(officer, contributor)
    typed[name] = [] if name == "roles" else ""
    before = written()
    answer = sign_in(officer).post(new(organisation), typed)
    assert list(errors(answer)) == [name]
    fields = SeenPage(answer).form_with("title").fields
    for other, value in as_typed({key: value for key, value in typed.items() if key != name}).items():
        assert fields[other] == value, other
    assert written() == before


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"go_live_on": ""}, "go_live_on", "A system in operation has a go-live date."),
        ({"stage": "continuous_validation", "go_live_on": ""}, "go_live_on", "has a go-live date"),
        ({"stage": "re_evaluation", "go_live_on": ""}, "go_live_on", "has a go-live date"),
        ({"go_live_on": "AHEAD"}, "go_live_on", "its go-live cannot lie ahead"),
        ({"go_live_on": "1.13.2023"}, "go_live_on", "Enter a valid date."),
        ({"roles": ["provider", "king"]}, "roles", "king is not one of the available choices"),
        ({"stage": "retirement"}, "stage", "Select a valid choice."),
        ({"people_affected": "many"}, "people_affected", "Enter a whole number."),
        ({"people_affected": "-1"}, "people_affected", "greater than or equal to 0"),
        ({"people_affected": "9" * 12}, "people_affected", "less than or equal to 2147483647"),
        ({"owner": "0"}, "owner", "Select a valid choice."),
        ({"main_supplier": "0"}, "main_supplier", "Select a valid choice."),
        ({"system_version": "1" * 51}, "system_version", "at most 50 characters"),
    ],
)
def test_a_contradiction_is_said_at_the_field(
    changes: dict[str, Any],
    field: str,
    message: str,
    organisation: Any,
    officer: Any,
    contributor: Any,
    sign_in: SignIn,
) -> None:
    ahead = str(organisation.today() + timedelta(days=1))
    typed = SYSTEM | people(officer, contributor) | changes
    typed = {name: ahead if value == "AHEAD" else value for name, value in typed.items()}
    before = written()
    answer = sign_in(officer).post(new(organisation), typed)
    found = errors(answer)
    assert list(found) == [field]
    assert message in found[field][0]
    fields = SeenPage(answer).form_with("title").fields
    for name in ("purpose", "class_reason", "data_categories", "oversight", "affected"):
        assert fields[name] == [typed[name]], name
    assert written() == before


@pytest.mark.parametrize("stage", [Stage.INCEPTION, Stage.DESIGN, Stage.VERIFICATION, Stage.DEPLOYMENT])
def test_before_operation_no_go_live_is_needed_and_none_is_planned_here(
    stage: Stage, organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    client, ahead = sign_in(officer), str(organisation.today() + timedelta(days=30))
    data = SYSTEM | people(officer, contributor) | {"stage": stage.value}
    found = errors(client.post(new(organisation), data | {"go_live_on": ahead}))
    assert found == {"go_live_on": ["It is not in use yet. Going live is a step of its own."]}
    assert client.post(new(organisation), data | {"go_live_on": ""}).status_code == 302
    assert AISystem.objects.count() == 1


def test_what_runs_already_is_taken_into_the_inventory_as_it_is(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    client = sign_in(officer)
    for stage in (Stage.OPERATION, Stage.DEPLOYMENT):
        data = SYSTEM | people(officer, contributor) | {"stage": stage.value}
        assert client.post(new(organisation), data).status_code == 302
    assert [one.has_gone_live for one in AISystem.objects.all()] == [True, True]


def test_going_live_is_no_field_of_a_form(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    system = make_ai_system(organisation, owner=officer, stage=Stage.VERIFICATION)
    client = sign_in(officer)
    assert "go_live_on" not in SeenPage(client.get(system.edit_url)).form_with("title").fields
    answer = client.post(system.edit_url, filled_in(client, system.edit_url, stage=Stage.OPERATION.value))
    assert list(errors(answer)) == ["stage"]
    data = filled_in(client, system.edit_url, stage=Stage.DEPLOYMENT.value, go_live_on=str(organisation.today()))
    assert client.post(system.edit_url, data).status_code == 302
    system.refresh_from_db()
    assert (system.stage, system.go_live_on) == (Stage.DEPLOYMENT, None)


def test_what_went_live_moves_on_by_its_form(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    system = make_ai_system(organisation, owner=officer, stage=Stage.DEPLOYMENT, go_live_on=organisation.today())
    client = sign_in(officer)
    data = filled_in(client, system.edit_url, stage=Stage.OPERATION.value)
    assert client.post(system.edit_url, data).status_code == 302


def test_suppliers_and_owners_of_another_organisation_cannot_be_chosen(
    organisation: Any, other_organisation: Any, officer: Any, outsider: Any, contributor: Any, sign_in: SignIn
) -> None:
    theirs = make_supplier(other_organisation, title="Secret supplier")
    client = sign_in(officer)
    page = client.get(new(organisation)).content.decode()
    assert theirs.title not in page
    assert outsider.name not in page
    for changes in ({"main_supplier": theirs.pk}, {"suppliers": [theirs.pk]}, {"owner": outsider.pk}):
        answer = client.post(new(organisation), SYSTEM | people(officer, contributor) | changes)
        assert list(errors(answer)) == list(changes)


def test_auditors_from_outside_cannot_own_a_system(organisation: Any, auditor: Any, sign_in: SignIn) -> None:
    officer = person("second-officer", organisation, "compliance_officer")
    answer = sign_in(officer).post(new(organisation), SYSTEM | people(auditor, auditor))
    assert list(errors(answer)) == ["owner", "technical_owner"]


def test_who_has_left_stays_the_owner_until_somebody_else_is_chosen(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    system = make_ai_system(organisation, owner=contributor)
    organisation.memberships.filter(user=contributor).update(until=date(2020, 1, 1))
    client = sign_in(officer)
    assert client.post(system.edit_url, filled_in(client, system.edit_url, title="Renamed")).status_code == 302
    system.refresh_from_db()
    assert (system.title, system.owner) == ("Renamed", contributor)


def test_the_first_choice_of_a_list_is_a_word_and_not_dashes(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    assert "-----" not in sign_in(officer).get(new(organisation)).content.decode()
