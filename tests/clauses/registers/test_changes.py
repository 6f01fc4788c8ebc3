"""Planned changes: approved by designated management that did not propose them, then done, or withdrawn."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError

from clauses.models import PlannedChange
from organisations.authority import Authority
from tests.cast import make_supplier

from .making import maker, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def change(organisation: Any, officer: Any, sign_in: Any) -> PlannedChange:
    """Proposed by the officer, on the page."""
    touched = make_supplier(organisation)
    data = typed(PlannedChange)(organisation) | {"touches": [touched.pk]}
    assert sign_in(officer).post(f"/{organisation.slug}/planned-changes/new/", data).status_code == 302
    made = PlannedChange.objects.get()
    assert (made.proposed_by, made.state, list(made.touches.values_list("pk", flat=True))) == (
        officer,
        "planned",
        [touched.pk],
    )
    return made


def let(user: Any, organisation: Any, authority: str = Authority.DESIGNATED) -> None:
    organisation.memberships.filter(user=user).update(authority=authority)


def post(client: Any, change: PlannedChange, verb: str, **data: Any) -> int:
    data = {"version": change.version} | data
    return int(client.post(f"{change.get_absolute_url()}{verb}/", data).status_code)


def state(change: PlannedChange) -> str:
    change.refresh_from_db()
    return str(change.state)


def test_designated_management_approves_it(change: Any, organisation: Any, manager: Any, sign_in: Any) -> None:
    let(manager, organisation)
    client = sign_in(manager)
    assert "Approve change" in client.get(change.get_absolute_url()).content.decode()
    assert post(client, change, "approve", remark="As discussed") == 302
    assert state(change) == "approved"
    assert (change.approved_by, change.approved_on, change.remark) == (manager, organisation.today(), "As discussed")


def test_nobody_without_the_authority_does(change: Any, organisation: Any, request: Any, sign_in: Any) -> None:
    for role in ("manager", "administrator", "internal_auditor", "auditor"):
        user = request.getfixturevalue(role)
        assert post(sign_in(user), change, "approve") == 403, role
        if "auditor" in role:
            let(user, organisation)
            assert post(sign_in(user), change, "approve") == 403, role
    assert post(sign_in(request.getfixturevalue("contributor")), change, "approve") == 404
    assert state(change) == "planned"


def test_who_proposed_it_never_does(change: Any, organisation: Any, officer: Any, sign_in: Any) -> None:
    let(officer, organisation)
    assert post(sign_in(officer), change, "approve") == 403
    assert "Who proposed it cannot approve it" in sign_in(officer).get(change.get_absolute_url()).content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        PlannedChange.objects.filter(pk=change.pk).update(approved_by=officer)


def test_only_what_was_shown_is_approved(
    change: Any, organisation: Any, officer: Any, manager: Any, sign_in: Any
) -> None:
    let(manager, organisation)
    data = typed(PlannedChange)(organisation) | {"version": change.version, "purpose": "Another one"}
    assert sign_in(officer).post(change.edit_url, data).status_code == 302
    assert post(sign_in(manager), change, "approve") == 302
    assert state(change) == "planned"


def test_what_was_approved_stays_as_it_was(
    change: Any, organisation: Any, officer: Any, manager: Any, sign_in: Any
) -> None:
    let(manager, organisation)
    post(sign_in(manager), change, "approve")
    change.refresh_from_db()
    data = typed(PlannedChange)(organisation) | {"version": change.version, "purpose": "Another one"}
    answer = sign_in(officer).post(change.edit_url, data)
    assert answer.status_code == 200
    assert "It was decided as it stands" in answer.content.decode()
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        PlannedChange.objects.filter(pk=change.pk).update(purpose="Another one")


def test_it_is_done_once_approved(change: Any, organisation: Any, officer: Any, manager: Any, sign_in: Any) -> None:
    let(manager, organisation)
    client = sign_in(officer)
    assert post(client, change, "finish") == 302
    assert state(change) == "planned"
    post(sign_in(manager), change, "approve")
    assert post(sign_in(manager), change, "finish") == 403
    assert post(client, change, "finish") == 302
    assert (state(change), change.closed_on) == ("done", organisation.today())
    assert post(client, change, "withdraw", remark="Too late") == 302
    assert state(change) == "done"


def test_it_is_withdrawn_with_a_reason(change: Any, officer: Any, sign_in: Any) -> None:
    client = sign_in(officer)
    post(client, change, "withdraw", remark=" ")
    assert state(change) == "planned"
    post(client, change, "withdraw", remark="No longer needed")
    assert (state(change), change.remark) == ("withdrawn", "No longer needed")


def test_open_and_overdue_ones(organisation: Any) -> None:
    make, today = maker(PlannedChange), organisation.today()
    late = make(organisation, planned_on=today.replace(year=today.year - 1))
    make(organisation, planned_on=today.replace(year=today.year - 1), state="withdrawn")
    later = make(organisation, planned_on=today)
    assert set(PlannedChange.objects.open()) == {late, later}
    assert list(PlannedChange.objects.overdue(today)) == [late]
