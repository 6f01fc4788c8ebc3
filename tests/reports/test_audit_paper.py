"""An audit on paper: conclusion, findings in full with the words of the organisation, and the checklist."""

from __future__ import annotations

from typing import Any

import pytest

from audits.conducting.checklist import write
from audits.models import AuditRules
from reports.models import Report
from tests.audits.making import issued, make_audit, make_finding, requirement
from tests.cast import make_ai_system, somebody
from tests.reports.test_risk_papers import Printing

pytestmark = pytest.mark.django_db


def test_it_prints_all_of_the_audit(organisation: Any, manager: Any, internal_auditor: Any) -> None:
    AuditRules.objects.create(organisation=organisation, minor_word="Category 2")
    system, owner = make_ai_system(organisation, title="TalentRank"), somebody(organisation)
    audit = make_audit(organisation, title="Before stage 1", criteria="The standard", body="Cert Ltd")
    audit.requirements.add(requirement("9.1"), requirement("A.6.2.4"))
    audit.systems.add(system)
    finding = make_finding(organisation, audit=audit, owner=owner)
    finding.cites.add(system.record_ptr)
    write(audit, requirement("9.1"), by=internal_auditor, conclusion="finding", seen="KPI sheet", records=[system])
    printing = Printing(organisation, manager, Report.Kind.AUDIT, issued(audit, internal_auditor))
    text = "".join(printing.text.split())
    for words in (
        *("Audit report", "Before stage 1", "It conforms but for the findings", "category 2", "No results of May"),
        *("KPI sheet of May, seen on 2 June", "TalentRank", "9.1, A.6.2.4", owner.name, "Cert Ltd", "Open"),
    ):
        assert "".join(words.split()) in text, words
    assert [(one["value"], one["of"]) for one in printing.paper.figures["headline"]] == [(1, 2), (1, None), (0, None)]


def test_one_that_just_began_prints_too(organisation: Any, manager: Any) -> None:
    text = Printing(organisation, manager, Report.Kind.AUDIT, make_audit(organisation)).text
    assert "The conclusion is not written." in " ".join(text.split())
    assert "Nothing was found." in " ".join(text.split())


def test_a_checklist_kept_elsewhere_is_not_printed_as_open(
    organisation: Any, manager: Any, internal_auditor: Any
) -> None:
    audit = issued(make_audit(organisation), internal_auditor)
    text = " ".join(Printing(organisation, manager, Report.Kind.AUDIT, audit).text.split())
    assert "No checklist was written here." in text
