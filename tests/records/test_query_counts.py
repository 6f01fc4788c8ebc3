"""A list of three costs as many queries as a list of one, whatever hangs on each row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import make_evidence
from tests.record_types import RecordType
from tests.traces import written

PAGES = ("list", "export.csv", "export.xlsx")
# SQL statements for one page (docs/benchmarks.md), and what the pages that gather much have come down to so far.
MOST = 12
GATHERING = {("officer", ""): 24, ("contributor", ""): 14, ("officer", "clauses/6.1.2/"): 29}


def queries(client: Client, address: str) -> list[str]:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
        assert answer.getvalue()
    assert answer.status_code == 200
    # A test runs in a transaction, so what is a transaction for people is a savepoint here.
    return [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ["officer", "contributor"])
def test_three_rows_cost_what_one_costs(
    role: str, page: str, record_type: RecordType, empty_organisation: Any, sign_in: Callable[..., Client]
) -> None:
    user = empty_organisation.memberships.get(role__contains=role).user
    client, address = sign_in(user), record_type.url(page, empty_organisation)
    rows(record_type, empty_organisation, user, 1)
    one = queries(client, address)
    rows(record_type, empty_organisation, user, 2)
    three = queries(client, address)
    assert len(three) == len(one) <= MOST, "\n\n".join(["Queries for three rows:", *three])


def test_a_page_costs_the_same_with_more_evidence_and_history(
    record_type: RecordType, empty_organisation: Any, sign_in: Callable[..., Client]
) -> None:
    user = empty_organisation.memberships.get(role="compliance_officer").user
    client, record = sign_in(user), record_type.rich(empty_organisation)
    address = record_type.url("detail", empty_organisation, record)
    grow(record_type, record)
    one = queries(client, address)
    for _time in range(3):
        grow(record_type, record)
    three = queries(client, address)
    assert len(three) == len(one), "\n\n".join(["Queries with three times as much:", *three])


def grow(record_type: RecordType, record: Any) -> None:
    """One more of whatever can hang on a record."""
    other = record_type.rich(record.organisation)
    if record_type.kind != "evidence":
        make_evidence(record.organisation, proves=record, owner=other.owner)
    record_type.views.model.objects.filter(pk=record.pk).update(owner=other.owner, changed_by=other.owner)


def rows(record_type: RecordType, organisation: Any, user: Any, count: int) -> None:
    """Rich rows that `user` sees; a contributor because they own them."""
    before = written()
    for _row in range(count):
        record = record_type.rich(organisation)
        if record_type.views.model.objects.visible_to(user).filter(pk=record.pk).exists():
            continue
        record.owner = user
        record.save()
    assert written() != before


@pytest.mark.parametrize("role", ["officer", "contributor"])
@pytest.mark.parametrize("page", ["clauses/", "due/", "search/?q=harbour", "reports/", "gaps/"])
def test_every_list_keeps_within_the_limit(role: str, page: str, organisation: Any, sign_in: Any, request: Any) -> None:
    client = sign_in(request.getfixturevalue(role))
    if client.get(f"/{organisation.slug}/{page}").status_code == 200:
        assert len(queries(client, f"/{organisation.slug}/{page}")) <= MOST


@pytest.mark.parametrize(("role", "page"), GATHERING)
def test_pages_that_gather_much_ask_no_more_than_before(
    role: str, page: str, organisation: Any, sign_in: Any, request: Any
) -> None:
    sent = queries(sign_in(request.getfixturevalue(role)), f"/{organisation.slug}/{page}")
    assert len(sent) <= GATHERING[role, page], "\n\n".join(sent)


@pytest.mark.parametrize("name", ["requirements", "ai-systems", "evidence", "impact-assessments", "reports"])
def test_lists_for_programs_keep_within_the_limit(name: str, organisation: Any, officer: Any, sign_in: Any) -> None:
    assert len(queries(sign_in(officer), f"/api/v1/{organisation.slug}/{name}/")) <= MOST
