"""Auditors decide nothing, whatever else their membership says (ISO 42001 9.2.2: impartiality)."""

from __future__ import annotations

from typing import Any

import pytest

from clauses.changing import refusal as refuses_change
from clauses.models import PlannedChange
from organisations.authority import Authority, held_by
from organisations.models import Membership


@pytest.mark.parametrize("role", ["internal_auditor", "auditor"])
def test_an_auditor_holds_no_authority_even_where_top_management_is_ticked(
    role: str, organisation: Any, officer: Any, request: Any
) -> None:
    auditor = request.getfixturevalue(role)
    Membership.objects.filter(user=auditor, organisation=organisation).update(top_management=True)
    change = PlannedChange.objects.create(
        organisation=organisation, title="One method", purpose="Order", consequences="None", proposed_by=officer
    )
    assert held_by(auditor, organisation) is None
    assert refuses_change(change, auditor)


def test_who_was_given_none_decides_on_what_they_own_and_strangers_on_nothing(
    organisation: Any, contributor: Any, outsider: Any
) -> None:
    assert held_by(contributor, organisation) is Authority.OWNER
    assert held_by(outsider, organisation) is None
