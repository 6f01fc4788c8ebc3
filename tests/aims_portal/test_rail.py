"""The counts in the rail follow records, days and rights, though their statement is made once and kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from aims_portal.rail import Rail
from organisations import counting
from organisations.actions import appoint
from organisations.middleware import memberships_of, note_rights
from organisations.roles import Role
from records.models import Record
from tests.cast import make_ai_system, make_supplier

SignIn = Callable[..., Client]
ROLES = ["officer", "contributor", "manager", "internal_auditor", "auditor", "administrator"]


def shown(client: Client, organisation: Any) -> dict[str, str]:
    rail = client.get(f"/{organisation.slug}/help/").context["rail"]
    return {str(item["label"]): item["count"] for item in rail["items"]} | {"Due": rail["due_count"]}


def test_they_follow_what_is_added_and_what_falls_due(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    client = sign_in(officer)
    before = shown(client, organisation)
    assert (before["AI systems"], before["Suppliers"], before["Due"]) == ("0", "0", "0")
    make_supplier(organisation, owner=officer, review_on=organisation.today() - timedelta(days=1))
    make_ai_system(organisation)
    after = shown(client, organisation)
    assert (after["AI systems"], after["Suppliers"], after["Due"]) == ("1", "1", "1")


def test_who_may_see_less_from_now_on_is_told_of_less(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    make_supplier(organisation)
    client = sign_in(officer)
    assert shown(client, organisation)["Suppliers"] == "1"
    appoint(officer, organisation=organisation, role=Role.CONTRIBUTOR)
    assert shown(client, organisation)["Suppliers"] == "0"
    make_supplier(organisation, owner=officer)
    assert shown(client, organisation)["Suppliers"] == "1"


def test_two_people_are_not_taken_for_each_other(
    organisation: Any, other_organisation: Any, officer: Any, outsider: Any, contributor: Any, sign_in: SignIn
) -> None:
    make_supplier(organisation)
    make_supplier(organisation)
    make_supplier(other_organisation)
    counts = [shown(sign_in(one), organisation)["Suppliers"] for one in (officer, contributor, officer)]
    assert counts == ["2", "0", "2"]
    assert shown(sign_in(outsider), other_organisation)["Suppliers"] == "1"


@pytest.mark.parametrize("role", ROLES)
def test_each_count_is_the_length_of_its_list(role: str, request: Any, organisation: Any) -> None:
    person = request.getfixturevalue(role)
    for owner in (person, None):
        make_supplier(organisation, owner=owner, review_on=organisation.today())
        make_ai_system(organisation, owner=owner)
    note_rights(person, memberships_of(person))
    rights = person.held[organisation.pk]
    here = SimpleNamespace(user=person, organisation=organisation, path="/", permissions=rights)
    rail = Rail(here)  # type: ignore[arg-type]
    assert rail.counts == {name: rows.count() for name, rows in rail.counted().items()}
    assert (
        rail.counts["suppliers"] == Record.objects.visible_to(person).of(organisation).filter(kind="supplier").count()
    )


def test_so_many_statements_are_kept_and_no_more(monkeypatch: pytest.MonkeyPatch, organisation: Any) -> None:
    monkeypatch.setattr(counting, "MOST_STATEMENTS", 3)
    monkeypatch.setattr(counting, "STATEMENTS", {})
    made = []

    def asked() -> dict[str, Any]:
        made.append(1)
        return {"records": Record.objects.of(organisation), "none": Record.objects.filter(pk__in=[])}

    for key in (1, 1, 2, 3, 3, 4, 5):
        found = counting.count_together(asked, known_by=key)
        assert found == {"records": Record.objects.of(organisation).count(), "none": 0}
    assert len(made) == 5
    assert len(counting.STATEMENTS) <= 3
