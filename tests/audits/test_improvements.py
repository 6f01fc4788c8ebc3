"""Improvements (10.1): proposed, decided, realised or declined with words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from audits.correcting import improving
from audits.models import Improvement
from tests.audits.improving_making import make_finding, make_improvement
from tests.pages import SeenPage

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


def again(one: Any) -> Improvement:
    return Improvement.objects.select_related("organisation").get(pk=one.pk)


def test_it_is_accepted_with_an_owner_and_a_day_begun_and_realised(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    one, client, owner = make_improvement(organisation), sign_in(officer), sign_in(contributor)
    at = one.get_absolute_url()
    client.post(f"{at}accept/", {"version": one.version})
    assert again(one).state == "proposed", "nobody does it yet"
    Improvement.objects.filter(pk=one.pk).update(owner=contributor, due_on=organisation.today())
    client.post(f"{at}accept/", {"version": one.version})
    assert (again(one).state, again(one).decided_by) == ("accepted", officer)
    assert owner.post(f"{at}accept/", {"version": again(one).version}).status_code == 403
    owner.post(f"{at}begin/")
    form = SeenPage(owner.get(f"{at}done/")).form_with("result")
    assert owner.post(f"{at}done/", form.data(result="")).status_code == 422
    owner.post(f"{at}done/", form.data(result="One list"))
    assert (again(one).state, again(one).result, again(one).settled_on) == (
        "realised",
        "One list",
        organisation.today(),
    )
    with pytest.raises(ValidationError, match="already"):
        improving.decline(one, by=officer, reason="Late")


def test_it_is_declined_with_a_reason(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    one, client = make_improvement(organisation), sign_in(officer)
    at = f"{one.get_absolute_url()}decline/"
    form = SeenPage(client.get(at)).form_with("result")
    client.post(at, form.data(result="Too dear"))
    assert (again(one).state, again(one).result) == ("declined", "Too dear")
    page = client.get(one.get_absolute_url()).content.decode()
    assert "Too dear" in page


def test_it_takes_over_what_an_audit_saw(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    finding = make_finding(organisation, grade="ofi", state="noted", observed="One calendar would do")
    form = SeenPage(sign_in(officer).get(f"/{organisation.slug}/improvements/new/?follows={finding.pk}")).form_with(
        "what"
    )
    assert form.fields["what"] == ["One calendar would do"]
    assert form.fields["follows"] == [str(finding.pk)]
