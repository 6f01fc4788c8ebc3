"""Going live: a decision of designated management, with what it rests on (ISO 42001 A.6.2.5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from organisations.models import User
from records.actions import CHANGED, keep
from records.models import Record
from risks.golive.gate import TEXTS, Check, assessment_for, checks_of, decides
from risks.golive.on_record import by_text, in_words, records_for
from risks.models import GoLive, ImpactAssessment
from systems.models import LIVE, AISystem, Stage

STAGES = (Stage.DEPLOYMENT, *(stage for stage in Stage if stage in LIVE))


@transaction.atomic
def go_live(
    system: AISystem,
    *,
    by: User,
    seen: int | None,
    version: str,
    live_on: date,
    stage: str,
    given: Mapping[str, str] | None = None,
    override_reason: str = "",
) -> GoLive:
    """Writes the decision and sets the system live; `seen` is the version of its record that was shown, and
    `given` the texts of the decision (gate.TEXTS).

    Everything is checked again under lock. Raises PermissionDenied, or ValidationError with the reasons.
    """
    version, override_reason = version.strip(), override_reason.strip()
    system = decidable(held(system, version), by, seen)
    checks = checks_of(system, version, given, user=by)
    refuse(checks, override_reason)
    decision = GoLive(
        organisation=system.organisation,
        owner=system.owner,
        title=_("Go-live of %(system)s %(version)s") % {"system": system.title[:120], "version": version},
        system=system,
        system_version=version,
        assessment=assessment_for(system, version) if checks[0].passed else None,
        **told(system, version, given or {}),
        override_reason=override_reason,
        live_on=live_on,
        stage=stage,
        decided_by=by,
        decided_on=system.organisation.today(),
    )
    set_live(system, decision, by=by)
    keep(decision, by=by)
    return decision


def told(system: AISystem, version: str, given: Mapping[str, str]) -> dict[str, str]:
    """The texts of the decision, with the life-cycle records it rests on, as they stood then."""
    records = by_text(system, version)
    lines = {name: [given.get(name, "").strip(), *map(in_words, records[name])] for name in TEXTS}
    return {name: "\n".join(filter(None, parts)) for name, parts in lines.items()}


def held(system: AISystem, version: str) -> AISystem:
    """The system as it stands now. Whoever changes it, its records, or approves its assessment meanwhile waits."""
    Record.objects.select_for_update().get(pk=system.pk)
    assessments = ImpactAssessment.objects.filter(system=system, system_version=version).values("pk")
    records = records_for(system, version).order_by().values("pk")
    list(Record.objects.select_for_update().filter(Q(pk__in=assessments) | Q(pk__in=records)).order_by("pk"))
    return AISystem.objects.select_related("organisation", "owner").get(pk=system.pk)


def decidable(system: AISystem, by: User, seen: int | None) -> AISystem:
    """The system, where this person may decide on it as it was shown. Raises PermissionDenied, ValidationError."""
    if not decides(by, system.organisation):
        raise PermissionDenied
    if seen != system.version:
        raise ValidationError(CHANGED)
    if system.is_retired:
        raise ValidationError(_("It is retired. Take it back into use first."))
    return system


def refuse(checks: list[Check], override_reason: str) -> None:
    """Nothing goes live without what it needs, or a recorded reason. Raises ValidationError at `override_reason`."""
    missing = [one for one in checks if not one.passed]
    if missing and not override_reason:
        first = _("Supply what is missing, or say why it goes live all the same.")
        reasons = [_("%(check)s: %(why)s") % {"check": one.name, "why": one.why} for one in missing]
        raise ValidationError({"override_reason": [first, *reasons]})
    if override_reason and not missing:
        raise ValidationError({"override_reason": _("Nothing is missing, so there is nothing to override.")})


def set_live(system: AISystem, decision: GoLive, *, by: User) -> None:
    """Version, stage, and the day of the first decision on this version."""
    decided_before = GoLive.objects.filter(system=system, system_version=decision.system_version).exists()
    if system.go_live_on is None or not decided_before:
        system.go_live_on = decision.live_on
    system.system_version, system.stage = decision.system_version, decision.stage
    keep(system, by=by)
