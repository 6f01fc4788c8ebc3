"""Reports about one record, asked for by programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reports.models import Report
from tests.cast import make_ai_system

pytestmark = pytest.mark.django_db


def test_a_program_asks_by_the_reference_of_the_record(
    organisation: Any, manager: Any, program: Callable[..., Any]
) -> None:
    system = make_ai_system(organisation)
    row = program(manager)("post", "reports/", {"kind": "dossier", "subject": system.reference}).json()
    assert (row["kind"], row["subject"], row["reference"]) == ("dossier", system.reference, "DOS-0001")
    other = program(manager)("post", "reports/", {"kind": "risk_register"}).json()
    assert (other["subject"], other["reference"]) == (None, "RSK-0001")


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "dossier"},
        {"kind": "statement", "subject": "AIS-01"},
        {"kind": "risk_register", "subject": "AIS-01"},
        {"kind": "dossier", "subject": "AIS-99"},
    ],
)
def test_a_report_about_nothing_or_the_wrong_thing_is_refused(
    given: dict[str, str], organisation: Any, manager: Any, program: Callable[..., Any]
) -> None:
    make_ai_system(organisation, reference="AIS-01")
    answer = program(manager)("post", "reports/", given)
    assert answer.status_code == 400
    assert set(answer.json()["error"]["fields"]) == {"subject"}
    assert not Report.objects.exists()
