"""The treatment plan: its lines today, frozen for approval, and what became different since (ISO 42001 6.1.3, 8.3)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max, QuerySet
from django.db.models.functions import Length
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.models import Organisation
from records.approving import OPEN
from risks.criteria.in_force import criteria_in_force
from risks.models import Level, Option, RiskCriteria, Standing, Treatment, TreatmentPlan, TreatmentState
from risks.treatment.treating import SETTLED_LINES

Line = dict[str, Any]
# What is compared between the plan as approved and the lines of today, with its words.
COMPARED = {
    "level": gettext_lazy("Level"),
    "option": gettext_lazy("Option"),
    "action": gettext_lazy("Action"),
    "controls": gettext_lazy("Controls"),
    "owner": gettext_lazy("Owner"),
    "due": gettext_lazy("Due"),
    "cost": gettext_lazy("Cost"),
    "expected": gettext_lazy("Expected score"),
    "status": gettext_lazy("Status"),
}
CHOICES = {"level": Level, "option": Option, "status": TreatmentState}


@dataclass
class Difference:
    """How one line of the approved plan stands today."""

    line: Line
    state: str
    words: str
    changes: list[dict[str, str]] = field(default_factory=list)


def open_lines(treatments: QuerySet[Treatment]) -> QuerySet[Treatment]:
    """Those of the treatments about which something is still to be done, by risk."""
    found = treatments.exclude(status__in=SETTLED_LINES).filter(treats__closed_on=None)
    found = found.select_related("treats", "owner", "organisation").prefetch_related("controls")
    return found.order_by(Length("treats__reference"), "treats__reference", Length("reference"), "reference")


def lines_of(treatments: QuerySet[Treatment], criteria: RiskCriteria | None) -> list[Line]:
    """Treatments as the lines of a plan: plain values, the same whatever language they are read in."""
    return [line_of(treatment, criteria) for treatment in open_lines(treatments)]


def line_of(treatment: Treatment, criteria: RiskCriteria | None) -> Line:
    risk, expected = treatment.treats, treatment.expected_score
    expected_level = treatment.expected_level(criteria) if criteria else None
    level = expected_level.value if expected_level else ""
    return {
        "treatment": treatment.reference,
        "title": treatment.title,
        "risk": risk.reference,
        "risk_title": risk.title,
        "score": risk.score,
        "level": risk.level,
        "option": treatment.option,
        "action": treatment.action,
        "controls": sorted((control.reference for control in treatment.controls.all()), key=natural),
        "owner": str(treatment.owner or ""),
        "due": treatment.due_on.isoformat() if treatment.due_on else "",
        "cost": treatment.resources,
        "expected": expected,
        "expected_level": level,
        "status": treatment.status,
    }


def natural(reference: str) -> list[tuple[int, str]]:
    """A.9 stands before A.10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in reference.replace("-", ".").split(".")]


def lines_today(organisation: Organisation) -> list[Line]:
    return lines_of(Treatment.objects.of(organisation), criteria_in_force(organisation))


def fingerprint_of(content: list[Line]) -> str:
    """SHA-256 of the lines as canonical JSON: keys in order, no spaces, UTF-8."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def complete(plan: TreatmentPlan) -> None:
    """Freezes the lines of today into a plan that goes into review. Raises ValidationError where one is not ready."""
    lines = lines_today(plan.organisation)
    if not lines:
        raise ValidationError(_("No treatment is open: there is nothing to approve."))
    if lacking := [line["treatment"] for line in lines if not (line["owner"] and line["due"])]:
        raise ValidationError(_("These lines lack an owner or a due day: %(names)s") % {"names": ", ".join(lacking)})
    plan.content, plan.fingerprint = lines, fingerprint_of(lines)


def next_number(organisation: Organisation) -> int:
    highest = TreatmentPlan.objects.of(organisation).aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1


def refuse_second_draft(organisation: Organisation) -> None:
    """One version at a time is written or reviewed; of two who begin at once the second waits, and is refused."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    under_way = TreatmentPlan.objects.of(organisation).filter(state__in=[*OPEN, Standing.IN_REVIEW])
    if plan := under_way.order_by("-pk").first():
        text = _("%(plan)s is not decided on yet. Continue there: a draft always shows the lines of today.")
        raise ValidationError(text % {"plan": plan.reference})


def named_in(note: str, content: list[Line]) -> set[str]:
    """References of the lines that a reason names: these go back."""
    words = {word.strip(".,;:()") for word in note.split()}
    return {line["treatment"] for line in content if line["treatment"] in words}


def differences(content: list[Line], today: list[Line]) -> list[Difference]:
    """What is different today from the lines as approved: added, no longer open, changed; not what is the same."""
    before = {line["treatment"]: line for line in content}
    now = {line["treatment"]: line for line in today}
    found = [Difference(now[name], "added", _("New")) for name in now if name not in before]
    for name, line in before.items():
        if name not in now:
            found.append(Difference(line, "removed", _("No longer open")))
        elif changes := changes_in(line, now[name]):
            found.append(Difference(now[name], "changed", _("Changed"), changes))
    return sorted(found, key=lambda one: natural(one.line["treatment"]))


def changes_in(before: Line, now: Line) -> list[dict[str, str]]:
    return [
        {"label": str(label), "before": told(name, before.get(name)), "after": told(name, now.get(name))}
        for name, label in COMPARED.items()
        if before.get(name) != now.get(name)
    ]


def told(name: str, value: Any) -> str:
    """A value of a line in words."""
    if value in (None, "", []):
        return "–"
    if name in CHOICES:
        return str(CHOICES[name](value).label)
    return ", ".join(value) if isinstance(value, list) else str(value)
