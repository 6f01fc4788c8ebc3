"""What was closed, approved, improved and learned in a period, by the days that the records themselves tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Length
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from audits.models import (
    ActionState,
    Audit,
    CorrectiveAction,
    Finding,
    Improvement,
    ImprovementState,
    ManagementReview,
)
from clauses.models import Document, DocumentVersion, GapRun, PlannedChange, ScopeStatement, Task
from organisations.models import Organisation
from records.addresses import record_address
from records.approvable import Standing
from records.models import Record
from risks.models import ImpactAssessment, Incident, Risk, RiskCriteria, Statement, TreatmentPlan
from systems.models import AISystem

from .result import Group, Line, group

# By type of record: the day on which it is over.
CLOSED: dict[type[Record], str] = {
    AISystem: "retired_on",
    Risk: "closed_on",
    Incident: "closed_on",
    Task: "closed_on",
    PlannedChange: "closed_on",
    GapRun: "closed_on",
    Audit: "report_on",
    Finding: "closed_on",
    CorrectiveAction: "closed_on",
    ManagementReview: "issued_on",
}
APPROVED: tuple[type[Record], ...] = (ScopeStatement, RiskCriteria, Statement, TreatmentPlan, ImpactAssessment)
IN_FORCE = (Standing.APPROVED, Standing.SUPERSEDED)


@dataclass(frozen=True)
class Period:
    """After the end of `since`, until the end of `until`, as far as `user` may see it."""

    organisation: Organisation
    user: Any
    since: date
    until: date

    def of(self, model: type[Record], day: str, **wanted: Any) -> QuerySet[Any]:
        """Records of a type whose day falls into the period, by that day."""
        within = Q(**{f"{day}__gt": self.since, f"{day}__lte": self.until}, **wanted)
        found: Any = model.objects.visible_to(self.user).of(self.organisation)
        rows: QuerySet[Any] = found.filter(within).order_by(day, Length("reference"), "reference")
        return rows

    def line(self, record: Any, was: str = "", now: str = "") -> Line:
        url = record_address(record.kind, self.organisation.slug, record.reference)
        return Line(record.reference, record.title, was, now, url)


def settled_groups(period: Period) -> list[Group]:
    when = _("When")
    return [
        group("closed", _("Closed"), closed(period), was=_("What"), now=when),
        group("approved", _("Approved"), approved(period), was=_("What"), now=when),
        group("improved", _("Improvements made"), improved(period), was=_("What came of it"), now=when),
        group("learned", _("Lessons learned"), learned(period), was=_("What was learned"), now=when),
    ]


def day(value: date) -> str:
    return date_format(value, "j M Y")


def closed(period: Period) -> list[Line]:
    found = [
        (getattr(record, name), model, record) for model, name in CLOSED.items() for record in period.of(model, name)
    ]
    return [period.line(record, called(model), day(on)) for on, model, record in sorted(found, key=by_day)]


def approved(period: Period) -> list[Line]:
    found = [
        (record.decided_on, model, record)
        for model in APPROVED
        for record in period.of(model, "decided_on", state__in=IN_FORCE)
    ]
    documents = DocumentVersion.objects.filter(
        document__in=Document.objects.visible_to(period.user).of(period.organisation),
        state__in=IN_FORCE,
        decided_on__gt=period.since,
        decided_on__lte=period.until,
    ).select_related("document")
    found += [(one.decided_on, Document, one) for one in documents]
    return [approved_line(period, on, model, record) for on, model, record in sorted(found, key=by_day)]


def approved_line(period: Period, on: date, model: type[Record], record: Any) -> Line:
    if isinstance(record, DocumentVersion):
        words = _("Document, version %(label)s") % {"label": record.label}
        return period.line(record.document, words, day(on))
    return period.line(record, called(model), day(on))


def improved(period: Period) -> list[Line]:
    effective = period.of(CorrectiveAction, "closed_on", state=ActionState.CLOSED)
    realised = period.of(Improvement, "settled_on", state=ImprovementState.REALISED)
    found = [(one.closed_on, one.outcome, one) for one in effective]
    found += [(one.settled_on, one.result, one) for one in realised]
    return [period.line(one, words, day(on)) for on, words, one in sorted(found, key=by_day)]


def learned(period: Period) -> list[Line]:
    """From incidents and corrective actions that ended, and from reviews with minutes."""
    told: list[tuple[type[Record], str, Callable[[Any], str]]] = [
        (Incident, "closed_on", lambda one: one.lessons),
        (CorrectiveAction, "closed_on", lambda one: one.root_cause),
        (ManagementReview, "issued_on", lambda one: one.conclusion),
    ]
    found = [
        (getattr(one, name), words(one), one)
        for model, name, words in told
        for one in period.of(model, name)
        if words(one)
    ]
    return [period.line(one, words, day(on)) for on, words, one in sorted(found, key=by_day)]


def called(model: type[Record]) -> str:
    return capfirst(str(model._meta.verbose_name))


def by_day(found: tuple[date, Any, Any]) -> date:
    return found[0]
