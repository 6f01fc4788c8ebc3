"""Whom a record names may read it, whichever of its fields names them."""

from __future__ import annotations

from typing import Any

from django.test import Client

from clauses.models import RoleAssignment
from records.models import Record
from tests.cast import somebody
from tests.pages import filled_in


def saved(client: Client, role: RoleAssignment, **people: Any) -> None:
    answer = client.post(role.edit_url, filled_in(client, role.edit_url, **people))
    assert answer.status_code == 302


def sees(person: Any, role: RoleAssignment) -> bool:
    return bool(Record.objects.visible_to(person).filter(pk=role.pk).exists())


def test_a_deputy_who_becomes_holder_goes_on_reading_their_role(organisation: Any, officer: Any, sign_in: Any) -> None:
    anna, ben = somebody(organisation), somebody(organisation)
    role = RoleAssignment.objects.create(
        organisation=organisation, title="AI officer", responsibilities="Keeps the AIMS", owner=officer
    )
    client = sign_in(officer)
    saved(client, role, holder=str(ben.pk), deputy=str(anna.pk))
    assert (sees(anna, role), sees(ben, role)) == (True, True)
    saved(client, role, holder=str(anna.pk), deputy=str(ben.pk))
    assert (sees(anna, role), sees(ben, role)) == (True, True)
    saved(client, role, holder=str(anna.pk), deputy="")
    assert (sees(anna, role), sees(ben, role)) == (True, False)
