"""A file's corrective actions, improvements and management review, and what the samples have of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from aims_portal.loading import load
from audits.models import CorrectiveAction, Improvement, ManagementReview
from clauses.models import Asking, Task
from organisations.models import Organisation
from organisations.rows import BadFileError
from tests.aims_portal.small_wood import SMALL

pytestmark = pytest.mark.django_db
SHARED = Path(__file__).parents[1] / "aims_portal" / "sample-organisation.yaml"

MORE = """
corrective_actions:
- {id: CA-01, title: Prices were old, problem: Three customers, correction: Told them,
   whys: [A week old, Nobody loads it], root_cause: One person, action: A job, owner: P01, due: 2026-10-01,
   status: closed, done: It runs, done_on: 2026-09-20,
   closed: {by: P02, on: 2026-11-02, result: No case since}}
- {id: CA-02, title: Prices were old again, complaint: A customer, owner: P01, due: 2026-12-01,
   status: open, recurs: CA-01}
improvements:
- {id: IMP-01, title: One calendar, owner: P01, due: 2027-01-01, status: realised, result: It is there, on: 2026-11-01}
management_review:
  id: MR-2026-01
  held_on: 2026-11-12
  chair: P01
  attendees: [P01, P02]
  inputs:
  - {topic: 'Audit results', ref: 9.3.2, summary: Five findings}
  - {topic: opportunities, remark: Next time}
  conclusion: {suitable: true, adequate: false, effective: true, text: More hands}
  outputs:
  - {id: MRA-01, decision: Hire a validator, kind: resources, owner: P02, due: 2027-01-31, status: in_progress}
  - {id: MRA-02, decision: Buy a lock, kind: change, owner: P01, due: 2026-11-20, status: done,
     result: Bought, done_on: 2026-11-18}
"""


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    def written(text: str) -> Path:
        path = tmp_path / "organisation.yaml"
        path.write_text(text)
        return path

    return written


def loaded(path: Path) -> Organisation:
    return load(path).organisation


def test_they_are_taken_in(file: Callable[[str], Path]) -> None:
    organisation = loaded(file(SMALL + MORE))
    first, second = CorrectiveAction.objects.of(organisation).order_by("reference")
    assert (first.state, first.closed_on, first.whys) == (
        "closed",
        date(2026, 11, 2),
        ["A week old", "Nobody loads it"],
    )
    assert first.closed_by != first.done_by
    assert (second.recurs, second.state) == (first, "open")
    assert Improvement.objects.of(organisation).get().state == "realised"
    review = ManagementReview.objects.of(organisation).get()
    assert (review.is_issued, review.issued_on, review.adequate) == (True, date(2026, 11, 12), False)
    assert {row.topic: row.is_covered for row in review.inputs.all()} == {"audits": True, "opportunities": True}
    tasks = Task.objects.of(organisation).order_by("reference")
    assert [(task.reference, task.state, task.about_id) for task in tasks] == [
        ("MRA-01", "open", review.pk),
        ("MRA-02", "done", review.pk),
    ]
    assert [one.task.reference for one in review.decisions.all()] == ["MRA-01", "MRA-02"]
    assert not Asking.objects.exists(), "nobody is mailed"


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        (
            "closed: {by: P02, on: 2026-11-02, result: No case since}",
            "review: null",
            "corrective_actions[CA-01].closed",
        ),
        ("closed: {by: P02,", "closed: {by: P01,", "corrective_actions[CA-01]"),
        ("root_cause: One person, ", "", "corrective_actions[CA-01]"),
        ("topic: 'Audit results'", "topic: 'The weather'", "management_review.inputs"),
        ("adequate: false, ", "", "management_review"),
        ("chair: P01", "chair: P09", "management_review.chair"),
        ("result: Bought, done_on: 2026-11-18", "result: Bought", "management_review.outputs[MRA-02]"),
        ("status: realised, result: It is there", "status: realised", "improvements[IMP-01]"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(before: str, after: str, field: str, file: Callable[[str], Path]) -> None:
    assert before in MORE
    with pytest.raises(BadFileError) as bad:
        loaded(file(SMALL + MORE.replace(before, after)))
    assert all(f": {field}" in line for line in str(bad.value).splitlines()), bad.value
    assert not ManagementReview.objects.exists()


def test_the_shared_sample_has_its_review_and_corrective_actions() -> None:
    meridia = loaded(SHARED)
    actions = CorrectiveAction.objects.of(meridia).order_by("reference")
    assert [(one.reference, one.state) for one in actions] == [
        ("CA-01", "in_progress"),
        ("CA-02", "open"),
        ("CA-03", "in_progress"),
    ]
    review = ManagementReview.objects.of(meridia).get()
    assert (review.reference, review.is_issued, review.inputs.count()) == ("MR-2026-01", True, 7)
    assert all(row.is_covered for row in review.inputs.all())
    decided: Any = Task.objects.of(meridia).filter(about=review.pk).order_by("reference")
    assert [(one.reference, one.owner.name) for one in decided] == [
        ("MRA-01", "Tomas Ilves"),
        ("MRA-02", "Farid Nazari"),
        ("MRA-03", "Rita Falcao"),
    ]
