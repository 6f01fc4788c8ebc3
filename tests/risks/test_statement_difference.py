"""What differs between two versions, and the comparison with all controls of Annex A (6.1.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from clauses.models import Position
from records.actions import give
from risks.applicability.difference import Change, differences
from risks.applicability.statement import content_of, live_lines
from risks.models import Statement
from tests.pages import SeenPage
from tests.risk_cast import make_own_control, make_risk, make_statement, treat
from tests.risks.statements import decide_all, set_control

SignIn = Callable[..., Client]


def said(organisation: Any) -> list[Any]:
    return live_lines(organisation, on=organisation.today())


@pytest.fixture
def first(organisation: Any) -> Statement:
    """1.0, approved, with every control implemented."""
    decide_all(organisation)
    return make_statement(organisation, state="approved", content=content_of(said(organisation)))


def test_only_what_differs_is_named_with_before_and_after(organisation: Any) -> None:
    decide_all(organisation)
    before = said(organisation)
    assert differences(before, said(organisation)) == []
    set_control(organisation, "A.8.3", status="in_progress")
    make_own_control(organisation)
    after = said(organisation)
    changed, added = differences(before, after)
    assert (changed.kind, changed.line.control) == ("changed", "A.8.3")
    assert changed.changes == (Change("Status", "Implemented", "In progress"),)
    assert (added.kind, added.line.control) == ("added", "X.1")
    assert [one.kind for one in differences(after, before)] == ["changed", "removed"]


@pytest.mark.parametrize(
    ("page", "other"), [("first", "second"), ("second", "first"), ("second", ""), ("first", "now")]
)
def test_the_earlier_version_stands_before_whichever_page_it_is_asked_on(
    organisation: Any, officer: Any, sign_in: SignIn, first: Statement, page: str, other: str
) -> None:
    set_control(organisation, "A.8.3", status="in_progress")
    second = make_statement(organisation, state="in_review", content=content_of(said(organisation)))
    by_name = {"first": first, "second": second}
    wanted = {"with": by_name[other].reference if other in by_name else other} if other else {}
    answer = sign_in(officer).get(by_name[page].url("compare"), wanted)
    assert [item["one"].line.control for item in answer.context["found"]] == ["A.8.3"]
    text = " ".join(SeenPage(answer).texts)
    assert "Implemented" in text.partition("In progress")[0]
    assert (answer.context["before"], answer.context["after"]) == (first, None if other == "now" else second)


def test_a_version_of_somebody_else_is_not_compared_with(
    organisation: Any, other_organisation: Any, officer: Any, sign_in: SignIn, first: Statement
) -> None:
    make_statement(other_organisation)
    theirs = make_statement(other_organisation)
    assert sign_in(officer).get(first.url("compare"), {"with": theirs.reference}).status_code == 404
    assert sign_in(officer).get(theirs.url("compare")).status_code == 404


def test_the_page_says_how_many_controls_changed_since(
    organisation: Any, officer: Any, sign_in: SignIn, first: Statement
) -> None:
    client = sign_in(officer)
    assert "something else today" not in client.get(first.get_absolute_url()).content.decode()
    set_control(organisation, "A.8.3", status="in_progress")
    assert "One control says something else today" in client.get(first.get_absolute_url()).content.decode()


def test_no_control_is_overlooked(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    decide_all(organisation)
    treat(make_risk(organisation), Position.objects.get(organisation=organisation, reference="A.8.2"))
    set_control(organisation, "A.7.6", applicable=False, justification="We label nothing")
    set_control(organisation, "A.8.3", basis=["risk"])
    set_control(organisation, "A.9.2", applicable=None)
    set_control(organisation, "A.9.3", justification="")
    make_own_control(organisation)
    client, address = sign_in(officer), f"/{organisation.slug}/soa/coverage/"
    chips = client.get(address).context["chips"]
    counts = {chip["url"]: chip["count"] for chip in chips}
    assert [chip["count"] for chip in chips] == [1, 33, 1, 1, 2]
    assert sum(counts.values()) == 38
    lists = {url: client.get(address + url).context["rows"] for url in counts}
    assert {url: len(rows) for url, rows in lists.items()} == counts
    assert [row["line"].control for row in lists["?considered=not"]] == ["A.9.2", "A.9.3"]


def test_who_sees_only_their_own_does_not_see_the_whole(organisation: Any, contributor: Any, sign_in: SignIn) -> None:
    assert sign_in(contributor).get(f"/{organisation.slug}/soa/coverage/").status_code == 403


def test_who_was_given_versions_compares_those_and_nothing_with_today(
    organisation: Any, contributor: Any, sign_in: SignIn, first: Statement
) -> None:
    give(first, to=contributor, change=False)
    set_control(organisation, "A.8.3", status="in_progress")
    second = make_statement(organisation, state="in_review", content=content_of(said(organisation)))
    client = sign_in(contributor)
    page = client.get(first.get_absolute_url())
    assert "something else today" not in page.content.decode()
    assert first.url("compare") not in SeenPage(page).links
    for asked in ({}, {"with": "now"}, {"with": second.reference}):
        assert client.get(first.url("compare"), asked).status_code == 404
    give(second, to=contributor, change=False)
    assert first.url("compare") in SeenPage(client.get(first.get_absolute_url())).links
    answer = client.get(first.url("compare"))
    assert (answer.context["before"], answer.context["after"]) == (first, second)
    assert [str(tab["label"]) for tab in answer.context["tabs"]] == [second.label]
    assert client.get(first.url("compare"), {"with": "now"}).status_code == 404


def test_the_page_costs_the_same_with_more_behind_each_line(
    organisation: Any, officer: Any, sign_in: SignIn, first: Statement, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(officer)
    client.get(first.get_absolute_url())
    with django_assert_max_num_queries(40) as before:
        client.get(first.get_absolute_url())
    for position in Position.objects.of(organisation).controls()[:5]:
        treat(make_risk(organisation), position)
    with django_assert_max_num_queries(len(before)):
        client.get(first.get_absolute_url())
