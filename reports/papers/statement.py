"""The Statement of Applicability: every control of Annex A and our own, with decision, reason and proof (6.1.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from clauses.models import Basis, Position, Requirement, Status
from clauses.models.catalogue import ISO_42001
from evidence.models import Proof
from reports.models import Report
from reports.readiness.result import as_plain
from risks.models import OwnControl, Statement, TreatmentControl, TreatmentState

from .paper import Cover, Paper, day, framed, listing, person


@dataclass(frozen=True)
class Line:
    """One control as the Statement says it."""

    control: str
    title: str
    is_own: bool
    applicable: bool | None
    justification: str
    basis: str
    status: str
    owner: str
    risks: tuple[str, ...]
    evidence: tuple[str, ...]

    @property
    def section(self) -> str:
        return "" if self.is_own else ".".join(self.control.split(".")[:2])

    @property
    def warnings(self) -> tuple[str, ...]:
        """What an auditor will ask about."""
        found = []
        if self.applicable is None:
            found.append(_("Not decided."))
        elif not self.justification.strip():
            found.append(_("Without a reason."))
        if self.applicable is False and self.risks:
            found.append(_("Excluded, but it treats a risk."))
        if self.applicable and self.status == Status.IMPLEMENTED.label and not self.evidence:
            found.append(_("Implemented, but no evidence shows it."))
        return tuple(found)


def paper_of(report: Report) -> Paper:
    at = timezone.now()
    statement = Statement.objects.select_related("owner", "decided_by", "submitted_by").get(pk=report.subject_id)
    lines = lines_of(statement, report.requested_by)
    figures = {
        "statement": statement.reference,
        "label": statement.label,
        "state": {"code": statement.state, "title": str(statement.get_state_display())},
        "lines": [as_plain(line) | {"warnings": list(line.warnings)} for line in lines],
        "headline": headline(lines),
    }
    return Paper("paper/statement.html", at, figures, context_of(report, at, statement, lines))


def context_of(report: Report, at: Any, statement: Statement, lines: list[Line]) -> dict[str, Any]:
    approved = _("%(who)s on %(day)s") % {"who": person(statement.decided_by), "day": day(statement.decided_on)}
    cover = Cover(
        _("Statement of Applicability"),
        _("ISO/IEC 42001:2023, 6.1.3: the controls of Annex A and our own, which of them apply, and why."),
        subject=statement.label,
        facts=(
            (_("Statement"), f"{statement.reference}, {_('version')} {statement.label}"),
            (_("State"), str(statement.get_state_display())),
            (_("Approved by"), approved if statement.is_settled else _("Not approved")),
            *(((_("What is new"), statement.change_note),) if statement.change_note else ()),
        ),
    )
    chapters = [
        ("summary", _("Summary")),
        ("controls", _("Controls of Annex A")),
        ("own", _("Own controls")),
        ("warnings", _("What an auditor will ask about")),
        ("check", _("How to check this report")),
    ]
    return framed(report, at, cover, chapters) | {
        "statement": statement,
        "figures": headline(lines),
        "sections": by_section(line for line in lines if not line.is_own),
        "own": [line for line in lines if line.is_own],
        "warned": [line for line in lines if line.warnings],
    }


def headline(lines: list[Line]) -> list[dict[str, Any]]:
    included = [line for line in lines if line.applicable]
    in_place = sum(line.status == Status.IMPLEMENTED.label for line in included)
    return [
        {"value": len(included), "of": len(lines), "label": _("controls apply")},
        {"value": in_place, "of": len(included), "label": _("implemented")},
        {"value": sum(line.applicable is False for line in lines), "of": None, "label": _("excluded")},
        {"value": sum(bool(line.warnings) for line in lines), "of": None, "label": _("with a warning")},
    ]


def by_section(lines: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    """Lines under the number and title of their area, in the order in which they stand."""
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        found[line.section].append(line)
    areas = Requirement.objects.filter(framework__code=ISO_42001, number__in=found)
    titles = dict(areas.values_list("number", "title"))
    return [(f"{number} {titles.get(number, '')}".strip(), group) for number, group in found.items()]


def lines_of(statement: Statement, user: Any) -> list[Line]:
    """What it said when it was submitted; of a draft what positions and own controls say today."""
    if statement.content:
        return [said(line) for line in statement.content]
    return today(statement, user)


def said(line: dict[str, Any]) -> Line:
    """A line of a kept Statement, whose values are codes or words."""
    control = str(line["control"])
    status = line.get("status") or ""
    return Line(
        control=control,
        title=line.get("title") or "",
        is_own=not control.startswith("A."),
        applicable=line.get("applicable"),
        justification=line.get("justification") or "",
        basis=bases(line.get("basis") or []),
        status=str(Status(status).label) if status in Status.values else str(status),
        owner=line.get("owner") or "",
        risks=names(line.get("risks")),
        evidence=names(line.get("evidence")),
    )


def names(values: Any) -> tuple[str, ...]:
    """References, whether kept as texts or with what they name."""
    return tuple(value["reference"] if isinstance(value, dict) else str(value) for value in values or ())


def bases(codes: Iterable[str] | str) -> str:
    codes = [codes] if isinstance(codes, str) else codes
    return listing(Basis(code).label if code in Basis.values else code for code in codes)


def today(statement: Statement, user: Any) -> list[Line]:
    """Plain reading of positions and own controls; five queries."""
    here, on = statement.organisation, statement.organisation.today()
    positions = Position.objects.visible_to(user).of(here).controls().in_order().select_related("owner")
    own = OwnControl.objects.visible_to(user).of(here).select_related("owner").order_by("reference")
    risks, evidence = defaultdict(list), defaultdict(list)
    links = TreatmentControl.objects.filter(treatment__organisation=here, treatment__treats__closed_on=None)
    for control, risk in links.exclude(treatment__status=TreatmentState.DROPPED).values_list(
        "control", "treatment__treats__reference"
    ):
        risks[control].append(risk)
    proofs = Proof.objects.filter(record__organisation=here, record__kind__in=[Position.KIND, OwnControl.KIND])
    for control, item in proofs.exclude(evidence__valid_until__lt=on).values_list("record", "evidence__reference"):
        evidence[control].append(item)
    return [
        *(line_today(one, one.applicable, one.basis, risks[one.pk], evidence[one.pk]) for one in positions),
        *(line_today(one, True, one.basis, risks[one.pk], evidence[one.pk]) for one in own),
    ]


def line_today(control: Any, applicable: bool | None, basis: Any, risks: list[str], evidence: list[str]) -> Line:
    return Line(
        control=control.reference,
        title=control.title,
        is_own=isinstance(control, OwnControl),
        applicable=applicable,
        justification=control.justification,
        basis=bases(basis),
        status=str(Status(control.status).label) if control.status else "",
        owner=person(control.owner),
        risks=tuple(sorted(set(risks))),
        evidence=tuple(sorted(set(evidence))),
    )
