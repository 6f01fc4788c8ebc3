"""Every table as it was, and every page that reads it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from organisations.history import OF_TODAY
from organisations.moment import past
from records.models import Record
from records.past.looking import looking_back
from records.past.shadows import PastStaysError
from tests.ageing import happened_before
from tests.cast import make_evidence
from tests.furnishing import furnish
from tests.house import tree
from tests.house.addresses import Address, addresses
from tests.traces import written

SignIn = Callable[..., Client]


def tracked() -> list[Any]:
    tables = [table for table in apps.get_models() if hasattr(table, "pgh_tracked_model")]
    return [table.pgh_tracked_model for table in tables if table.pgh_tracked_model not in OF_TODAY]


def rows(model: Any) -> list[str]:
    """All rows of a table; of the records those of the first organisation, as others have none in its past."""
    columns = ", ".join(f'"{item.column}"' for item in model._meta.local_concrete_fields)
    with connection.cursor() as cursor:
        own = "WHERE organisation_id = (SELECT min(id) FROM organisations_organisation)" if model is Record else ""
        cursor.execute(f"SELECT {columns} FROM {model._meta.db_table} {own}")
        return sorted(map(repr, cursor.fetchall()))


def test_each_table_made_of_its_history_is_the_table(organisation: Any, officer: Any) -> None:
    furnish(organisation, officer)
    now = {model: rows(model) for model in tracked()}
    with looking_back(organisation, organisation.today()):
        faults = [model._meta.label for model in tracked() if rows(model) != now[model]]
    assert not faults, tree.listed("These are not what their history says:", faults)
    assert sum(map(len, now.values())) > 100


def test_what_is_changed_made_and_deleted_since_is_not_there_yet(organisation: Any, officer: Any) -> None:
    furnish(organisation, officer)
    then = {model: rows(model) for model in tracked()}
    day = organisation.today() - happened_before(30)
    Record.objects.of(organisation).update(title="Otherwise", version=7)
    later = make_evidence(organisation, title="Not there yet")
    link = apps.get_model("clauses.PositionSystem").objects.all()
    link.delete()
    with looking_back(organisation, day):
        assert not Record.objects.filter(pk=later.pk).exists()
        assert not Record.objects.filter(title="Otherwise").exists()
        faults = [model._meta.label for model in tracked() if rows(model) != then[model]]
    assert not faults, tree.listed("These are not as they were:", faults)
    assert Record.objects.filter(title="Otherwise").exists()


def test_before_its_first_day_there_is_nothing(organisation: Any, officer: Any) -> None:
    make_evidence(organisation)
    with looking_back(organisation, organisation.today() - timedelta(days=1)):
        assert not Record.objects.exists()


def test_other_organisations_have_no_past_there(organisation: Any, other_organisation: Any) -> None:
    make_evidence(other_organisation)
    with looking_back(organisation, organisation.today()):
        assert not Record.objects.of(other_organisation).exists()


def test_nothing_can_be_written_to_the_past(organisation: Any) -> None:
    proof = make_evidence(organisation, title="As it was")
    with looking_back(organisation, organisation.today()), transaction.atomic(), pytest.raises(PastStaysError):
        Record.objects.filter(pk=proof.pk).update(title="As it never was")
    assert Record.objects.get(pk=proof.pk).title == "As it was"


def test_whoever_comes_back_is_back(organisation: Any) -> None:
    with pytest.raises(ZeroDivisionError), looking_back(organisation, organisation.today()):
        raise ZeroDivisionError
    assert past() is None
    with looking_back(organisation, organisation.today() - timedelta(days=9)):
        with looking_back(organisation, None):
            assert past() is None
        assert past() is not None
    assert not connection.execute_wrappers
    assert connection.features.allows_group_by_selected_pks


def test_every_page_opens_as_of_a_day(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    address_of = furnish(organisation, officer)
    day = organisation.today() - happened_before(30)
    client, faults = sign_in(officer), []
    assert client.post(f"/{organisation.slug}/as-of/", {"day": day.isoformat()}).status_code == 302
    before = written()
    for address in (one for one in addresses() if one.is_of_an_organisation and not one.pattern.startswith("/api/")):
        faults += fault(client, address_of(address))
    assert not faults, tree.listed("As of a day:", faults)
    assert written() == before


def fault(client: Client, where: str) -> list[str]:
    answer = client.get(where)
    if answer.status_code not in {200, 302, 403, 404, 405}:
        return [f"{where}: {answer.status_code}"]
    return []


def test_a_page_as_of_a_day_is_the_page_of_that_day(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    """Each list and page of a record, seen by somebody who changes nothing: the same titles then and now."""
    address_of = furnish(organisation, officer)
    day = organisation.today() - happened_before(30)
    pages = [one for one in addresses() if one.name.endswith(("-list", "-detail")) and is_page(one)]
    client = sign_in(officer)
    now = {one.name: client.get(address_of(one)) for one in pages}
    Record.objects.of(organisation).update(title="Otherwise")
    client.post(f"/{organisation.slug}/as-of/", {"day": day.isoformat()})
    faults = []
    for one in pages:
        then = client.get(address_of(one))
        if then.status_code == 200 and b"Otherwise" in then.getvalue():
            faults.append(f"{one.name}: shows what came later")
        elif then.status_code == 200 and (b"Secret" in now[one.name].getvalue()) != (b"Secret" in then.getvalue()):
            faults.append(f"{one.name}: does not show what was there")
    assert not faults, tree.listed("As of a day:", faults)


def is_page(address: Address) -> bool:
    own = ("report-", "room-", "member-", "api-", "mail-", "reminder-", "mention-", "readiness-")
    return (
        address.is_of_an_organisation and not address.pattern.startswith("/api/") and not address.name.startswith(own)
    )
