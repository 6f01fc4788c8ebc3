"""Controls of our own beside Annex A: X.1, X.2, … (6.1.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from records.models import keep_reference
from tests.risk_cast import make_own_control, make_risk, treat

SignIn = Callable[..., Client]


def test_they_are_numbered_as_annex_a_is_and_count_on_from_given_ones(
    organisation: Any, other_organisation: Any
) -> None:
    assert [make_own_control(organisation).reference for _time in range(2)] == ["X.1", "X.2"]
    make_own_control(organisation, reference="X.9")
    keep_reference(organisation, "X-9")
    assert make_own_control(organisation).reference == "X.10"
    assert make_own_control(other_organisation).reference == "X.1"


def test_the_page_names_the_risks_it_treats_and_the_list_counts_them(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    control, risk = make_own_control(organisation), make_risk(organisation, title="Prompt injection")
    treat(risk, control)
    treat(risk, control)
    treat(make_risk(organisation, title="Dropped"), control, status="dropped")
    page = sign_in(officer).get(control.get_absolute_url()).content.decode()
    assert "Prompt injection" in page
    rows = sign_in(officer).get(f"/{organisation.slug}/own-controls/").context["table"].data.data
    assert [row.n_risks for row in rows] == [1]


def test_an_owner_is_told_of_the_risks_they_may_see_only(
    organisation: Any, contributor: Any, officer: Any, sign_in: SignIn
) -> None:
    control = make_own_control(organisation, owner=contributor)
    treat(make_risk(organisation, title="Secret risk", owner=officer), control)
    treat(make_risk(organisation, title="Known risk", owner=contributor), control)
    page = sign_in(contributor).get(control.get_absolute_url()).content.decode()
    assert ("Known risk" in page, "Secret risk" in page) == (True, False)


def test_the_page_of_a_control_of_annex_a_names_them_too(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    control: Any = organisation.records.get(reference="A.8.2")
    treat(make_risk(organisation, title="Nobody is told"), control)
    assert "Nobody is told" in sign_in(officer).get(control.get_absolute_url()).content.decode()
