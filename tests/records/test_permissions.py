"""Who may do what on the pages of every record type: role × page × method.

What one may not see is 404, what one may see but not change is 403, and a refusal changes nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.cast import READERS, make_position
from tests.pages import SeenPage, filled_in
from tests.record_types import RecordType
from tests.traces import written

SHOWN = ("list", "export.csv", "export.xlsx", "detail", "history")
OF_ONE = ("detail", "history", "edit")
ALL = (*SHOWN, "new", "edit")
SignIn = Callable[..., Client]


def pages_of(record_type: RecordType, pages: tuple[str, ...]) -> list[str]:
    return [page for page in pages if page != "new" or record_type.views.can_be_created]


def own(record_type: RecordType, organisation: Any, owner: Any) -> Any:
    return record_type.make(organisation, owner=owner)


def edited(record_type: RecordType, client: Client, address: str) -> dict[str, Any]:
    return filled_in(client, address, **{record_type.text: "Written by a test"})


def listed(client: Client, record_type: RecordType, organisation: Any) -> set[str]:
    """References in the exported list."""
    answer = client.get(record_type.url("export.csv", organisation))
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    return {row[0] for row in rows[1:]}


def test_the_officer_reads_every_page(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    record, client = record_type.make(organisation), sign_in(officer)
    for page in pages_of(record_type, ALL):
        assert client.get(record_type.url(page, organisation, record)).status_code == 200, page


def test_the_officer_adds_a_record(record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    if record_type.form_data is None:
        pytest.skip("opened with the organisation, never added by hand")
    data = record_type.form_data(organisation) | {"owner": officer.pk}
    answer = sign_in(officer).post(record_type.url("new", organisation), data)
    assert answer.status_code == 302, SeenPage(answer).texts
    record = record_type.views.model.objects.get(title=data["title"])
    assert (record.organisation, record.changed_by, record.version) == (organisation, officer, 1)
    assert answer["Location"] == record.get_absolute_url()


def test_the_officer_changes_a_record(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    record, client = own(record_type, organisation, officer), sign_in(officer)
    address = record_type.url("edit", organisation, record)
    before = record.version
    answer = client.post(address, edited(record_type, client, address))
    assert answer.status_code == 302, SeenPage(answer).texts
    record.refresh_from_db()
    assert getattr(record, record_type.text) == "Written by a test"
    assert (record.version, record.changed_by) == (before + 1, officer)


@pytest.mark.parametrize("role", READERS)
def test_readers_read_every_page(
    role: str, record_type: RecordType, organisation: Any, request: Any, sign_in: SignIn
) -> None:
    record, client = record_type.make(organisation), sign_in(request.getfixturevalue(role))
    record_type.let_read(role, record)
    for page in SHOWN:
        assert client.get(record_type.url(page, organisation, record)).status_code == 200, page
    assert record.reference in listed(client, record_type, organisation)


@pytest.mark.parametrize("role", READERS)
def test_readers_can_write_nothing(
    role: str, record_type: RecordType, organisation: Any, request: Any, officer: Any, sign_in: SignIn
) -> None:
    if record_type.written_by(role):
        pytest.skip("kept by auditors as well: the next test")
    record, client = own(record_type, organisation, officer), sign_in(request.getfixturevalue(role))
    address = record_type.url("edit", organisation, record)
    data = edited(record_type, sign_in(officer), address)
    record_type.let_read(role, record)
    before = written()
    for page in pages_of(record_type, ("new", "edit")):
        page_address = record_type.url(page, organisation, record)
        assert client.get(page_address).status_code == 403, page
        assert client.post(page_address, data).status_code == 403, page
    assert written() == before


def test_who_audits_writes_what_audits_are_made_of(
    record_type: RecordType, organisation: Any, officer: Any, internal_auditor: Any, sign_in: SignIn
) -> None:
    if not record_type.written_by("internal_auditor"):
        pytest.skip("no auditor keeps it: the test above")
    assert record_type.form_data
    record, client = own(record_type, organisation, officer), sign_in(internal_auditor)
    data = record_type.form_data(organisation) | {"owner": officer.pk}
    assert client.post(record_type.url("new", organisation), data).status_code == 302
    assert record_type.views.model.objects.get(title=data["title"]).changed_by == internal_auditor
    address = record_type.url("edit", organisation, record)
    assert client.post(address, edited(record_type, client, address)).status_code == 302
    record.refresh_from_db()
    assert (getattr(record, record_type.text), record.changed_by) == ("Written by a test", internal_auditor)


@pytest.mark.parametrize("role", ["internal_auditor", "auditor"])
def test_auditors_see_no_edit_control(
    role: str, record_type: RecordType, organisation: Any, request: Any, sign_in: SignIn
) -> None:
    if record_type.written_by(role):
        pytest.skip("kept by auditors as well: the test above")
    record, client = record_type.rich(organisation), sign_in(request.getfixturevalue(role))
    record_type.let_read(role, record)
    for page in ("list", "detail", "history"):
        seen = SeenPage(client.get(record_type.url(page, organisation, record)))
        assert not seen.controls, f"{page}: {seen.controls}"


def test_an_owner_contributes_to_their_own_record(
    record_type: RecordType, organisation: Any, contributor: Any, sign_in: SignIn
) -> None:
    if not record_type.owners_write:
        pytest.skip("its owner answers for it and changes nothing in it: the next test")
    record, client = own(record_type, organisation, contributor), sign_in(contributor)
    for page in (*SHOWN, "edit"):
        assert client.get(record_type.url(page, organisation, record)).status_code == 200, page
    address = record_type.url("edit", organisation, record)
    assert client.post(address, edited(record_type, client, address)).status_code == 302
    record.refresh_from_db()
    assert getattr(record, record_type.text) == "Written by a test"


def test_an_owner_only_answers_for_what_auditors_keep(
    record_type: RecordType, organisation: Any, contributor: Any, officer: Any, sign_in: SignIn
) -> None:
    if record_type.owners_write:
        pytest.skip("its owner changes it: the test above")
    record, client = own(record_type, organisation, contributor), sign_in(contributor)
    address = record_type.url("edit", organisation, record)
    data, before = edited(record_type, sign_in(officer), address), written()
    for page in SHOWN:
        assert client.get(record_type.url(page, organisation, record)).status_code == 200, page
    assert record.edit_url not in SeenPage(client.get(record.get_absolute_url())).links
    assert client.get(address).status_code == 403
    assert client.post(address, data).status_code == 403
    assert written() == before


def test_a_contributor_sees_nothing_of_others(
    record_type: RecordType, organisation: Any, contributor: Any, officer: Any, sign_in: SignIn
) -> None:
    mine, others = own(record_type, organisation, contributor), own(record_type, organisation, officer)
    client, writer = sign_in(contributor), sign_in(contributor if record_type.owners_write else officer)
    data = edited(record_type, writer, record_type.url("edit", organisation, mine))
    before = written()
    for page in OF_ONE:
        address = record_type.url(page, organisation, others)
        assert client.get(address).status_code == 404, page
    assert client.post(record_type.url("edit", organisation, others), data).status_code == 404
    assert written() == before
    assert listed(client, record_type, organisation) == {mine.reference}
    links = SeenPage(client.get(record_type.url("list", organisation)), within="main").links
    assert mine.get_absolute_url() in links
    assert others.get_absolute_url() not in links


def test_contributors_add_only_what_they_may(
    record_type: RecordType, organisation: Any, contributor: Any, sign_in: SignIn
) -> None:
    if record_type.form_data is None:
        pytest.skip("opened with the organisation, never added by hand")
    data = record_type.form_data(organisation) | {"owner": contributor.pk}
    before, client = written(), sign_in(contributor)
    address = record_type.url("new", organisation)
    if record_type.views.contributors_create:
        assert client.get(address).status_code == 200
        assert client.post(address, data).status_code == 302
        assert record_type.views.model.objects.visible_to(contributor).filter(title=data["title"]).exists()
    else:
        assert client.get(address).status_code == 403
        assert client.post(address, data).status_code == 403
        assert written() == before


def test_pages_that_only_show_take_no_post(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    record, client = record_type.make(organisation), sign_in(officer)
    for page in SHOWN:
        assert client.post(record_type.url(page, organisation, record)).status_code == 405, page


def test_everything_is_404_for_an_outsider(
    record_type: RecordType, organisation: Any, officer: Any, outsider: Any, sign_in: SignIn
) -> None:
    record, client = own(record_type, organisation, officer), sign_in(outsider)
    data = edited(record_type, sign_in(officer), record_type.url("edit", organisation, record))
    before = written()
    for page in pages_of(record_type, ALL):
        address = record_type.url(page, organisation, record)
        assert client.get(address).status_code == 404, page
        assert client.post(address, data).status_code == 404, page
    assert written() == before


def test_everybody_else_is_asked_to_sign_in(record_type: RecordType, organisation: Any, sign_in: SignIn) -> None:
    record, client = record_type.make(organisation), sign_in()
    before = written()
    for page in pages_of(record_type, ALL):
        address = record_type.url(page, organisation, record)
        for answer in (client.get(address), client.post(address, {"title": "x"})):
            assert answer.status_code == 302, page
            assert answer["Location"].startswith(reverse(settings.LOGIN_URL)), page
    assert written() == before


def test_a_position_is_never_added_by_hand(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    make_position(organisation)
    before = written()
    assert sign_in(officer).post(f"/{organisation.slug}/clauses/new/", {"title": "6.9"}).status_code in {404, 405}
    assert written() == before
