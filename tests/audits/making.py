"""Audits and findings for tests, and what is typed into their forms."""

from __future__ import annotations

from itertools import count
from typing import Any

from audits.conducting.actions import issue_report
from audits.models import Audit, AuditProgramme, Finding, Grade
from clauses.models import Requirement
from organisations.models import Organisation, User

number = count(1)


def make_programme(organisation: Organisation, **fields: Any) -> AuditProgramme:
    today = organisation.today()
    defaults = {
        "title": f"Programme {next(number)}",
        "begins_on": today.replace(month=1, day=1),
        "ends_on": today.replace(year=today.year + 2, month=12, day=31),
    }
    return AuditProgramme.objects.create(organisation=organisation, **defaults | fields)


def programme_form(organisation: Organisation) -> dict[str, Any]:
    return {
        "title": "Three years",
        "objectives": "All of the AIMS in three years",
        "begins_on": "2026-01-01",
        "ends_on": "2028-12-31",
    }


def make_audit(organisation: Organisation, **fields: Any) -> Audit:
    return Audit.objects.create(organisation=organisation, **{"title": f"Audit {next(number)}"} | fields)


def audit_form(organisation: Organisation) -> dict[str, Any]:
    return {"title": "Before stage 1", "audit_kind": "internal", "requirements-sections": ["9"]}


def requirement(name: str = "9.1") -> Requirement:
    return Requirement.objects.get(number=name)


def make_finding(organisation: Organisation, **fields: Any) -> Finding:
    """A minor nonconformity of 9.1, of an audit of its own where none is given."""
    defaults: dict[str, Any] = {
        "title": f"Finding {next(number)}",
        "grade": Grade.MINOR,
        "demands": "Results are kept",
        "observed": "No results of May are kept",
        "objective_evidence": "KPI sheet of May, seen on 2 June",
    }
    fields.setdefault("found_in", fields.pop("audit", None) or make_audit(organisation))
    fields.setdefault("requirement", requirement())
    return Finding.objects.create(organisation=organisation, **defaults | fields)


def finding_form(organisation: Organisation) -> dict[str, Any]:
    return {
        "title": "No results of May",
        "found_in": make_audit(organisation).pk,
        "grade": "observation",
        "requirement": requirement().pk,
        "observed": "The results of May are not kept",
    }


def issued(audit: Audit, by: User) -> Audit:
    """The audit with its report issued; what it still lacks is filled in."""
    audit.refresh_from_db()
    audit.summary, audit.lead = audit.summary or "It conforms but for the findings", audit.lead or by
    audit.save()
    issue_report(audit, by=by)
    audit.refresh_from_db()
    return audit
