"""Which requirements and AI systems were audited over the years of a programme, and which never were (9.2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from audits.models import Audit, AuditProgramme, AuditState, ChecklistItem, Conclusion, Finding
from clauses.models import Requirement
from organisations.models import User
from systems.models import AISystem

# State of a cell → state of the mark that draws it, so that no colour has two meanings.
MARKS = {"audited": "met", "finding": "partly", "planned": "unanswered", "not_sampled": "not_met"}
# What counts as audited; what is only planned, or was in scope and not looked at, does not.
LOOKED_AT = {"audited", "finding"}


def words() -> dict[str, str]:
    return {
        "audited": _("audited"),
        "finding": _("audited, with a finding"),
        "planned": _("planned"),
        "not_sampled": _("in scope, not sampled"),
    }


@dataclass(frozen=True)
class Cell:
    """One requirement or AI system in one audit; `state` is empty where the audit does not cover it."""

    audit: Audit
    state: str = ""

    @property
    def mark(self) -> str:
        return MARKS.get(self.state, "")

    @property
    def word(self) -> str:
        return words().get(self.state, "")


@dataclass(frozen=True)
class Row:
    """A requirement or an AI system with its cell in each audit."""

    subject: Any
    cells: list[Cell]

    @property
    def is_audited(self) -> bool:
        return any(cell.state in LOOKED_AT for cell in self.cells)

    @property
    def is_planned(self) -> bool:
        return any(cell.state == "planned" for cell in self.cells)

    @property
    def times(self) -> int:
        return sum(cell.state in LOOKED_AT for cell in self.cells)


@dataclass(frozen=True)
class Coverage:
    """All of it; `never` are rows that no audit of these years looked at."""

    audits: list[Audit]
    clauses: list[Row]
    controls: list[Row]
    systems: list[Row]

    @property
    def never(self) -> dict[str, list[Row]]:
        parts = {"clauses": self.clauses, "controls": self.controls, "systems": self.systems}
        return {name: [row for row in rows if not row.is_audited] for name, rows in parts.items()}


def day_of(audit: Audit) -> date | None:
    """The day on which an audit counts: when it was held, else reported."""
    return audit.planned_from or audit.report_on


def audits_within(user: User, organisation: Any, since: date, until: date) -> list[Audit]:
    """The audits of these days that one may see and nobody cancelled, whatever their kind, by day."""
    visible: Any = Audit.objects.visible_to(user).of(organisation).exclude(state=AuditState.CANCELLED)
    found = visible.select_related("organisation").prefetch_related("requirements", "systems")
    dated = [(day, audit.reference, audit) for audit in found if (day := day_of(audit)) and since <= day <= until]
    return [audit for _day, _reference, audit in sorted(dated, key=lambda one: one[:2])]


def coverage_of(programme: AuditProgramme, *, seen_by: User) -> Coverage:
    audits = audits_within(seen_by, programme.organisation, programme.begins_on, programme.ends_on)
    requirements = list(Requirement.objects.assessable())
    states = states_of(audits, requirements)
    rows = [Row(one, [Cell(audit, states.get((audit.pk, one.pk), "")) for audit in audits]) for one in requirements]
    visible: Any = AISystem.objects.visible_to(seen_by).of(programme.organisation)
    systems = visible.filter(in_scope=True, retired_on=None).select_related("organisation").order_by("reference")
    return Coverage(
        audits,
        clauses=[row for row in rows if not row.subject.is_control],
        controls=[row for row in rows if row.subject.is_control],
        systems=[Row(one, [Cell(audit, sampled(audit, one)) for audit in audits]) for one in systems],
    )


def states_of(audits: list[Audit], requirements: list[Requirement]) -> dict[tuple[int, int], str]:
    """State by audit and requirement: scope, then what the checklist concluded, then findings, the later the stronger.

    A requirement that the checklist of a finished audit does not mention counts as audited where it was in scope: the
    report says so as a whole.
    """
    states: dict[tuple[int, int], str] = {}
    for audit in audits:
        named = {one.pk for one in audit.requirements.all()} or {one.pk for one in requirements}
        states |= {(audit.pk, pk): "audited" if audit.is_issued else "planned" for pk in named}
    ids = [audit.pk for audit in audits]
    said = ChecklistItem.objects.filter(audit__in=ids).exclude(conclusion="")
    for audit_id, requirement, conclusion in said.values_list("audit", "requirement", "conclusion"):
        looked_at = conclusion not in {Conclusion.NOT_SAMPLED, Conclusion.NOT_APPLICABLE}
        states[audit_id, requirement] = "audited" if looked_at else "not_sampled"
    found = Finding.objects.filter(found_in__in=ids)
    states |= dict.fromkeys(found.values_list("found_in", "requirement"), "finding")
    return states


def sampled(audit: Audit, system: AISystem) -> str:
    if system.pk not in {one.pk for one in audit.systems.all()}:
        return ""
    return "audited" if audit.is_issued else "planned"
