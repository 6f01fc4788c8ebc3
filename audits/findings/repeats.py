"""A minor nonconformity on a requirement that had one within three years is pointed out: it is commonly raised."""

from __future__ import annotations

from datetime import date
from typing import Any

from audits.models import Finding, Grade
from organisations.models import Organisation, User
from records.months import months_after

YEARS = 3


def earlier_minors(
    organisation: Organisation, requirement: Any, *, seen_by: User, before: date, but: int | None = None
) -> list[Finding]:
    """Issued minor nonconformities on a requirement within three years before a day, the newest first."""
    visible: Any = Finding.objects.visible_to(seen_by).of(organisation)
    found = visible.filter(
        requirement=requirement,
        grade=Grade.MINOR,
        issued_on__gte=months_after(before, -12 * YEARS),
        issued_on__lte=before,
    ).exclude(pk=but)
    return list(found.select_related("organisation", "found_in").order_by("-issued_on", "-pk"))


def repeated_by(finding: Finding, *, seen_by: User) -> list[Finding]:
    """What a minor nonconformity may repeat; nothing for other grades."""
    if finding.grade != Grade.MINOR:
        return []
    before = finding.issued_on or finding.organisation.today()
    found = earlier_minors(finding.organisation, finding.requirement_id, seen_by=seen_by, before=before, but=finding.pk)
    return [one for one in found if one.found_in_id != finding.found_in_id]
