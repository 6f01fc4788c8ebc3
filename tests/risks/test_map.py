"""The map is a table whose numbers are those of the lists behind them (6.1.2, 8.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from risks.criteria.in_force import starting_values
from risks.models import RiskCriteria
from tests.risk_cast import make_criteria, make_risk, score

SignIn = Callable[..., Client]


def cells(answer: Any) -> dict[tuple[int, int], Any]:
    rows = answer.context["map"].rows
    return {(cell.likelihood, cell.consequence): cell for row in rows for cell in row.cells}


@pytest.fixture
def risks(organisation: Any) -> list[Any]:
    """Three on the map of residual scores, one of them moved there by a later score; one closed, one not scored."""
    make_criteria(organisation, state="approved")
    made = [make_risk(organisation, process="planning"), *(make_risk(organisation) for _time in range(4))]
    score(made[0], likelihood=2, for_organisation=3)
    score(made[1], likelihood=5, for_individuals=5)
    score(made[1], likelihood=2, for_individuals=1, for_society=3)
    score(made[2], likelihood=4, for_individuals=2)
    score(made[3], likelihood=4, for_individuals=2)
    type(made[3]).objects.filter(pk=made[3].pk).update(closed_on=organisation.today(), closed_because="Gone")
    return made


@pytest.mark.parametrize("process", ["", "planning", "operational"])
def test_counts_agree_with_the_lists_they_open(
    process: str, organisation: Any, risks: Any, officer: Any, sign_in: SignIn
) -> None:
    client = sign_in(officer)
    answer = client.get(f"/{organisation.slug}/risks/map/?process={process}")
    counts = {place: cell.count for place, cell in cells(answer).items() if cell.count}
    expected = {"": {(2, 3): 2, (4, 2): 1}, "planning": {(2, 3): 1}, "operational": {(2, 3): 1, (4, 2): 1}}
    assert counts == expected[process]
    for cell in cells(answer).values():
        if cell.count:
            assert client.get(cell.url).context["page"].paginator.count == cell.count
    unscored = client.get(answer.context["unscored_url"]).context["page"].paginator.count
    assert unscored == answer.context["map"].unscored == (0 if process == "planning" else 1)


def test_another_phase_is_another_map(organisation: Any, risks: Any, officer: Any, sign_in: SignIn) -> None:
    answer = sign_in(officer).get(f"/{organisation.slug}/risks/map/?phase=inherent")
    assert not any(cell.count for cell in cells(answer).values())
    assert answer.context["map"].unscored == 4


def test_cells_have_the_level_of_their_score_and_the_override(
    organisation: Any, risks: Any, officer: Any, sign_in: SignIn
) -> None:
    found = cells(sign_in(officer).get(f"/{organisation.slug}/risks/map/"))
    assert len(found) == 25
    assert [found[place].level for place in ((1, 4), (1, 5), (2, 4), (3, 4), (4, 4))] == [1, 3, 2, 3, 4]


def test_criteria_of_three_steps_give_a_map_of_three(organisation: Any, risks: Any, officer: Any, sign_in: Any) -> None:
    RiskCriteria.objects.update(state="superseded")
    make_criteria(organisation, number=2, state="approved", **starting_values(3))
    score(risks[2], criteria=RiskCriteria.objects.get(number=2), likelihood=3, for_individuals=3)
    client = sign_in(officer)
    answer = client.get(f"/{organisation.slug}/risks/map/")
    found = cells(answer)
    assert (len(found), found[3, 3].count, found[3, 3].level) == (9, 1, 4)
    assert answer.context["map"].elsewhere == 2
    assert client.get(answer.context["elsewhere_url"]).context["page"].paginator.count == 2


def test_without_criteria_it_says_where_to_make_them(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    assert "There are no risk criteria yet" in sign_in(officer).get(f"/{organisation.slug}/risks/map/").content.decode()


def test_nonsense_in_the_address_chooses_nothing(organisation: Any, risks: Any, officer: Any, sign_in: SignIn) -> None:
    answer = sign_in(officer).get(f"/{organisation.slug}/risks/map/?phase=odd&process=odd")
    assert answer.status_code == 200
    assert answer.context["phase"] == "residual"


def test_contributors_see_theirs_on_the_map(organisation: Any, risks: Any, contributor: Any, sign_in: SignIn) -> None:
    type(risks[2]).objects.get(pk=risks[2].pk).organisation.records.filter(pk=risks[2].pk).update(owner=contributor)
    answer = sign_in(contributor).get(f"/{organisation.slug}/risks/map/")
    assert {place for place, cell in cells(answer).items() if cell.count} == {(4, 2)}


def test_it_costs_the_same_with_more_risks(organisation: Any, risks: Any, officer: Any, sign_in: SignIn) -> None:
    client, address = sign_in(officer), f"/{organisation.slug}/risks/map/"
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for _time in range(3):
        score(make_risk(organisation), likelihood=3, for_individuals=3)
    with CaptureQueriesContext(connection) as more:
        client.get(address)
    assert len(more) == len(few)
    assert len([query for query in more if "SAVEPOINT" not in query["sql"]]) <= 12
