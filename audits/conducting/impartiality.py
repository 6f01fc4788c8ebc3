"""Nobody audits their own work (ISO 42001 9.2.2): what the auditors own of what is audited, and why it was accepted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from audits.models import Audit, ImpartialityNote
from clauses.models import AIMSProcess, Position
from organisations.models import Organisation, User
from records.actions import locked, touch
from records.models import Record
from risks.models import ImpactAssessment, ImpactAssessor, Risk
from systems.models import AISystem

from .scope import covered


@dataclass(frozen=True)
class Conflict:
    """That one auditor owns one record of what is audited."""

    person: User
    owned: Record

    @property
    def key(self) -> tuple[int, int]:
        return self.person.pk, self.owned.pk

    def __str__(self) -> str:
        return _("%(who)s owns %(what)s") % {"who": self.person, "what": self.owned}


def conflicts(
    organisation: Organisation, *, people: Iterable[User], systems: Iterable[AISystem], numbers: Iterable[str]
) -> list[Conflict]:
    """What these people own of these AI systems and of the requirements with these numbers, by reference."""
    by_pk = {person.pk: person for person in people}
    if not by_pk:
        return []
    pairs = {*of_systems(organisation, by_pk, list(systems)), *of_requirements(organisation, by_pk, set(numbers))}
    records = Record.objects.select_related("organisation").in_bulk({owned for _person, owned in pairs})
    found = [Conflict(by_pk[person], records[owned]) for person, owned in pairs]
    return sorted(found, key=lambda one: (one.person.name, one.owned.reference))


def of_systems(organisation: Organisation, people: Any, systems: list[AISystem]) -> Iterable[tuple[Any, int]]:
    """Pairs of a person and a record: the system, its risks, its impact assessments."""
    for system in systems:
        yield from ((person, system.pk) for person in (system.owner_id, system.technical_owner_id) if person in people)
    for model in (Risk, ImpactAssessment):
        owned: Any = model._default_manager.filter(
            organisation=organisation, system__in=[one.pk for one in systems], owner__in=people
        )
        yield from owned.values_list("owner", "pk")
    assessed = ImpactAssessor.objects.filter(
        assessment__organisation=organisation, assessment__system__in=[one.pk for one in systems], user__in=people
    )
    yield from assessed.values_list("user", "assessment")


def of_requirements(organisation: Organisation, people: Any, numbers: set[str]) -> Iterable[tuple[int, int]]:
    """Pairs of a person and a record: the position on a requirement, a process that serves it."""
    positions: Any = Position.objects.filter(
        organisation=organisation, requirement__number__in=numbers, owner__in=people
    )
    yield from positions.values_list("owner", "pk")
    for process in AIMSProcess.objects.filter(organisation=organisation, owner__in=people):
        served = {one.strip() for one in process.clauses.split(",") if one.strip()}
        if not served or served & numbers:
            assert process.owner_id
            yield process.owner_id, process.pk


def conflicts_of(audit: Audit) -> list[Conflict]:
    """What the auditors of an audit own of it, as of now."""
    named = Q(pk=audit.lead_id) | Q(pk__in=audit.auditmember_set.values("person"))
    return conflicts(
        audit.organisation,
        people=User.objects.filter(named),
        systems=AISystem.objects.filter(audits=audit),
        numbers=[one.number for one in covered(audit)],
    )


def open_conflicts(audit: Audit) -> list[Conflict]:
    """Those of which nobody said yet why they are accepted."""
    noted = set(audit.impartiality_notes.values_list("person", "owned"))
    return [one for one in conflicts_of(audit) if one.key not in noted]


@transaction.atomic
def accept_conflicts(audit: Audit, *, by: User, reason: str) -> int:
    """Notes each warning that stands, and why the auditors are accepted; returns how many. Raises ValidationError."""
    audit = locked(audit)
    if not audit.is_open:
        raise ValidationError(_("The audit is over; nothing in it changes any more."))
    found = open_conflicts(audit)
    if found and not reason.strip():
        raise ValidationError({"reason": _("Say why the auditors are accepted all the same.")})
    for one in found:
        ImpartialityNote.objects.create(
            audit=audit, person=one.person, owned=one.owned, reason=reason.strip(), accepted_by=by
        )
    if found:
        touch(audit, by=by)
    return len(found)
