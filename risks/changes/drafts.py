"""The next version of an assessment begins by itself when its system changes (ISO 42001 6.1.4, 8.4)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from organisations.models import User
from records.models import Record
from risks.changes.material import Change, Past
from risks.impact.versions import next_version, undecided
from risks.models import ImpactAssessment, Standing, Trigger
from systems.models import AISystem

log = logging.getLogger(__name__)


def newest_approved(system: AISystem) -> ImpactAssessment | None:
    approved = ImpactAssessment.objects.filter(system=system, state=Standing.APPROVED)
    return approved.select_related("organisation").order_by("-number", "-pk").first()


def changes_since(assessment: ImpactAssessment, past: Past) -> tuple[Change, ...]:
    """What changed since an assessment; that its own version came into use is no change."""
    version = past.system.system_version
    return past.changes(assessment.facts, but_version=bool(version) and assessment.system_version == version)


def trigger_of(changes: tuple[Change, ...]) -> Trigger:
    return Trigger.SUPPLIER if changes and all(one.what == "supplier" for one in changes) else Trigger.CHANGE


@transaction.atomic
def start_next(system: AISystem, *, by: User | None, trigger: str) -> ImpactAssessment:
    """Makes the draft that follows the newest approved assessment. Raises ValidationError where there is one already.

    Two at once wait for each other at the record of the system: the second finds the draft of the first.
    """
    Record.objects.select_for_update().get(pk=system.pk)
    if draft := undecided(system):
        raise ValidationError(_("%(record)s is being worked on already.") % {"record": draft})
    approved = newest_approved(system)
    if approved is None:
        raise ValidationError(_("There is no approved assessment to go on from."))
    return next_version(approved, by=by, trigger=trigger)


def draft_what_changed() -> list[ImpactAssessment]:
    """Starts the next version wherever a system in scope changed after its approval. Doing it again does nothing."""
    return [made for system in changed_systems() if (made := drafted(system))]


def drafted(system: AISystem) -> ImpactAssessment | None:
    """The draft for one system; None where it needs none, or has one by now."""
    approved = newest_approved(system)
    changes = changes_since(approved, Past(system)) if approved else ()
    if not changes or undecided(system):
        return None
    try:
        return start_next(system, by=None, trigger=trigger_of(changes))
    except ValidationError:
        return None  # another worker, or a person, was faster
    except Exception:
        log.exception("The next assessment of system %s could not be started", system.pk)
        return None


def changed_systems() -> Iterator[AISystem]:
    assessed: Any = ImpactAssessment.objects.filter(state=Standing.APPROVED).exclude(facts="")
    changed = assessed.exclude(facts=F("system__facts")).values("system")
    yield from AISystem.objects.in_scope().filter(pk__in=changed).select_related("organisation").order_by("pk")
