"""Loads a file's `audit_programmes`, `internal_audit`, `audits` and `planned_audits`, with their findings.

A report that a file calls issued is issued as it stands there: corrective actions come with the file, not of it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from clauses.models import Requirement
from organisations.rows import Intake, Row
from records.loading import keep_given
from records.models import Record

from .conducting.scope import sections
from .models import Audit, AuditKind, AuditProgramme, AuditState, Finding, FindingState, Grade, rules_of
from .models.finding import NONCONFORMITIES


def load_audits(intake: Intake) -> None:
    intake.each("audit_programmes", programme)
    intake.known.setdefault("findings", {})
    known = intake.known.setdefault("audits", {})
    held = intake.root.row("internal_audit")
    rows = [held] if held else []
    for row in [*rows, *intake.root.rows("audits"), *intake.root.rows("planned_audits")]:
        key = row.text("id", needed=True)
        if key in known:
            row.refuse("id", _("is given twice"))
        elif key:
            known[key] = intake.attempt(row, audit)


def programme(row: Row) -> AuditProgramme:
    made = AuditProgramme(
        title=row.text("title", needed=True),
        owner=row.one("owner", "people"),
        begins_on=row.day("from", needed=True),
        ends_on=row.day("to", needed=True),
        objectives=row.text("objectives"),
        criteria=row.text("criteria"),
        frequency=row.text("frequency"),
        methods=row.text("methods"),
        responsibilities=row.text("responsibilities"),
        review_on=row.day("review_on"),
    )
    keep_given(row, made, begins_on="from", ends_on="to")
    return made


def audit(row: Row) -> Audit:
    kind = row.choice("kind", AuditKind)
    lead, state = row.one("lead", "people"), row.choice("status", AuditState, needed=False) or AuditState.PLANNED
    planned = row.row("planned")
    requirements, systems = scope_of(row), [one for one in row.many("sampled_systems", "ai_systems") if one]
    team, found = [one for one in row.many("team", "people") if one], row.rows("findings")
    made = Audit(
        title=row.text("title") or (str(AuditKind(kind).label) if kind in AuditKind.values else ""),
        owner=row.one("owner", "people"),
        audit_kind=kind,
        lead=lead,
        body=row.text("body"),
        planned_from=planned.day("from"),
        planned_to=planned.day("to"),
        criteria=row.text("criteria"),
        scope=row.text("scope"),
        plan=row.text("plan"),
        independence=row.text("independence"),
        summary=row.text("summary"),
        of_supplier=row.one("supplier", "suppliers"),
        report_on=row.day("report_on", needed=state == AuditState.REPORT_ISSUED),
        issued_by=row.one("issued_by", "people") or (lead if state == AuditState.REPORT_ISSUED else None),
        cancelled_because=row.text("cancelled_because"),
    )
    made.programme = programme_of(row, made.planned_from)
    keys = {"audit_kind": "kind", "planned_from": "planned/from", "planned_to": "planned/to", "state": "status"}
    keep_given(row, made, **keys, of_supplier="supplier")
    made.requirements.set(requirements)
    made.systems.set(systems)
    made.team.set(team)
    for one in found:
        key = one.text("id", needed=True)
        row.intake.known["findings"][key] = row.intake.attempt(one, lambda one: finding(one, made))
    Audit.objects.filter(pk=made.pk).update(state=state)
    made.state = state
    return made


def scope_of(row: Row) -> list[Requirement]:
    """The requirements of `scope_clauses`, numbers of clauses, areas and controls; none where none are named."""
    every, parts = list(Requirement.objects.assessable()), {one.number for one in sections()}
    found: list[Requirement] = []
    for index, number in enumerate(row.texts("scope_clauses")):
        inside = [one for one in every if number in {one.number, one.section}]
        if not inside and number not in parts:
            row.refuse("scope_clauses", _("“%(number)s” is no clause or control") % {"number": number}, index=index)
        found += inside
    return found


def programme_of(row: Row, on: date | None) -> AuditProgramme | None:
    """The programme a row names by id, else by its title: then it is opened for three years from the audit's on."""
    name, known = row.text("programme"), row.intake.known["audit_programmes"]
    if not name or name in known:
        return known.get(name)
    organisation = row.intake.organisation
    found = AuditProgramme.objects.filter(organisation=organisation, title=name).first()
    year = (on or organisation.today()).year
    return found or AuditProgramme.objects.create(
        organisation=organisation,
        title=name,
        owner=row.one("lead", "people"),
        begins_on=date(year, 1, 1),
        ends_on=date(year + 2, 12, 31),
    )


def finding(row: Row, audit: Audit) -> Finding:
    """One finding. What is corrected for it comes with `corrective_actions`, which name their finding."""
    row.read.add("corrective_action")
    grade, position = row.choice("kind", Grade), row.one("ref", "requirements", needed=True)
    state = row.choice("state", FindingState, needed=False)
    observed = row.text("finding", needed=True)
    made = Finding(
        title=row.text("title") or observed[:200],
        found_in=audit,
        grade=grade,
        demands=row.text("requirement"),
        observed=observed,
        objective_evidence=row.text("evidence"),
        owner=row.one("owner", "people"),
        due_on=row.day("due"),
        raised_by=audit.lead,
        raised_on=audit.planned_to or audit.report_on,
        state=state or (FindingState.OPEN if grade in NONCONFORMITIES else FindingState.NOTED),
        repeats=row.one("repeats", "findings"),
        response=row.text("response"),
        correction=row.text("correction"),
        cause=row.text("cause"),
        measure=row.text("plan"),
        responded_by=row.one("responded_by", "people"),
        responded_on=row.day("responded_on"),
        remark=row.text("remark"),
    )
    if position:
        made.requirement = position.requirement
    if audit.report_on and grade in NONCONFORMITIES:
        made.respond_by = audit.report_on + timedelta(days=rules_of(audit.organisation).response_days)
    cited = records_of(row)
    keys = {"grade": "kind", "demands": "requirement", "observed": "finding", "objective_evidence": "evidence"}
    keep_given(row, made, **keys, requirement="ref", due_on="due", measure="plan")
    made.cites.set(cited)
    if audit.report_on:
        Finding.objects.filter(pk=made.pk).update(issued_on=audit.report_on)
    return made


def records_of(row: Row) -> list[Any]:
    """The records of `cites`, of any kind that was loaded before."""
    found = []
    for index, reference in enumerate(row.texts("cites")):
        record = Record.objects.filter(organisation=row.intake.organisation, reference=reference).first()
        if record is None:
            row.refuse("cites", _("“%(reference)s” is no record of this file") % {"reference": reference}, index=index)
        else:
            found.append(record)
    return found
