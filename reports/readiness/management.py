"""What management asks of readiness beside the tests, and the decisions that the records ask of it.

Audits, the last review, objectives and their trend, training (certification.md section 9; ISO 42001 6.2, 7.2, 9.1–9.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, Prefetch, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audits.models import ManagementReview, ReviewState, Topic
from clauses.models import Document, DocumentVersion, Measurement, Objective, ScopeStatement, TrainingRecord
from clauses.models.planning import Direction
from records.approvable import Standing
from records.charts import plain
from risks.models import ImpactAssessment, RiskCriteria, Statement, TreatmentPlan

from .audit_lists import reported
from .explained import Explained
from .lists import Seen

# Objectives that are told one by one, with so many of their measurements.
OBJECTIVES, MEASURED = 60, 3
NAMED = 6


@dataclass(frozen=True)
class Audited:
    """Internal audits of the last three years (9.2), and what was found and is not settled."""

    count: int
    newest_on: date | None
    covered: int
    of: int
    majors: int
    minors: int
    late: int


@dataclass(frozen=True)
class Reviewed:
    """The newest management review with issued minutes (9.3); `covered` of its inputs were spoken about."""

    reference: str
    title: str
    held_on: date
    covered: int
    of: int


@dataclass(frozen=True)
class Aim:
    """One AI objective: its last measurements, oldest first, and whether they approach the target (6.2, 9.1)."""

    reference: str
    title: str
    target: str
    measured: tuple[str, ...]
    measured_on: date | None
    trend: str
    is_reached: bool
    owner: str
    due: date | None


@dataclass(frozen=True)
class Trained:
    """Training records (7.2): completed of all, overdue, run out."""

    completed: int
    of: int
    overdue: int
    expired: int


@dataclass(frozen=True)
class Management:
    """All of it; `decisions` are sentences."""

    audited: Audited
    reviewed: Reviewed | None
    aims: tuple[Aim, ...]
    more_aims: int
    trained: Trained
    decisions: tuple[str, ...]


def management_of(seen: Seen, result: Explained) -> Management:
    """Nine queries, however much there is."""
    objectives = aims_of(seen)
    return Management(
        audited=audited_of(seen, result),
        reviewed=reviewed_of(seen),
        aims=objectives[:OBJECTIVES],
        more_aims=max(0, seen.of(Objective).count() - OBJECTIVES),
        trained=trained_of(seen, result),
        decisions=decisions_of(seen, result),
    )


def audited_of(seen: Seen, result: Explained) -> Audited:
    of = result.readiness.clauses.count.of
    found = reported(seen).filter(report_on__lte=seen.on).aggregate(many=Count("pk"), newest=Max("report_on"))
    registers = result.readiness.registers
    return Audited(
        count=found["many"],
        newest_on=found["newest"],
        covered=of - registers.list("clauses-unaudited").count if found["many"] else 0,
        of=of,
        majors=registers.list("majors-open").count,
        minors=registers.list("minors-open").count,
        late=registers.list("corrections-late").count,
    )


def reviewed_of(seen: Seen) -> Reviewed | None:
    issued = seen.of(ManagementReview).filter(state=ReviewState.ISSUED, held_on__lte=seen.on)
    review = issued.prefetch_related("inputs").order_by("-held_on", "-pk").first()
    if review is None:
        return None
    covered = sum(one.is_covered for one in review.inputs.all())
    return Reviewed(review.reference, review.title, review.held_on, covered, len(Topic))


def aims_of(seen: Seen) -> tuple[Aim, ...]:
    measured = Prefetch("measurements", Measurement.objects.filter(on__lte=seen.on).order_by("on"))
    rows = seen.of(Objective).select_related("owner").prefetch_related(measured).order_by("reference")
    return tuple(aim_of(one) for one in rows[:OBJECTIVES])


def aim_of(one: Objective) -> Aim:
    rows = list(one.measurements.all())
    word = _("at least") if one.direction == Direction.AT_LEAST else _("at most")
    return Aim(
        reference=one.reference,
        title=one.title,
        target=f"{word} {plain(one.target)} {one.unit}",
        measured=tuple(plain(row.value) for row in rows[-MEASURED:]),
        measured_on=rows[-1].on if rows else None,
        trend=trend_of(one, [row.value for row in rows]),
        is_reached=bool(rows) and one.is_reached_by(rows[-1].value),
        owner=one.owner.name if one.owner else "",
        due=one.due_on,
    )


def trend_of(one: Objective, values: list[Any]) -> str:
    if len(values) < 2:
        return _("measured once") if values else _("never measured")
    before, now = values[-2:]
    if now == before:
        return _("unchanged")
    rises = now > before
    return _("improving") if rises == (one.direction == Direction.AT_LEAST) else _("worsening")


def trained_of(seen: Seen, result: Explained) -> Trained:
    found = seen.of(TrainingRecord).aggregate(
        of=Count("pk"), completed=Count("pk", filter=Q(completed_on__isnull=False))
    )
    registers = result.readiness.registers
    return Trained(
        completed=found["completed"],
        of=found["of"],
        overdue=registers.list("training-overdue").count,
        expired=registers.list("training-expired").count,
    )


def decisions_of(seen: Seen, result: Explained) -> tuple[str, ...]:
    """What management is asked to decide, as far as records tell."""
    ownerless = [one.test.name for one in result.blockers if not one.test.owners]
    dateless = [one.test.name for one in result.blockers if one.test.by is None]
    waiting = waiting_for_approval(seen)
    risks = result.readiness.risks
    unaccepted = risks.list("unaccepted-high").count + risks.list("unaccepted-medium").count
    asked = [going_on(result)]
    if ownerless:
        asked.append(_("Name who answers for: %(what)s.") % {"what": some(ownerless)})
    if dateless:
        asked.append(_("Set a day for: %(what)s.") % {"what": some(dateless)})
    if waiting:
        asked.append(_("Decide on what waits for approval: %(what)s.") % {"what": some(waiting)})
    if unaccepted:
        words = ngettext(
            "Accept %(n)s risk that remains, or have it lowered.",
            "Accept %(n)s risks that remain, or have them lowered.",
            unaccepted,
        )
        asked.append(words % {"n": unaccepted})
    return tuple(asked)


def going_on(result: Explained) -> str:
    """Whether certification goes on as planned."""
    stage1_on, blockers = result.readiness.stage1_on, len(result.of_stage(1))
    day = date_format(stage1_on, "j F Y") if stage1_on else ""
    if result.verdict == "ready":
        return _("Decide to go on to certification.")
    if result.verdict == "conditional":
        return _("Decide whether certification goes on while %(n)s conditions are open.") % {"n": len(result.failed)}
    if day and blockers:
        words = ngettext(
            "Keep %(day)s for stage 1, or move it: %(n)s test blocks it.",
            "Keep %(day)s for stage 1, or move it: %(n)s tests block it.",
            blockers,
        )
        return words % {"day": day, "n": blockers}
    if day:
        return _("Keep %(day)s for stage 1: nothing on record blocks it, but %(n)s tests block stage 2.") % {
            "day": day,
            "n": len(result.blockers),
        }
    return _("Set a day for stage 1, and free those who close what blocks it.")


def waiting_for_approval(seen: Seen) -> list[str]:
    """Reference and title of what is in review. One query."""
    in_review = {"state": Standing.IN_REVIEW}
    kinds = (ScopeStatement, RiskCriteria, TreatmentPlan, Statement, ImpactAssessment)
    rows = [named(seen.of(kind).filter(**in_review)) for kind in kinds]
    versions = DocumentVersion.objects.filter(**in_review).values("document")
    rows.append(named(seen.of(Document).filter(pk__in=versions)))
    found = rows[0].union(*rows[1:], all=True).order_by("reference")
    return [f"{reference} {title}" for reference, title in found]


def named(rows: Any) -> Any:
    return rows.order_by().values_list("reference", "title")


def some(names: list[str]) -> str:
    """The first few, and how many more."""
    more = len(names) - NAMED
    text = "; ".join(names[:NAMED])
    return text if more <= 0 else text + " " + ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more}
