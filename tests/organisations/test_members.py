"""The list of members, one member's place, and the end of a membership."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from organisations.actions import LastAdministratorError, appoint, dismiss
from organisations.models import Membership, OrganisationGrant, User
from organisations.roles import MEANINGS, RIGHTS, Role
from tests.cast import make_supplier, person, somebody
from tests.pages import SeenPage
from tests.traces import history_of


def place(**changes: Any) -> dict[str, Any]:
    return {"role": "contributor", "function": "", "until": "", **changes}


def membership_of(user: Any, organisation: Any) -> Membership:
    return organisation.memberships.get(user=user)


def test_the_list_says_who_what_and_until_when(
    at: Any, organisation: Any, administrator: Any, manager: Any, sign_in: Callable[..., Client]
) -> None:
    appoint(manager, organisation=organisation, role=Role.MANAGER, function="Head of AI", top_management=True)
    Authenticator.objects.create(user=manager, type=Authenticator.Type.TOTP, data={})
    gone = person("gone", organisation, Role.CONTRIBUTOR, until=organisation.today() - timedelta(days=1))
    text = " ".join(SeenPage(sign_in(administrator).get(at("member-list"))).texts)
    for expected in (manager.email, "Head of AI", "top management", "on", gone.email, "ended", "not invited"):
        assert expected in text, expected
    for meaning in MEANINGS.values():
        assert str(meaning) in text


def test_members_are_found_by_name_function_and_role(
    at: Any, organisation: Any, administrator: Any, manager: Any, officer: Any, sign_in: Callable[..., Client]
) -> None:
    appoint(manager, organisation=organisation, role=Role.MANAGER, function="Head of AI")
    client = sign_in(administrator)
    for query in ({"q": "head of ai"}, {"role": "manager"}, {"q": "manager@", "sort": "-role"}):
        page = " ".join(SeenPage(client.get(at("member-list"), query)).texts)
        assert manager.email in page, query
        assert officer.email not in page, query
    assert "Nobody matches" in " ".join(SeenPage(client.get(at("member-list"), {"q": "nobody at all"})).texts)


def test_the_list_is_sorted_by_any_column(at: Any, administrator: Any, sign_in: Callable[..., Client]) -> None:
    client = sign_in(administrator)
    for column in ("person", "function", "role", "last_login", "second_factor", "until"):
        for sort in (column, f"-{column}"):
            assert client.get(at("member-list"), {"sort": sort}).status_code == 200, sort
    roles = [row.record.role for row in client.get(at("member-list"), {"sort": "-role"}).context["table"].rows]
    assert roles == sorted(roles, reverse=True)
    assert client.get(at("member-list"), {"sort": "password", "page": "99", "rows": "1e9"}).status_code == 200


def test_three_members_and_invitations_cost_what_one_costs(
    at: Any, organisation: Any, administrator: Any, invited: Any, sign_in: Callable[..., Client]
) -> None:
    client = sign_in(administrator)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(at("member-list")).status_code == 200
        return len(captured)

    invited("one@brightwater.example")
    client.get(at("member-list"))
    one = queries()
    for number in range(3):
        invited(f"more-{number}@brightwater.example", by=somebody(organisation))
        Authenticator.objects.create(user=somebody(organisation), type=Authenticator.Type.TOTP, data={})
    assert queries() == one


def test_a_member_gets_another_place(
    at: Any, organisation: Any, administrator: Any, contributor: Any, sign_in: Callable[..., Client]
) -> None:
    membership, until = membership_of(contributor, organisation), organisation.today() + timedelta(days=5)
    data = place(role="manager", function="Head of AI", top_management="on", until=until.isoformat())
    answer = sign_in(administrator).post(at("member-edit", pk=membership.pk), data)
    assert answer.status_code == 302
    membership.refresh_from_db()
    assert (membership.role, membership.function, membership.top_management) == ("manager", "Head of AI", True)
    assert membership.until == until
    grants = OrganisationGrant.objects.filter(user=contributor, content_object=organisation)
    assert set(grants.values_list("permission__codename", flat=True)) == RIGHTS[Role.MANAGER]
    assert sign_in(contributor).get(at("organisation-edit")).status_code == 200


def test_an_auditor_from_outside_needs_a_last_day(
    at: Any, organisation: Any, administrator: Any, contributor: Any, sign_in: Callable[..., Client]
) -> None:
    membership = membership_of(contributor, organisation)
    answer = sign_in(administrator).post(at("member-edit", pk=membership.pk), place(role="auditor", function="Lead"))
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"until"}
    assert SeenPage(answer).form_with("function").fields["function"] == ["Lead"]
    membership.refresh_from_db()
    assert membership.role == "contributor"


def test_a_new_last_day_is_not_in_the_past_but_an_old_one_may_stay(
    at: Any, organisation: Any, administrator: Any, sign_in: Callable[..., Client]
) -> None:
    yesterday = organisation.today() - timedelta(days=1)
    gone = person("gone", organisation, Role.CONTRIBUTOR, until=yesterday)
    current = membership_of(somebody(organisation), organisation)
    client = sign_in(administrator)
    answer = client.post(at("member-edit", pk=current.pk), place(until=yesterday.isoformat()))
    assert answer.context["form"].errors.keys() == {"until"}
    answer = client.post(at("member-edit", pk=current.pk), place(until=organisation.today().isoformat()))
    assert answer.status_code == 302
    ended = at("member-edit", pk=membership_of(gone, organisation).pk)
    assert client.post(ended, place(until=yesterday.isoformat(), function="Retired")).status_code == 302


@pytest.mark.parametrize("change", [{"role": "manager"}, {"until": "2999-01-01"}])
def test_the_last_administrator_is_neither_demoted_nor_given_an_end(
    change: dict[str, str], at: Any, organisation: Any, administrator: Any, sign_in: Callable[..., Client]
) -> None:
    membership = membership_of(administrator, organisation)
    # Somebody whose own access ends does not count: the organisation would be without one that day.
    person("second", organisation, Role.ADMINISTRATOR, until=organisation.today() + timedelta(days=9))
    data = place(role="administrator") | change
    answer = sign_in(administrator).post(at("member-edit", pk=membership.pk), data)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() <= {"role", "until"}
    membership.refresh_from_db()
    assert (membership.role, membership.until) == ("administrator", None)
    assert sign_in(administrator).get(at("member-list")).status_code == 200


def test_the_last_administrator_is_not_removed(
    at: Any, organisation: Any, administrator: Any, sign_in: Callable[..., Client]
) -> None:
    membership = membership_of(administrator, organisation)
    answer = sign_in(administrator).post(at("member-remove", pk=membership.pk))
    assert answer.status_code == 422
    assert "Make somebody else an administrator first" in answer.content.decode()
    assert sign_in(administrator).get(at("member-list")).status_code == 200


def test_an_administrator_with_an_end_may_be_given_a_later_one(organisation: Any) -> None:
    today = organisation.today()
    dated = person("dated", organisation, Role.ADMINISTRATOR, until=today + timedelta(days=3))
    Membership.objects.filter(organisation=organisation, role="administrator").exclude(user=dated).delete()
    appoint(dated, organisation=organisation, role=Role.ADMINISTRATOR, until=today + timedelta(days=9))
    with pytest.raises(LastAdministratorError):
        appoint(dated, organisation=organisation, role=Role.ADMINISTRATOR, until=today + timedelta(days=1))
    appoint(dated, organisation=organisation, role=Role.ADMINISTRATOR)


def test_one_of_two_administrators_may_step_down_and_go(
    at: Any, organisation: Any, administrator: Any, sign_in: Callable[..., Client]
) -> None:
    second = person("second", organisation, Role.ADMINISTRATOR)
    client, pk = sign_in(second), membership_of(second, organisation).pk
    answer = client.post(at("member-edit", pk=pk), place(role="manager"))
    assert answer.url == organisation.get_absolute_url()
    third = person("third", organisation, Role.ADMINISTRATOR)
    answer = sign_in(third).post(at("member-remove", pk=membership_of(third, organisation).pk))
    assert answer.url == "/"
    assert sign_in(third).get(at("member-list")).status_code == 404


def test_a_removed_member_loses_access_at_once_and_history_stays(
    at: Any, organisation: Any, administrator: Any, contributor: Any, invited: Any, sign_in: Callable[..., Client]
) -> None:
    supplier = make_supplier(organisation, owner=contributor)
    theirs, membership = sign_in(contributor), membership_of(contributor, organisation)
    invitation, _link = invited(contributor.email)
    assert theirs.get(supplier.get_absolute_url()).status_code == 200
    question = sign_in(administrator).get(at("member-remove", pk=membership.pk))
    assert "One record they own keeps their name" in question.content.decode()
    assert Membership.objects.filter(pk=membership.pk).exists()
    assert sign_in(administrator).post(at("member-remove", pk=membership.pk)).status_code == 302
    assert theirs.get(supplier.get_absolute_url()).status_code == 404
    assert not OrganisationGrant.objects.filter(user=contributor).exists()
    supplier.refresh_from_db()
    assert supplier.owner == contributor
    invitation.refresh_from_db()
    assert invitation.withdrawn_at
    assert [event.pgh_label for event in history_of(Membership, user=contributor)] == ["insert", "delete"]
    assert history_of(Membership, user=contributor).last().pgh_context.metadata["user"] == administrator.pk


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_at_once_leave_one(organisation: Any, administrator: Any) -> None:
    second = person("second", organisation, Role.ADMINISTRATOR)
    both, start, refused = [administrator.pk, second.pk], Barrier(2), []

    def remove(pk: int) -> None:
        membership = Membership.objects.select_related("user", "organisation").get(user=pk)
        start.wait()
        try:
            dismiss(membership)
        except LastAdministratorError:
            refused.append(pk)
        finally:
            connection.close()

    threads = [Thread(target=remove, args=[pk]) for pk in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert list(organisation.memberships.filter(role="administrator").values_list("user", flat=True)) == refused
    assert User.objects.filter(pk__in=both).count() == 2


def test_an_administrator_gives_authority_and_the_list_shows_it(
    at: Any, organisation: Any, administrator: Any, contributor: Any, sign_in: Callable[..., Client]
) -> None:
    membership, client = membership_of(contributor, organisation), sign_in(administrator)
    address = at("member-edit", pk=membership.pk)
    assert client.post(address, place(authority="designated")).status_code == 302
    membership.refresh_from_db()
    assert membership.authority == "designated"
    assert "Designated management" in " ".join(SeenPage(client.get(at("member-list")), within="table").texts)
    assert SeenPage(client.get(address)).form_with("authority").fields["authority"] == ["designated"]


@pytest.mark.parametrize("role", ["auditor", "internal_auditor"])
@pytest.mark.parametrize("decides", [{"authority": "head"}, {"top_management": "on"}])
def test_auditors_are_given_no_authority(
    role: str, decides: dict[str, str], at: Any, organisation: Any, administrator: Any, contributor: Any, sign_in: Any
) -> None:
    membership = membership_of(contributor, organisation)
    data = place(role=role, until=organisation.today().isoformat(), **decides)
    answer = sign_in(administrator).post(at("member-edit", pk=membership.pk), data)
    assert answer.context["form"].errors.keys() == {"authority"}
    membership.refresh_from_db()
    assert (membership.role, membership.authority, membership.top_management) == ("contributor", "", False)
    with pytest.raises(ValidationError):
        appoint(contributor, organisation=organisation, role=role, until=organisation.today(), authority="head")
