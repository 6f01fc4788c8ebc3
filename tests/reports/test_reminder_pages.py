"""Who opens the pages about reminders and mail, and what they say of others: nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from organisations.actions import appoint
from organisations.roles import Role
from records.models import Record
from reports.models import Digest, DigestChoice
from reports.reminding import make
from tests.cast import make_supplier

SignIn = Callable[..., Client]
EVERYBODY = ["officer", "contributor", "internal_auditor", "auditor", "manager", "administrator"]


@pytest.fixture
def address(organisation: Any, sent: Any) -> str:
    return reverse("reminder-list", kwargs={"organisation": organisation.slug})


@pytest.fixture
def mail_address(organisation: Any, sent: Any) -> str:
    return reverse("mail-list", kwargs={"organisation": organisation.slug})


def morning(organisation: Any) -> Any:
    return timezone.now().astimezone(organisation.zone).replace(hour=8)


@pytest.mark.parametrize("role", EVERYBODY)
def test_everybody_but_auditors_from_outside_has_reminders(
    role: str, request: Any, address: str, organisation: Any, sign_in: SignIn
) -> None:
    person = request.getfixturevalue(role)
    client, may = sign_in(person), role != "auditor"
    assert client.get(address).status_code == (200 if may else 403)
    assert client.post(address, {}).status_code == (302 if may else 403)
    choices = list(DigestChoice.objects.values_list("person", "by_mail"))
    assert choices == ([(person.pk, False)] if may else [])
    client.post(address, {"by_mail": "on"})
    assert DigestChoice.objects.filter(by_mail=True).count() == (1 if may else 0)
    due = client.get(reverse("due-list", kwargs={"organisation": organisation.slug})).content.decode()
    assert (address in due) is may


@pytest.mark.parametrize("role", EVERYBODY)
def test_mail_is_the_administrators(role: str, request: Any, mail_address: str, sign_in: SignIn) -> None:
    client, may = sign_in(request.getfixturevalue(role)), role == "administrator"
    assert client.get(mail_address).status_code == (200 if may else 403)
    assert client.post(mail_address).status_code == (302 if may else 403)


def test_trying_again_reaches_no_mail_of_another_organisation(
    organisation: Any, other_organisation: Any, outsider: Any, administrator: Any, mail_address: str, sign_in: SignIn
) -> None:
    make_supplier(other_organisation, owner=outsider, title="Theirs", review_on=organisation.today())
    make(other_organisation, morning(other_organisation))
    Digest.objects.update(state=Digest.State.FAILED, error="no")
    client = sign_in(administrator)
    assert outsider.email not in client.get(mail_address).content.decode()
    client.post(mail_address)
    assert Digest.objects.get().state == Digest.State.FAILED


def test_what_was_given_away_is_no_longer_named(
    organisation: Any, contributor: Any, officer: Any, address: str, sign_in: SignIn
) -> None:
    record = make_supplier(organisation, owner=contributor, title="Northern Models", review_on=organisation.today())
    make(organisation, morning(organisation))
    client = sign_in(contributor)
    assert "Northern Models" in client.get(address).content.decode()
    Record.objects.filter(pk=record.pk).update(owner=officer)
    assert "Northern Models" not in client.get(address).content.decode()


def test_one_organisations_page_does_not_tell_of_another(
    organisation: Any, other_organisation: Any, officer: Any, outsider: Any, address: str, sign_in: SignIn
) -> None:
    appoint(officer, organisation=other_organisation, role=Role.CONTRIBUTOR)
    make_supplier(other_organisation, owner=officer, title="Elsewhere", review_on=organisation.today())
    make(other_organisation, morning(other_organisation))
    assert "Elsewhere" not in sign_in(officer).get(address).content.decode()


@pytest.mark.parametrize("role", ["officer", "contributor"])
def test_thirty_rows_cost_what_one_costs(
    role: str, request: Any, organisation: Any, address: str, sign_in: SignIn
) -> None:
    person, today = request.getfixturevalue(role), organisation.today()
    client = sign_in(person)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    make_supplier(organisation, owner=person, review_on=today + timedelta(days=40))
    make_supplier(organisation, owner=person, review_on=today)
    make(organisation, morning(organisation))
    cost()
    one = cost()
    for n in range(30):
        make_supplier(organisation, owner=person, review_on=today + timedelta(days=n))
    make(organisation, morning(organisation) + timedelta(days=1))
    assert cost() == one
