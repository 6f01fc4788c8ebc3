"""A file's datasets, resources, life-cycle records, assessments and responsibilities; faults told by line and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from aims_portal.loading import load
from organisations.rows import BadFileError
from systems.models import Dataset, Responsibility, Supplier, SystemRecord, SystemResource
from tests.aims_portal.small_wood import SMALL

pytestmark = pytest.mark.django_db
DATASET = """datasets:
- {id: DS-03, name: Logs, what: Pictures of trunks, used_for: [training, test], source: Own cameras, rights: own,
   owner: P01, ai_systems: [AIS-07],
   checks: [{kind: bias, on: 2026-01-31, what: Share of birch, result: 12 %, passed: true, by: P02}]}
"""
RESOURCE = """system_resources:
- {id: SRS-02, name: Saw model, kind: model, what: Finds knots, version: '2', licence: own, supplier: SUP-03,
   ai_systems: [AIS-07]}
"""
RECORD = """system_records:
- {id: LC-01, title: First, kind: verification, ai_system: AIS-07, version: '1', what: Knots, criteria: 0.9,
   done_on: 2026-01-31, result: '0.8', outcome: failed}
- {id: LC-02, title: Second, kind: verification, ai_system: AIS-07, version: '1', what: Knots, criteria: '0.9',
   done_on: 2026-02-28, result: '0.95', outcome: passed with limits, repeats: LC-01, done_by: P02}
""".replace("criteria: 0.9,", "criteria: '0.9',")
SHARED = "result: approved with conditions, ai_systems: [AIS-07]"
MORE = (
    "result: approved with conditions, contract_ai_clauses: true, contract_clauses: [audit], ai_systems: [AIS-07],\n"
    "   assessments: [{on: 2025-01-31, result: approved, how: By mail, by: P01}],\n"
    "   responsibilities: [{ai_system: AIS-07, duty: Tests, us: does, supplier: supports}]"
)


def of_file(tmp_path: Path, text: str, small: str = SMALL) -> Path:
    path = tmp_path / "wood.yaml"
    path.write_text(small.split("evidence:", maxsplit=1)[0] + text)
    return path


def test_what_systems_are_made_of_is_taken_in(tmp_path: Path) -> None:
    load(of_file(tmp_path, DATASET + RESOURCE + RECORD))
    dataset = Dataset.objects.with_checks().get()
    assert (dataset.reference, dataset.bias, dataset.quality) == ("DS-03", True, None)
    assert [one.reference for one in dataset.systems.all()] == ["AIS-07"]
    resource = SystemResource.objects.get()
    assert (resource.supplied_by.reference, resource.systems.count()) == ("SUP-03", 1)  # type: ignore[union-attr]
    second = SystemRecord.objects.get(reference="LC-02")
    assert (second.repeats.reference, second.outcome) == ("LC-01", "passed_with_limits")  # type: ignore[union-attr]
    assert not SystemRecord.objects.failing().exists()


def test_a_supplier_keeps_each_assessment_and_who_does_what(tmp_path: Path) -> None:
    assert SHARED in SMALL
    load(of_file(tmp_path, "", SMALL.replace(SHARED, MORE)))
    supplier = Supplier.objects.get()
    assert [str(one.on) for one in supplier.assessments.all()] == ["2026-04-01", "2025-01-31"]
    assert supplier.contract_clauses == ["audit"]
    [row] = Responsibility.objects.all()
    assert (row.supplier, row.system.reference, row.our_part) == (supplier, "AIS-07", "does")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (DATASET.replace("Own cameras", "''"), "source: is missing"),
        (DATASET.replace("[training, test]", "[fun]"), "used_for: “fun” is not one of"),
        (DATASET.replace("2026-01-31", "2999-01-31"), "on: This day lies ahead"),
        (DATASET.replace("kind: bias", "kind: luck"), "kind: “luck” is not one of"),
        (DATASET.replace("[AIS-07]", "[AIS-99]"), "ai_systems: “AIS-99” is not in ai_systems"),
        (RESOURCE.replace("licence: own, ", ""), "licence: Say under which licence"),
        (RESOURCE.replace("SUP-03", "SUP-99"), "supplier: “SUP-99” is not in suppliers"),
        (RECORD.replace("kind: verification", "kind: dream"), "kind: “dream” is not one of"),
        (RECORD.replace("outcome: failed", "outcome: ''"), "outcome: Say whether it passed"),
        (RECORD.replace("done_on: 2026-01-31,", ""), "done_on: Say when it was tested"),
        (RECORD.replace("repeats: LC-01", "repeats: LC-09"), "repeats: “LC-09” is not in system_records"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadFileError) as refused:
        load(of_file(tmp_path, text))
    assert said in str(refused.value)
    assert not Supplier.objects.exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (MORE.replace("us: does", "us: told"), "us: Somebody carries it out"),
        (MORE.replace("duty: Tests, ", ""), "duty: is missing"),
        (MORE.replace("2025-01-31", "2999-01-31"), "on: This day lies ahead"),
        (MORE.replace("by: P01", "from: P01"), "from: is not a field of the format"),
        (MORE.replace("[audit]", "[jokes]"), "contract_clauses: “jokes” is not one of"),
    ],
)
def test_what_is_wrong_with_a_supplier_s_rows_is_told(changed: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadFileError) as refused:
        load(of_file(tmp_path, "", SMALL.replace(SHARED, changed)))
    assert said in str(refused.value)
