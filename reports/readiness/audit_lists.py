"""Tests of clauses 9.2, 9.3 and 10: what audits found, what is done about it, what a review looked at."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from audits.models import (
    Audit,
    AuditKind,
    AuditRequirement,
    AuditState,
    CorrectiveAction,
    Finding,
    Grade,
    ManagementReview,
    Topic,
)
from clauses.models import Position
from records.months import months_after

from .lists import Listed, Seen

# A certificate lasts three years; within them every clause is audited (ISO 19011; certification.md section 2).
CYCLE = 36
SPOKEN = ~Q(inputs__summary="") | ~Q(inputs__remark="")


def reported(seen: Seen) -> Any:
    """Internal audits whose report was issued within the cycle."""
    since = months_after(seen.on, -CYCLE)
    internal = Audit.objects.filter(organisation=seen.organisation, audit_kind=AuditKind.INTERNAL)
    return internal.filter(state=AuditState.REPORT_ISSUED, report_on__gte=since)


def uncovered(seen: Seen) -> Any:
    """Clauses that no internal audit covered; an audit that names none covered all. None while there is no audit."""
    audits = reported(seen)
    covers = AuditRequirement.objects.filter(audit__in=audits, requirement=OuterRef("requirement"))
    named = AuditRequirement.objects.filter(audit=OuterRef("pk"))
    return seen.of(Position).clauses().filter(Exists(audits), ~Exists(audits.exclude(Exists(named))), ~Exists(covers))


def silent(seen: Seen) -> Any:
    """Reviews of the last year, held or issued, that neither spoke about an input nor said why they passed over it."""
    held = seen.of(ManagementReview).filter(held_on__lte=seen.on, held_on__gte=months_after(seen.on, -12))
    spoken = ManagementReview.objects.annotate(said=Count("inputs", filter=SPOKEN)).filter(said=len(Topic))
    return held.exclude(Exists(spoken.filter(pk=OuterRef("pk"))))


AUDIT_TESTS: tuple[Listed, ...] = (
    Listed(
        *("majors-open", "10.2", _("Major nonconformities open")),
        _("They stand until they are corrected and somebody verified it."),
        lambda seen: seen.of(Finding).open().filter(grade=Grade.MAJOR, issued_on__isnull=False),
        blocks=True,
        day="due_on",
    ),
    Listed(
        *("minors-open", "10.2", _("Minor nonconformities open")),
        _("Nobody has verified yet that they are corrected."),
        lambda seen: seen.of(Finding).open().filter(grade=Grade.MINOR, issued_on__isnull=False),
        blocks=False,
        day="due_on",
    ),
    Listed(
        *("corrections-late", "10.2", _("Corrective actions overdue")),
        _("Their day has passed, and they are not done."),
        lambda seen: seen.of(CorrectiveAction).overdue(seen.on),
        blocks=False,
        day="due_on",
    ),
    Listed(
        *("effects-unchecked", "10.2", _("Corrective actions whose effect was to be checked")),
        _("They were done, and the day to look whether it helped has passed."),
        lambda seen: seen.of(CorrectiveAction).check_overdue(seen.on),
        blocks=False,
        day="check_on",
    ),
    Listed(
        *("clauses-unaudited", "9.2.2", _("Clauses that no internal audit covered")),
        _("Within three years every clause is audited; these were not."),
        uncovered,
        blocks=False,
    ),
    Listed(
        *("reviews-silent", "9.3.2", _("Management reviews with inputs not covered")),
        _("Nothing was said about an input, nor why it was passed over."),
        silent,
        blocks=False,
        day="held_on",
    ),
)
