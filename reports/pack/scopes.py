"""What a pack is of: all of the organisation, an audit, an AI system, a framework, or what a room shows.

Whatever it is, only what who asks may see is in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from audits.conducting.scope import covered
from audits.models import Audit, AuditRoom
from audits.room.doors import NAMES_PEOPLE
from audits.room.scope import KEPT_INSIDE, Extent, extent_of, within
from clauses.models.crosswalks import CLAIMED, Mapping, OtherFramework
from evidence.models import Proof
from evidence.references import natural
from organisations.models import Organisation, User
from records.models import Record
from systems.models import AISystem

from .links import near

# What follows from what concerns an AI system: it belongs to the system, although it does not name it.
FOLLOWING = ("treatment", "finding", "corrective-action", "improvement")
# Whose evidence is that of an organisation, not of one AI system.
WHOLE = ("position", "supplier", "audit", "planned-change")


class NoScope(Exception):
    """There is no such record, framework or room, or none that who asks may see."""


@dataclass(frozen=True)
class Scope:
    """`words` for people; `keys` are the ids of its records, by kind and reference."""

    words: str
    keys: list[int]


def scope_of(organisation: Organisation, user: User, parameters: dict[str, str]) -> Scope:
    """What these parameters (`audit`, `system`, `framework` or `room`, else everything) stand for. Raises NoScope."""
    visible = Record.objects.visible_to(user).of(organisation)
    for name, find in (("audit", of_audit), ("system", of_system), ("framework", of_framework)):
        if reference := parameters.get(name):
            words, keys = find(organisation, user, reference)
            return Scope(words, in_order(visible.filter(pk__in=keys)))
    if reference := parameters.get("room"):
        return of_room(organisation, user, reference)
    return Scope(_("All of %(name)s") % {"name": organisation.name}, in_order(visible))


def in_order(records: Any) -> list[int]:
    rows = records.order_by().values_list("kind", "reference", "pk")
    return [key for _kind, _natural, key in sorted((kind, natural(reference), key) for kind, reference, key in rows)]


def one_of(kind: Any, organisation: Organisation, user: User, reference: str) -> Any:
    record = kind.objects.visible_to(user).of(organisation).filter(reference=reference).first()
    if record is None:
        raise NoScope(_("There is no such record any more, or not for who asked: %(it)s.") % {"it": reference})
    return record


def of_audit(organisation: Organisation, user: User, reference: str) -> tuple[str, set[int]]:
    """What was released to the rooms of an audit; where it has none, what the audit covers."""
    audit = one_of(Audit, organisation, user, reference)
    found = (one for extent in extents_of(audit) for one in within(extent))
    keys = {key for one in found for key in one.records.values_list("pk", flat=True)}
    return _("Audit %(audit)s") % {"audit": audit}, keys


def extents_of(audit: Audit) -> Iterable[Extent]:
    rooms = list(audit.rooms.filter(revoked_at=None).exclude(invited_at=None))
    if rooms:
        return [extent_of(room) for room in rooms]
    numbers = frozenset(one.number for one in covered(audit))
    systems = list(audit.systems.values_list("pk", flat=True))
    every = AISystem.objects.of(audit.organisation).values_list("pk", flat=True)
    return [Extent(audit.organisation, numbers, systems or list(every), Q(pk=audit.pk))]


def of_system(organisation: Organisation, user: User, reference: str) -> tuple[str, set[int]]:
    """An AI system, all that names it or is named by it, what follows from that, and the evidence for it."""
    system = one_of(AISystem, organisation, user, reference)
    kept_inside = Record.objects.filter(kind__in=[*KEPT_INSIDE, "evidence"])
    keys = {system.pk, *near({system.pk})}
    keys -= set(kept_inside.filter(pk__in=keys).values_list("pk", flat=True))
    for _step in ("treatments and findings", "their corrective actions"):
        own = Record.objects.filter(pk__in=keys).exclude(kind__in=WHOLE).values_list("pk", flat=True)
        keys |= set(Record.objects.filter(kind__in=FOLLOWING, pk__in=near(set(own))).values_list("pk", flat=True))
    proven = Record.objects.filter(pk__in=keys).exclude(kind__in=WHOLE)
    keys |= set(Proof.objects.filter(record__in=proven).values_list("evidence", flat=True))
    return _("AI system %(system)s") % {"system": system}, keys


def of_framework(organisation: Organisation, user: User, code: str) -> tuple[str, set[int]]:
    """What belongs to the requirements of ISO/IEC 42001 that relate to a framework strongly enough to be named."""
    frameworks: Any = OtherFramework.objects.visible_to(user)
    framework = frameworks.of(organisation).filter(code=code).first()
    if framework is None:
        raise NoScope(_("There is no such framework: %(it)s.") % {"it": code})
    mappings: Any = Mapping.objects.visible_to(user)
    related = mappings.of(organisation).standing().filter(target__framework=framework, strength__in=CLAIMED)
    numbers = frozenset(related.values_list("source__number", flat=True))
    systems = list(AISystem.objects.of(organisation).values_list("pk", flat=True))
    extent = Extent(organisation, numbers, systems, own=Q(pk__in=[]))
    keys = {key for one in within(extent) for key in one.records.values_list("pk", flat=True)}
    return _("What relates to %(framework)s") % {"framework": framework}, keys


def of_room(organisation: Organisation, user: User, reference: str) -> Scope:
    """All that a room shows its person. Where it hides who was trained, the registers of that stay out."""
    room = AuditRoom.objects.of(organisation).filter(reference=reference, person=user).first()
    if room is None or room.stage(organisation.today()) != "open":
        raise NoScope(_("This room is not open."))
    visible = Record.objects.visible_to(user).of(organisation)
    if room.names_as_initials:
        visible = visible.exclude(kind__in={name.removeprefix("api-").rpartition("-")[0] for name in NAMES_PEOPLE})
    return Scope(_("What the audit room of %(audit)s shows") % {"audit": room.for_audit}, in_order(visible))
