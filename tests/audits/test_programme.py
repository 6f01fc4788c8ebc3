"""The programme: which requirements and systems its audits cover, and which never (ISO 42001 9.2.2)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audits.conducting.checklist import write
from audits.models import AuditProgramme
from audits.programme.coverage import coverage_of
from tests.audits.making import issued, make_audit, make_finding, make_programme, requirement
from tests.cast import make_ai_system
from tests.pages import SeenPage

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def programme(organisation: Any) -> AuditProgramme:
    return make_programme(organisation)


def cells(found: Any, number: str) -> list[str]:
    rows = [*found.clauses, *found.controls]
    return [cell.state for row in rows if row.subject.number == number for cell in row.cells]


def test_what_was_never_audited_is_listed_and_counted(
    programme: AuditProgramme, organisation: Any, internal_auditor: Any, sign_in: SignIn
) -> None:
    today = organisation.today()
    seen_system, other = make_ai_system(organisation), make_ai_system(organisation)
    make_ai_system(organisation, in_scope=False)
    first = make_audit(organisation, planned_from=today)
    first.requirements.set([requirement("9.1"), requirement("9.2.1"), requirement("A.6.2.4")])
    first.systems.add(seen_system)
    write(first, requirement("9.2.1"), by=internal_auditor, conclusion="not_sampled")
    make_finding(organisation, audit=first, owner=internal_auditor, requirement=requirement("A.6.2.4"))
    issued(first, internal_auditor)
    second = make_audit(organisation, planned_from=today)
    second.requirements.set([requirement("9.2.1"), requirement("4.1")])
    make_audit(organisation, planned_from=today, state="cancelled")
    make_audit(organisation, planned_from=today.replace(year=today.year - 3))
    found = coverage_of(programme, seen_by=internal_auditor)
    assert found.audits == [first, second]
    assert cells(found, "9.1") == ["audited", ""]
    assert cells(found, "9.2.1") == ["not_sampled", "planned"]
    assert cells(found, "A.6.2.4") == ["finding", ""]
    assert cells(found, "4.1") == ["", "planned"]
    never = found.never
    assert (len(never["clauses"]), len(never["controls"])) == (31, 37)
    assert [row.subject for row in never["systems"]] == [other]
    page = sign_in(internal_auditor).get(f"{programme.get_absolute_url()}coverage/")
    text = " ".join(SeenPage(page, within="main").texts)
    assert "31 of 32 never audited" in text
    assert "37 of 38 never audited" in text
    assert "1 of 2 never audited" in text


def test_it_is_a_file_as_well(
    programme: AuditProgramme, organisation: Any, internal_auditor: Any, sign_in: SignIn
) -> None:
    make_ai_system(organisation)
    audit = make_audit(organisation, planned_from=organisation.today())
    audit.requirements.set([requirement("9.1")])
    issued(audit, internal_auditor)
    answer = sign_in(internal_auditor).get(f"{programme.get_absolute_url()}coverage.csv")
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert len(rows) == 1 + 70 + 1
    assert ["9.1", requirement("9.1").title, "1", "audited"] in rows
    assert ["4.1", requirement("4.1").title, "0", ""] in rows


def test_an_audit_of_everything_covers_everything(
    programme: AuditProgramme, organisation: Any, internal_auditor: Any
) -> None:
    issued(make_audit(organisation, planned_from=organisation.today()), internal_auditor)
    never = coverage_of(programme, seen_by=internal_auditor).never
    assert never["clauses"] == never["controls"] == []


def test_its_page_lists_its_audits(
    programme: AuditProgramme, organisation: Any, internal_auditor: Any, sign_in: SignIn
) -> None:
    audit = make_audit(organisation, programme=programme)
    shown = SeenPage(sign_in(internal_auditor).get(programme.get_absolute_url()), within="main")
    assert audit.get_absolute_url() in shown.links
    add = next(link for link in shown.links if "audits/new" in link)
    form = SeenPage(sign_in(internal_auditor).get(add)).form_with("programme")
    assert form.fields["programme"] == [str(programme.pk)]


def test_it_is_found_from_its_clause(organisation: Any, internal_auditor: Any, sign_in: SignIn) -> None:
    page = SeenPage(sign_in(internal_auditor).get(f"/{organisation.slug}/clauses/9.2.2/"), within="main")
    for path in ("audit-programmes", "audits", "findings"):
        assert f"/{organisation.slug}/{path}/" in page.links
