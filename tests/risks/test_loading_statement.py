"""The Statement of Applicability of the sample: 38 controls and X.1, version 2.0, approved by designated management."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

import aims_portal.sample
from aims_portal.loading import load
from organisations.models import Organisation
from organisations.rows import BadFileError
from risks.applicability.lines import counts_of
from risks.applicability.statement import fingerprint_of, lines_of
from risks.models import OwnControl, Statement
from tests.risk_cast import make_own_control

pytestmark = pytest.mark.django_db
SAMPLE = Path(aims_portal.sample.__file__).parent / "meridia.yaml"


@pytest.fixture
def meridia(db: None) -> Iterator[Organisation]:
    with time_machine.travel(datetime(2026, 11, 23, 12, tzinfo=UTC), tick=False):
        yield load(SAMPLE).organisation


def test_it_says_what_the_sample_says(meridia: Organisation) -> None:
    statement = Statement.objects.get(organisation=meridia)
    assert (statement.label, statement.state, str(statement.decided_by)) == ("2.0", "approved", "Tomas Ilves")
    assert statement.decided_on == date(2026, 9, 14)
    assert statement.change_note.startswith("A company that only uses AI")
    counts = counts_of(lines_of(statement))
    found = [counts[name] for name in ("applicable", "implemented", "in_progress", "not_started", "excluded", "own")]
    assert found == [38, 33, 4, 1, 0, 1]
    assert statement.fingerprint == fingerprint_of(statement.content)


def test_its_evidence_is_what_was_there_and_valid_on_its_day(meridia: Organisation) -> None:
    lines = {line.control: line for line in lines_of(Statement.objects.get(organisation=meridia))}
    assert lines["A.10.2"].evidence == ("EV-08",)
    assert lines["A.8.2"].evidence == (), "EV-05 came in November"


def test_own_controls_keep_their_number_and_count_on(meridia: Organisation) -> None:
    assert OwnControl.objects.get(organisation=meridia).reference == "X.1"
    assert make_own_control(meridia).reference == "X.2"


def test_its_page_opens_for_the_people_of_the_sample(meridia: Organisation, sign_in: Callable[..., Client]) -> None:
    statement = Statement.objects.get(organisation=meridia)
    for name in ("rita.falcao", "tomas.ilves"):
        person: Any = meridia.memberships.get(user__email__startswith=name).user
        assert len(sign_in(person).get(statement.get_absolute_url()).context["lines"]) == 39


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("status: approved\n", "status: perhaps\n", "soa.status: “perhaps” is not one of draft, approved"),
        ("  approved_by: P02\n", "", "soa.approved_by: is missing"),
        ("{id: X.1,", "{id: Y-1,", "id: must be X, a dot and a number"),
        ("basis: risk, status: implemented", "basis: risk, status: done", "status: “done” is not one of"),
        ("basis: risk, status: implemented", "basis: luck, status: implemented", "basis: “luck” is not one of"),
        ("{id: X.1, title", "{id: X.1, colour: red, title", "colour: is not a field"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, before: str, after: str, told: str) -> None:
    text = SAMPLE.read_text()
    head, mark, rest = text.partition("\nsoa:\n")
    assert before in rest
    bad = tmp_path / "bad.yaml"
    bad.write_text(head + mark + rest.replace(before, after, 1))
    with pytest.raises(BadFileError) as caught:
        load(bad)
    assert told in str(caught.value)
