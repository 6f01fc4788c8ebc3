"""What a file says of audits becomes audits; what it issued is locked, what is wrong in it is told by line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from aims_portal.loading import load
from audits.models import Audit, AuditProgramme, AuditState, Finding
from clauses.loading import load_catalogue
from organisations.models import Organisation
from organisations.rows import BadFileError

pytestmark = pytest.mark.django_db
SHARED = Path("tests/aims_portal/sample-organisation.yaml")
OURS = Path("aims_portal/sample/meridia.yaml")
FILES = [SHARED, OURS]


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def meridia(request: Any, db: None) -> Organisation:
    load_catalogue()
    return load(request.param).organisation


def test_the_audit_of_the_sample_comes_with_its_findings(meridia: Organisation) -> None:
    audit = Audit.objects.get(organisation=meridia, reference="AUD-2026-01")
    assert (audit.state, str(audit.report_on), audit.lead.name) == (
        AuditState.REPORT_ISSUED,
        "2026-10-30",
        "Helena Koppel",
    )
    assert sorted(audit.systems.values_list("reference", flat=True)) == ["AIS-01", "AIS-02", "AIS-03"]
    assert audit.requirements.count() >= 32
    assert audit.programme.title.startswith("Internal audit programme")
    found = Finding.objects.filter(organisation=meridia).order_by("reference")
    assert list(found.values_list("reference", "grade", "requirement__number", "state")) == [
        ("F-01", "major", "8.4", "plan_accepted"),
        ("F-02", "minor", "A.6.2.3", "open"),
        ("F-03", "minor", "7.5.3", "plan_accepted"),
        ("F-04", "ofi", "9.1", "noted"),
        ("F-05", "ofi", "A.10.3", "noted"),
    ]
    assert {str(one.issued_on) for one in found} == {"2026-10-30"}
    assert str(found[0].due_on) == "2026-12-15"
    with pytest.raises(DatabaseError, match="stays as it"), transaction.atomic():
        found.filter(reference="F-01").update(observed="Other")
    planned = Audit.objects.filter(organisation=meridia, state=AuditState.PLANNED).order_by("reference")
    planned = planned.exclude(audit_kind="internal")
    assert list(planned.values_list("reference", "audit_kind")) == [
        ("AUD-2027-S1", "certification_stage1"),
        ("AUD-2027-S2", "certification_stage2"),
    ]
    assert AuditProgramme.objects.filter(organisation=meridia).count() == 1


BAD = """
organisation: {name: Small Wood, sites: [Ulm]}
people:
- {id: P1, name: Ann Bee, portal_role: compliance_officer}
internal_audit:
  id: AUD-01
  title: Whole
  kind: inside
  scope_clauses: ['4', '77']
  status: planned
  findings:
  - {id: F-01, kind: major, ref: '9.1', finding: 'Nothing kept'}
  - {id: F-02, kind: ofi, ref: '99.1', finding: 'Well'}
planned_audits:
- {id: AUD-01, kind: supplier}
- {id: AUD-02, kind: supplier, colour: red}
"""


def test_what_is_wrong_is_told_with_its_line(tmp_path: Path) -> None:
    load_catalogue()
    path = tmp_path / "bad.yaml"
    path.write_text(BAD)
    with pytest.raises(BadFileError) as caught:
        load(path)
    text = str(caught.value)
    for words in (
        "internal_audit.kind: “inside” is not one of",
        "internal_audit.scope_clauses: “77” is no clause or control",
        "planned_audits[AUD-01].id: is given twice",
        "planned_audits[AUD-02].colour: is not a field of the format",
    ):
        assert words in text, text


def test_a_finding_of_a_file_has_all_three_parts(tmp_path: Path) -> None:
    load_catalogue()
    path = tmp_path / "bad.yaml"
    path.write_text(BAD.replace("kind: inside", "kind: internal").replace(", '77'", "").split("planned_audits")[0])
    with pytest.raises(BadFileError) as caught:
        load(path)
    assert "findings[F-01]: A nonconformity needs requirement, finding and objective evidence." in str(caught.value)
    assert "findings[F-02].ref: “99.1” is not in requirements" in str(caught.value)
