"""What is decided once has a list, a page, an export and a history, and no address that changes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch
from playwright.sync_api import Page

from tests.browser import assert_no_axe_violations
from tests.cast import READERS, somebody
from tests.pages import SeenPage
from tests.record_types import ENTRIES, RecordType, record_types
from tests.traces import written

SignIn = Callable[..., Client]
PAGES = ("list", "export.csv", "export.xlsx", "detail", "history")
KINDS = [one for one in record_types() if not one.views.can_be_edited]
pytestmark = pytest.mark.django_db


@pytest.fixture(params=KINDS, ids=lambda one: one.kind)
def decided(request: Any) -> RecordType:
    return request.param  # type: ignore[no-any-return]


def test_there_is_one() -> None:
    assert "go-live" in ENTRIES
    assert KINDS


@pytest.mark.parametrize("role", ["officer", *READERS])
def test_everybody_reads_and_nobody_writes(
    role: str, decided: RecordType, organisation: Any, request: Any, sign_in: SignIn
) -> None:
    record, client = decided.rich(organisation), sign_in(request.getfixturevalue(role))
    before = written()
    for page in PAGES:
        address = decided.url(page, organisation, record)
        assert client.get(address).status_code == 200, page
        assert client.post(address, {"title": "x"}).status_code == 405, page
    for page in ("edit", "new"):
        with pytest.raises(NoReverseMatch):
            decided.url(page, organisation, record)
    comments = f"{record.get_absolute_url()}comments/"
    assert client.post(comments, {"text": "Mine"}).status_code == 403
    assert written() == before


@pytest.mark.parametrize("role", ["internal_auditor", "auditor"])
def test_auditors_see_no_control(
    role: str, decided: RecordType, organisation: Any, request: Any, sign_in: SignIn
) -> None:
    record, client = decided.rich(organisation), sign_in(request.getfixturevalue(role))
    for page in ("list", "detail", "history"):
        assert not SeenPage(client.get(decided.url(page, organisation, record))).controls, page


def test_a_contributor_sees_their_own_and_an_outsider_nothing(
    decided: RecordType, organisation: Any, contributor: Any, officer: Any, outsider: Any, sign_in: SignIn
) -> None:
    mine, others = decided.make(organisation, owner=contributor), decided.make(organisation, owner=officer)
    client, stranger = sign_in(contributor), sign_in(outsider)
    for page in ("detail", "history"):
        assert client.get(decided.url(page, organisation, mine)).status_code == 200
        assert client.get(decided.url(page, organisation, others)).status_code == 404
        assert stranger.get(decided.url(page, organisation, mine)).status_code == 404
    links = SeenPage(client.get(decided.url("list", organisation)), within="main").links
    assert mine.get_absolute_url() in links
    assert others.get_absolute_url() not in links
    assert stranger.get(decided.url("list", organisation)).status_code == 404


def counted(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_a_list_asks_as_much_for_three_as_for_one(
    decided: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client, address = sign_in(officer), decided.url("list", organisation)
    decided.make(organisation, owner=somebody(organisation))
    one = counted(client, address)
    for _n in range(2):
        decided.make(organisation, owner=somebody(organisation))
    assert counted(client, address) == one


def test_its_pages_pass_axe(
    decided: RecordType, organisation: Any, officer: Any, signed_in_page: Callable[[Any], Page]
) -> None:
    record, page = decided.rich(organisation), signed_in_page(officer)
    for name in ("list", "detail", "history"):
        page.goto(decided.url(name, organisation, record))
        assert_no_axe_violations(page)
