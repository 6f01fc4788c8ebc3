"""The road of certification: each audit of the certification body with its deadline, by ISO/IEC 17021-1.

Deadlines are those of the organisation (`AuditRules`). Before there is a certificate only what is planned is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from audits.models import Audit, AuditKind, AuditRules, AuditState, Finding, Grade, rules_of
from organisations.models import Organisation, User
from records.months import months_after

FAR = date(9000, 1, 1)


@dataclass(frozen=True)
class Step:
    """One audit on the road: until when it must be, and the audit that covers it. `rule` says whence the day comes."""

    key: str
    kind: str
    title: str
    deadline: date | None
    rule: str
    audit: Audit | None
    today: date

    @property
    def is_done(self) -> bool:
        return bool(self.audit and self.audit.is_issued)

    @property
    def is_late(self) -> bool:
        return bool(self.deadline and self.deadline < self.today and not self.is_done)

    @property
    def is_under_way(self) -> bool:
        return bool(self.audit and self.audit.state == AuditState.UNDER_WAY)

    @property
    def planned_too_late(self) -> bool:
        """Whether the audit that covers it is planned for after its deadline. A stage begins on the day aimed at."""
        begins, ends = (self.audit.planned_from, self.audit.planned_to) if self.audit else (None, None)
        day = begins if self.kind in {AuditKind.STAGE_1, AuditKind.STAGE_2} else ends or begins
        return bool(self.deadline and day and day > self.deadline and not self.is_done)

    @property
    def state(self) -> tuple[str, str]:
        """Word and tone."""
        if self.is_done:
            return _("Done"), "good"
        if self.is_late:
            return _("Late"), "bad"
        if self.is_under_way:
            return _("Under way"), "info"
        if self.planned_too_late:
            return _("Planned after its deadline"), "bad"
        if self.audit:
            return _("Planned"), "info"
        return _("Not planned"), "warn" if self.deadline else "none"


@dataclass(frozen=True)
class Road:
    """All steps in order, and what threatens them. `again` are majors of stage 2 that were not verified in time."""

    steps: list[Step]
    rules: AuditRules
    limit: date | None
    again: list[Finding]
    restorable_until: date | None

    @property
    def needs_another_stage_2(self) -> bool:
        return bool(self.again)


def road(organisation: Organisation, *, seen_by: User, today: date | None = None) -> Road:
    today, rules = today or organisation.today(), rules_of(organisation)
    visible: Any = Audit.objects.visible_to(seen_by).of(organisation).exclude(state=AuditState.CANCELLED)
    held = list(visible.select_related("organisation").order_by("planned_from", "report_on", "reference"))
    stage_2 = last(held, AuditKind.STAGE_2)
    ended = ended_on(stage_2) if stage_2 else None
    # A day that somebody typed wrong is nothing to count from.
    limit = months_after(ended, rules.major_months) if ended and ended < FAR else None
    steps = [*until_certified(organisation, rules, held, today), *after_certified(rules, held, today)]
    expiry = rules.expiry
    return Road(
        steps,
        rules,
        limit,
        again=unverified(stage_2, limit, seen_by) if stage_2 and limit and limit < today else [],
        restorable_until=months_after(expiry, rules.restore_months) if expiry else None,
    )


def ended_on(audit: Audit) -> date | None:
    """The last day of an audit."""
    return audit.planned_to or audit.planned_from or audit.report_on


def last(audits: Iterable[Audit], kind: str) -> Audit | None:
    found = [one for one in audits if one.audit_kind == kind]
    return found[-1] if found else None


def until_certified(organisation: Organisation, rules: AuditRules, held: list[Audit], today: date) -> list[Step]:
    """Stage 1 and stage 2: the days the organisation aims at; the standard sets no maximum between them."""
    aimed = _("The day the organisation aims at.")
    return [
        Step(
            "stage_1",
            AuditKind.STAGE_1,
            _("Stage 1"),
            organisation.stage1_on,
            aimed,
            last(held, AuditKind.STAGE_1),
            today,
        ),
        Step(
            "stage_2",
            AuditKind.STAGE_2,
            _("Stage 2"),
            organisation.stage2_on,
            aimed,
            last(held, AuditKind.STAGE_2),
            today,
        ),
    ]


def after_certified(rules: AuditRules, held: list[Audit], today: date) -> list[Step]:
    """Surveillance each calendar year but that of recertification, the first within months; recertification in time."""
    certified, expiry = rules.certified_on, rules.expiry
    later = [one for one in held if certified and (day := one.planned_from or one.report_on) and day > certified]
    watched = [one for one in later if one.audit_kind == AuditKind.SURVEILLANCE]
    steps = [
        Step(
            f"surveillance_{number}",
            AuditKind.SURVEILLANCE,
            _("Surveillance %(n)d") % {"n": number},
            surveillance_by(rules, number),
            surveillance_rule(rules, number),
            watched[number - 1] if number <= len(watched) else None,
            today,
        )
        for number in range(1, rules.certificate_years)
    ]
    again = _("Finished before the certificate expires.")
    return [
        *steps,
        Step(
            "recertification",
            AuditKind.RECERTIFICATION,
            _("Recertification"),
            expiry,
            again,
            last(later, AuditKind.RECERTIFICATION),
            today,
        ),
    ]


def surveillance_by(rules: AuditRules, number: int) -> date | None:
    """The first within months of the decision, the others by the end of their calendar year."""
    if rules.certified_on is None:
        return None
    if number == 1:
        return months_after(rules.certified_on, rules.surveillance_months)
    return date(rules.certified_on.year + number, 12, 31)


def surveillance_rule(rules: AuditRules, number: int) -> str:
    if number == 1:
        return _("Within %(n)d months of the decision on certification.") % {"n": rules.surveillance_months}
    return _("Once in each calendar year but that of the recertification.")


def unverified(stage_2: Audit, limit: date, seen_by: User) -> list[Finding]:
    """Majors of stage 2 that nobody verified until the limit."""
    visible: Any = Finding.objects.visible_to(seen_by).filter(found_in=stage_2, grade=Grade.MAJOR)
    found = visible.exclude(verified_on__lte=limit).select_related("organisation")
    return list(found.order_by("reference"))
