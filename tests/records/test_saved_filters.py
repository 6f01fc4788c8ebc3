"""Filters kept under a name: one's own or everybody's, one with which the list opens; what is gone bothers nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from organisations.actions import appoint
from organisations.roles import Role
from records.models import SavedFilter
from tests.cast import READERS, make_supplier, somebody
from tests.pages import SeenPage
from tests.record_types import RecordType
from tests.traces import written

SignIn = Callable[..., Client]


def address(record_type: RecordType, organisation: Any, query: str = "") -> str:
    return f"{record_type.url('list', organisation)}filters/{query}"


def kept(owner: Any, record_type: RecordType, name: str = "Mine", **fields: Any) -> SavedFilter:
    organisation = owner.memberships.get().organisation
    values = {"query": "q=harbour", "kind": record_type.kind, "organisation": organisation} | fields
    return SavedFilter.objects.create(owner=owner, name=name, **values)


def links(client: Client, path: str) -> list[str]:
    return SeenPage(client.get(path), within="main").links


def test_the_present_filter_is_saved_and_opened_by_one_click(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client, list_path = sign_in(officer), record_type.url("list", organisation)
    here = f"{list_path}?sort=-title&q=harbour&page=2&nonsense=1&owner="
    save = next(link for link in links(client, here) if "/filters/?" in link)
    assert save == address(record_type, organisation, "?q=harbour&sort=-title")
    assert SeenPage(client.get(save), within="main").form_with("name").choices["is_shared"] == ["on"]
    answer = client.post(save, {"name": "Harbours"})
    assert answer.status_code == 302
    assert answer["Location"] == f"{list_path}?q=harbour&sort=-title"
    assert "?q=harbour&sort=-title" in links(client, list_path)
    chips = client.get(answer["Location"]).context["saved"]["chips"]
    assert [(chip["label"], chip["on"]) for chip in chips] == [("Harbours", True)]


def test_ones_own_filters_are_nobody_elses(
    record_type: RecordType, organisation: Any, officer: Any, manager: Any, sign_in: SignIn
) -> None:
    mine = kept(officer, record_type)
    client = sign_in(manager)
    assert "?q=harbour" not in links(client, record_type.url("list", organisation))
    for verb in ("rename", "delete", "default"):
        path = address(record_type, organisation)
        assert client.post(path, {"filter": mine.pk, verb: "1", "name": "x"}).status_code == 404
    mine.refresh_from_db()
    assert mine.name == "Mine"


@pytest.mark.parametrize("role", [*READERS, "contributor"])
def test_everybody_keeps_their_own_and_only_officers_share(
    role: str, organisation: Any, officer: Any, request: Any, sign_in: SignIn, every_record_type: Any
) -> None:
    record_type = next(one for one in every_record_type if one.kind == "supplier")
    person = request.getfixturevalue(role)
    client, path = sign_in(person), address(record_type, organisation, "?q=harbour")
    before = written()
    assert client.post(path, {"name": "Theirs", "is_shared": "on"}).status_code == 403
    assert client.post(path, {"name": "Theirs"}).status_code == 302
    shared = kept(officer, record_type, "Everybody's", is_shared=True, query="q=quay")
    assert {"?q=harbour", "?q=quay"} <= set(links(client, record_type.url("list", organisation)))
    for verb in ("rename", "delete"):
        assert client.post(path, {"filter": shared.pk, verb: "1", "name": "x"}).status_code == 403
    mine = SavedFilter.objects.get(owner=person)
    assert client.post(path, {"filter": mine.pk, "name": "y", "is_shared": "on"}).status_code == 403
    assert client.post(path, {"filter": mine.pk, "name": "Renamed"}).status_code == 302
    assert client.post(path, {"filter": mine.pk, "delete": "1"}).status_code == 302
    assert SavedFilter.objects.get() == shared
    assert written() == before


def test_another_officer_tidies_up_what_is_shared(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    shared, private = kept(officer, record_type, is_shared=True), kept(officer, record_type, "Private")
    other = somebody(organisation)
    appoint(other, organisation=organisation, role=Role.COMPLIANCE_OFFICER)
    client, path = sign_in(other), address(record_type, organisation)
    assert client.post(path, {"filter": private.pk, "delete": "1"}).status_code == 404
    assert client.post(path, {"filter": shared.pk, "delete": "1"}).status_code == 302
    assert SavedFilter.objects.get() == private


def test_a_list_opens_with_its_default_and_shows_all_when_asked(
    record_type: RecordType, organisation: Any, officer: Any, manager: Any, sign_in: SignIn
) -> None:
    shared = kept(officer, record_type, is_shared=True)
    other = kept(manager, record_type, "Quays", query="q=quay")
    client, list_path = sign_in(manager), record_type.url("list", organisation)
    path = address(record_type, organisation)
    for one, query in ((shared, "q=harbour"), (other, "q=quay")):
        client.post(path, {"filter": one.pk, "default": "1"})
        assert client.get(list_path)["Location"] == f"{list_path}?{query}"
    assert client.get(f"{list_path}?q=").status_code == 200
    assert sign_in(officer).get(list_path).status_code == 200, "a default is one's own"
    client.post(path, {"filter": other.pk, "no_default": "1"})
    assert client.get(list_path).status_code == 200


def test_what_no_longer_exists_is_left_out_quietly(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client, list_path = sign_in(officer), record_type.url("list", organisation)
    gone = kept(officer, record_type, "Gone", query="colour=red&page=3")
    half = kept(officer, record_type, "Half", query="colour=red&q=harbour&owner=999999&sort=-nothing")
    gone.default_for.add(officer)
    assert client.get(list_path).status_code == 200
    assert [chip["label"] for chip in client.get(list_path).context["saved"]["chips"]] == ["Half"]
    half.default_for.add(officer)
    gone.default_for.remove(officer)
    answer = client.get(list_path, follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain == [(f"{list_path}?owner=999999&q=harbour&sort=-nothing", 302)]
    page = client.get(address(record_type, organisation)).content.decode()
    assert page.count("no longer exists") == 2


@pytest.mark.parametrize(
    ("query", "name", "reason"),
    [
        ("?q=harbour", "Mine", "You have a filter of this name already."),
        ("?q=harbour", "", "This field is required."),
        ("?q=harbour", "x" * 61, "at most 60 characters"),
        ("", "New", "There is no filter to save."),
    ],
)
def test_a_filter_that_cannot_be_kept_says_why(
    query: str, name: str, reason: str, organisation: Any, officer: Any, sign_in: SignIn, every_record_type: Any
) -> None:
    record_type = next(one for one in every_record_type if one.kind == "supplier")
    kept(officer, record_type)
    answer = sign_in(officer).post(address(record_type, organisation, query), {"name": name})
    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert SavedFilter.objects.count() == 1


def test_filters_of_another_organisation_or_list_are_not_here(
    record_type: RecordType, organisation: Any, officer: Any, outsider: Any, sign_in: SignIn
) -> None:
    theirs = kept(outsider, record_type, is_shared=True)
    other_list = kept(officer, record_type, "Other", kind="unheard-of", query="q=quay")
    client, path = sign_in(officer), address(record_type, organisation)
    assert not {"?q=harbour", "?q=quay"} & set(links(client, record_type.url("list", organisation)))
    for one in (theirs, other_list):
        assert client.post(path, {"filter": one.pk, "delete": "1"}).status_code == 404
    assert sign_in(outsider).get(path).status_code == 404


def test_ten_filters_cost_what_one_costs(
    organisation: Any, officer: Any, sign_in: SignIn, every_record_type: Any
) -> None:
    record_type = next(one for one in every_record_type if one.kind == "supplier")
    make_supplier(organisation)
    client = sign_in(officer)

    def cost() -> list[int]:
        counts = []
        for path in (record_type.url("list", organisation), address(record_type, organisation)):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(path).status_code == 200
            counts.append(len(captured))
        return counts

    kept(officer, record_type)
    cost()
    one = cost()
    for number in range(9):
        kept(officer, record_type, f"Filter {number}", is_shared=number % 2 == 0)
    assert cost() == one


def test_columns_are_left_out_and_kept_with_the_filter(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    record_type.make(organisation)
    client, list_path = sign_in(officer), record_type.url("list", organisation)
    whole = client.get(list_path).context
    names = [column["name"] for column in whole["columns"]]
    assert "title" not in names, "what names the row always stays"
    query = f"?without={names[-1]}&without=nothing&without=title"
    table = client.get(f"{list_path}{query}&sort=-title").context["table"]
    assert [column.name for column in table.columns] == [
        column.name for column in whole["table"].columns if column.name != names[-1]
    ]
    seen = SeenPage(client.get(f"{list_path}{query}"), within="main")
    assert seen.form_with("without").fields["without"] == [names[-1]]
    sorts = [link for link in seen.links if "sort=" in link]
    assert all(f"without={names[-1]}" in link for link in sorts)
    client.post(address(record_type, organisation, f"?without={names[-1]}"), {"name": "Narrow"})
    assert SavedFilter.objects.get().query == f"without={names[-1]}"
    head = client.get(record_type.url("export.csv", organisation) + query).getvalue()
    assert head == client.get(record_type.url("export.csv", organisation)).getvalue()
