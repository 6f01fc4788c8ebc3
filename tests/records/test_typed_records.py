"""Records are ticked where they are few, and typed by reference or name where they are many."""

from __future__ import annotations

from typing import Any

import pytest

from clauses.models import Position
from records.widgets import RecordChecks, RecordChoice
from risks.models import Risk
from tests.cast import make_ai_system
from tests.pages import SeenPage
from tests.records.test_query_counts import queries
from tests.risk_cast import make_risk

HTMX = {"HTTP_HX_REQUEST": "true"}
TYPED = 'name="systems-typed"'


@pytest.fixture
def clause(organisation: Any) -> Position:
    return Position.objects.select_related("organisation").get(organisation=organisation, reference="6.1.2")


@pytest.fixture
def named(organisation: Any, clause: Position) -> Any:
    """A system that the clause names; there are more than are drawn."""
    systems = [make_ai_system(organisation) for _time in range(3)]
    clause.systems.set(systems[:1])
    return systems[0]


@pytest.fixture
def are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RecordChecks, "FEW", 2)


def save(client: Any, position: Position, **data: Any) -> str:
    body = {"version": Position.objects.get(pk=position.pk).version, **data}
    answer = client.post(f"{position.get_absolute_url()}position/", body, **HTMX)
    return str(answer.content.decode())


def test_a_few_are_all_ticks(clause: Any, named: Any, officer: Any, sign_in: Any) -> None:
    page = sign_in(officer).get(clause.get_absolute_url()).content.decode()
    assert page.count('name="systems"') == 3
    assert TYPED not in page


def test_of_many_the_chosen_are_ticks_and_others_are_typed(
    are_many: Any, clause: Any, named: Any, officer: Any, sign_in: Any
) -> None:
    page = sign_in(officer).get(clause.get_absolute_url()).content.decode()
    assert page.count('name="systems"') == 1
    assert str(named) in page
    assert TYPED in page


def test_a_page_with_many_more_to_choose_from_draws_and_asks_no_more(
    are_many: Any, clause: Any, named: Any, officer: Any, sign_in: Any, organisation: Any
) -> None:
    client = sign_in(officer)
    before = queries(client, clause.get_absolute_url()), client.get(clause.get_absolute_url()).content.count(b"<input")
    for _time in range(3):
        make_ai_system(organisation)
    after = queries(client, clause.get_absolute_url()), client.get(clause.get_absolute_url()).content.count(b"<input")
    assert (len(after[0]), after[1]) == (len(before[0]), before[1])


def test_references_and_names_are_added_to_what_is_ticked(
    are_many: Any, clause: Any, named: Any, officer: Any, sign_in: Any, organisation: Any
) -> None:
    one, two = make_ai_system(organisation), make_ai_system(organisation, title="Yard planner of ours")
    typed = f" {one.reference.lower()} ; yard planner OF ours, {one.reference}"
    save(sign_in(officer), clause, systems=[named.pk], **{"systems-typed": typed})
    assert set(clause.systems.all()) == {named, one, two}


def test_a_text_that_is_no_system_is_refused_at_the_field_and_nothing_is_saved(
    are_many: Any, clause: Any, named: Any, officer: Any, sign_in: Any, organisation: Any, other_organisation: Any
) -> None:
    foreign, other = make_ai_system(other_organisation, title="Not yours"), make_ai_system(organisation)
    client = sign_in(officer)
    for typed in ("AIS-4711", foreign.title, str(other.pk), f"+{other.pk}", "\u00b2"):
        said = save(client, clause, systems=[named.pk], **{"systems-typed": f"{other.reference}, {typed}"})
        assert "type its reference" in said.split('id="error-systems"')[1].split("</p>")[0], typed
        assert list(clause.systems.all()) == [named]


def test_a_name_that_two_systems_have_is_refused(
    are_many: Any, clause: Any, named: Any, officer: Any, sign_in: Any, organisation: Any
) -> None:
    for _time in range(2):
        make_ai_system(organisation, title="Twin")
    assert "more than one" in save(sign_in(officer), clause, **{"systems-typed": "Twin"})
    assert list(clause.systems.all()) == [named]


def test_without_javascript_what_was_not_found_stands_in_the_line_again(
    are_many: Any, clause: Any, named: Any, officer: Any, sign_in: Any
) -> None:
    body = {"version": clause.version, "systems": [named.pk], "systems-typed": "Nobody's, 4711"}
    page = sign_in(officer).post(clause.edit_url, body).content.decode()
    assert 'value="Nobody&#x27;s, 4711"' in page
    assert page.count('name="systems"') == 1


def test_one_of_a_few_is_chosen_from_a_list_and_one_of_many_is_typed(
    organisation: Any, officer: Any, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    parents = [make_risk(organisation, process="planning", title=f"Planned {n}") for n in range(3)]
    risk, client = make_risk(organisation, owner=officer), sign_in(officer)
    assert '<select name="parent"' in client.get(risk.edit_url).content.decode()
    monkeypatch.setattr(RecordChoice, "FEW", 2)
    page = SeenPage(client.get(risk.edit_url)).form_with("parent-typed")
    assert "parent" not in page.fields

    def save(typed: str) -> Any:
        return client.post(risk.edit_url, page.data(**{"parent-typed": typed, "version": fresh(risk).version}))

    for typed in (parents[0].reference.lower(), "planned 1"):
        assert save(typed).status_code == 302, typed
    assert fresh(risk).parent == parents[1]
    again = client.get(risk.edit_url).content.decode()
    assert f'name="parent-typed" value="{parents[1].reference}"' in again
    assert "Planned 1" in again
    for wrong in ("R-99", str(parents[0].pk), "Planned"):
        answer = save(wrong)
        assert "There is no such record here" in answer.content.decode(), wrong
        assert SeenPage(answer).form_with("parent-typed").fields["parent-typed"] == [wrong]
    assert "Null characters are not allowed" in save("x\0").content.decode()
    assert save("").status_code == 302
    assert fresh(risk).parent is None


def fresh(risk: Risk) -> Risk:
    return Risk.objects.get(pk=risk.pk)


def test_a_form_with_many_more_to_choose_one_from_draws_and_asks_no_more(
    organisation: Any, officer: Any, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RecordChoice, "FEW", 2)
    client, risk = sign_in(officer), make_risk(organisation)
    make_risk(organisation), make_risk(organisation), make_risk(organisation)
    before = queries(client, risk.edit_url), len(client.get(risk.edit_url).content)
    for _time in range(3):
        make_risk(organisation)
    after = queries(client, risk.edit_url), len(client.get(risk.edit_url).content)
    assert (len(after[0]), after[1]) == (len(before[0]), before[1])
