"""A file's registers: what is wrong with a row is told by line and field."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from aims_portal.loading import load
from clauses.models import InterestedParty, Objective
from organisations.rows import BadFileError
from tests.aims_portal.small_wood import SMALL

pytestmark = pytest.mark.django_db
PARTY = "interested_parties:\n- {id: IP-01, name: Sawyers, kind: affected persons, needs: Safety, owner: P02}\n"
OBJECTIVE = """objectives:
- {id: OBJ-07, text: Fewer errors, unit: percent, target: 2.5, direction: at_most, owner: P01,
   measurements: [{on: 2026-01-31, value: 3}]}
"""


def of_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "wood.yaml"
    path.write_text(SMALL.split("evidence:")[0] + text)
    return path


def test_ids_are_kept_and_new_ones_count_on(tmp_path: Path) -> None:
    organisation = load(of_file(tmp_path, PARTY + OBJECTIVE)).organisation
    assert InterestedParty.objects.get().party_kind == "affected_persons"
    objective = Objective.objects.with_newest().get()
    assert (objective.reference, objective.target, objective.newest) == ("OBJ-07", Decimal("2.5"), 3)
    new = Objective.objects.create(organisation=organisation, title="x", unit="x", target=1, direction="at_most")
    assert new.reference == "OBJ-08"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PARTY.replace("Safety", "''"), "needs: is missing"),
        (PARTY.replace("P02", "P99"), "owner: “P99” is not in people"),
        (PARTY.replace("owner: P02", "handled_in_aims: maybe"), "handled_in_aims: must be true or false"),
        (OBJECTIVE.replace("2.5", "few"), "target: must be a number"),
        (OBJECTIVE.replace("value: 3", "worth: 3"), "value: is missing"),
        (OBJECTIVE.replace("2026-01-31", "2999-01-31"), "on: This day lies ahead"),
        (OBJECTIVE.replace("at_most", "below"), "direction: “below” is not one of"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadFileError) as refused:
        load(of_file(tmp_path, text))
    assert said in str(refused.value)
    assert not Objective.objects.exists()
