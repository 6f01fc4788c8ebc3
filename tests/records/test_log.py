"""The day-by-day log of an organisation: everything one may see, by person, day and kind, as fast when it is long."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pghistory
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organisations.actions import appoint
from organisations.keys import make_key
from records.actions import keep
from records.timeline import changes_of
from systems.models import Supplier
from tests.cast import make_ai_system, make_evidence, make_supplier
from tests.pages import SeenPage
from tests.record_types import RecordType

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


def log(client: Client, organisation: Any, **query: Any) -> str:
    answer = client.get(reverse("log", args=[organisation.slug]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def change(record: Any, title: str, by: Any) -> None:
    with pghistory.context(user=by.pk, url="/somewhere/", page=f"{record.kind}-edit"):
        record.title = title
        keep(record, by=by)


def test_each_change_of_each_kind_is_told_with_a_link_and_its_door(
    record_type: RecordType, organisation: Any, officer: Any, auditor: Any, sign_in: SignIn
) -> None:
    record = record_type.make(organisation, owner=officer)
    change(record, "Seen in the log", officer)
    page = log(sign_in(auditor), organisation, kind=record_type.kind)
    assert record.get_absolute_url() in page
    assert f"by {officer.name}" in page
    assert "through the edit form" in page
    assert "Seen in the log" in page


def test_one_sees_what_one_may_see(
    organisation: Any, officer: Any, contributor: Any, outsider: Any, sign_in: SignIn
) -> None:
    make_supplier(organisation, title="Secret supplier")
    make_supplier(organisation, title="Own supplier", owner=contributor)
    theirs = log(sign_in(contributor), organisation)
    assert "Own supplier" in theirs
    assert "Secret supplier" not in theirs
    assert "Secret supplier" in log(sign_in(officer), organisation)
    assert sign_in(outsider).get(reverse("log", args=[organisation.slug])).status_code == 404
    elsewhere = outsider.memberships.get().organisation
    assert "Secret supplier" not in log(sign_in(outsider), elsewhere)


def test_members_and_keys_are_for_administrators(
    organisation: Any, officer: Any, contributor: Any, administrator: Any, sign_in: SignIn
) -> None:
    _key, _secret = make_key(officer, organisation=organisation, name="night-run", expires_on=organisation.today())
    appoint(contributor, organisation=organisation, role="manager")
    organisation.business = "Weather for farms"
    organisation.save()
    page = log(sign_in(administrator), organisation)
    assert "night-run" in page
    assert "Role: " in page
    assert "Weather for farms" in page
    page = log(sign_in(officer), organisation)
    assert "night-run" not in page
    assert "Role: " not in page
    assert "Weather for farms" in page, "the organisation's own page is for everybody who reads all records"


def test_what_was_deleted_past_the_portal_is_still_told(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    supplier = make_supplier(organisation, title="Here and gone")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM records_searchentry WHERE record_id = %s", [supplier.pk])
        cursor.execute("DELETE FROM systems_supplier WHERE record_ptr_id = %s", [supplier.pk])
        cursor.execute("DELETE FROM records_record WHERE id = %s", [supplier.pk])
    page = log(sign_in(officer), organisation)
    assert "Here and gone" in page
    assert "deleted" in page
    assert "outside the portal" in page


def test_by_person_and_day_and_both_stand_in_the_address(
    organisation: Any, officer: Any, manager: Any, sign_in: SignIn
) -> None:
    supplier = make_supplier(organisation)
    change(supplier, "By the officer", officer)
    change(supplier, "By the manager", manager)
    client, today = sign_in(officer), organisation.today()
    page = log(client, organisation, person=manager.pk)
    assert "By the manager" in page
    form = SeenPage(client.get(reverse("log", args=[organisation.slug]), {"person": manager.pk})).form_with("person")
    assert form.fields["person"] == [str(manager.pk)]
    assert "By the manager" in log(client, organisation, **{"from": today, "to": today})
    assert "By the manager" not in log(client, organisation, to=today - timedelta(days=1))
    assert "By the manager" not in log(client, organisation, day=today + timedelta(days=1))
    for nonsense in (
        {"person": "x"},
        {"from": "31 February"},
        {"kind": "unicorn"},
        {"before": "~"},
        {"day": "9999-12-31"},
    ):
        assert client.get(reverse("log", args=[organisation.slug]), nonsense).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_nobody_is_credited_with_what_was_written_past_them(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    supplier, client = make_supplier(organisation), sign_in(officer)
    change(supplier, "By the officer", officer)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_record SET title = 'By hand' WHERE id = %s", [supplier.pk])
    latest = changes_of(officer, Supplier.objects.get(pk=supplier.pk))[0]
    assert (latest.by, latest.through) == ("", "the database, outside the portal")
    assert latest.changes == [{"field": "Title", "before": "By the officer", "after": "By hand"}]
    address = supplier.url("history")
    assert "By hand</ins>" not in client.get(address, {"person": officer.pk}).content.decode()
    assert "By hand</ins>" in client.get(address, {"person": "none"}).content.decode()


def test_the_log_is_exported_as_it_is_filtered(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    supplier, system = make_supplier(organisation), make_ai_system(organisation)
    change(supplier, "=cmd()", officer)
    change(system, "Not asked for", officer)
    address = reverse("log-export", args=[organisation.slug, "csv"])
    text = b"".join(sign_in(officer).get(address, {"kind": "supplier"}).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    head, *rows = csv.reader(io.StringIO(text))
    assert head == ["When", "By", "Through", "Reference", "What", "Change", "Field", "Before", "After"]
    assert {row[3] for row in rows} == {supplier.reference}
    assert any("'=cmd()" in row for row in rows)
    assert sign_in(officer).get(reverse("log-export", args=[organisation.slug, "xlsx"])).status_code == 200
    assert sign_in(officer).get(reverse("log-export", args=[organisation.slug, "exe"])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_pages_follow_each_other_without_gap_or_double(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    supplier, client = make_supplier(organisation, title="0"), sign_in(officer)
    for number in range(1, 121):
        change(supplier, f"Number {number}", officer)
    make_supplier(organisation, title="Last")
    address, seen = supplier.url("history"), []
    while address:
        page = SeenPage(client.get(address), within="main")
        seen += [text for text in page.texts if text.startswith("Number ")]
        older = [has["href"] for tag, has in page.elements if tag == "a" and has.get("rel") == "next"]
        address = supplier.url("history") + older[0] if older else ""
    assert {f"Number {number}" for number in range(1, 121)} == set(seen)
    whole = log(client, organisation, kind="supplier")
    assert "Number 120" in whole
    assert "Number 60<" not in whole


def test_the_log_costs_the_same_for_few_and_for_many(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    client, address = sign_in(officer), reverse("log", args=[organisation.slug])
    rich(organisation, officer)
    few = queries(client, address)
    for _more in range(8):
        rich(organisation, officer)
    assert len(queries(client, address)) == len(few), "\n\n".join(few)
    frame = queries(client, reverse("help", args=[organisation.slug]))
    assert len(few) - len(frame) <= 7, "\n\n".join(few)
    own = [sql for sql in few if "pgh_" in sql]
    assert len(own) <= 3, "\n\n".join(own)


def rich(organisation: Any, officer: Any) -> None:
    system = make_ai_system(organisation, main_supplier=make_supplier(organisation))
    make_evidence(organisation, proves=system)
    change(system, "Renamed", officer)


def queries(client: Client, address: str) -> list[str]:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured]
