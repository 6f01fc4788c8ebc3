"""What stands on the first page of a room, for the auditor and, before anybody came, for the client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import capfirst

from audits.conducting.scope import sections_of
from audits.models import AuditRoom, RoomVisit
from clauses.models import Document, ScopeStatement
from organisations.models import Organisation, User
from records.approvable import Standing
from records.models import Record
from risks.models import Statement
from systems.models import AISystem

from .scope import KEPT_INSIDE, Released, released

Shown = Callable[[type[Record]], QuerySet[Any]]
NAMED = 25
OPENED = 12


def seen_by(user: User, organisation: Organisation) -> Shown:
    def shown(kind: Any) -> QuerySet[Any]:
        found: QuerySet[Any] = kind.objects.visible_to(user).of(organisation)
        return found

    return shown


def overview_of(room: AuditRoom, shown: Shown) -> dict[str, Any]:
    """Audit, scope, documents and systems as far as `shown` shows them."""
    today, organisation = room.organisation.today(), room.organisation
    of_documents: Any = shown(Document)
    documents = list(of_documents.with_versions(today).select_related("organisation").prefetch_related("positions"))
    systems = list(shown(AISystem).select_related("organisation").order_by("reference"))
    statements = shown(Statement).select_related("organisation", "decided_by").order_by("-number")
    scope = shown(ScopeStatement).filter(state=Standing.APPROVED).order_by("-number").first()
    return {
        "room": room,
        "audit": room.for_audit,
        "scope": scope,
        "documents": sorted(documents, key=lambda one: one.reference),
        "systems": systems,
        "statements": list(statements),
        "areas": in_words(room),
        "changed_since": changed_since(room, shown),
        "today": today,
        "employees": organisation.employees,
    }


def changed_since(room: AuditRoom, shown: Shown) -> int:
    """How many of the records shown were changed after the day as of which they were released."""
    if room.data_as_of is None or room.data_as_of > room.organisation.today():
        return 0
    return shown(Record).filter(changed_at__date__gt=room.data_as_of).count()


def in_words(room: AuditRoom) -> str:
    """The clauses and areas of a room: `4, 5, 6, 7, 8, 9, 10, A.2, A.3`."""
    return ", ".join(sections_of(room.requirements.all()))


def traced(room: AuditRoom, systems: list[AISystem]) -> list[dict[str, Any]]:
    """Each system with whether its dossier was opened."""
    opened = set(room.visits.filter(page="ai-system-dossier", status__lt=400).values_list("record", flat=True))
    here = {"organisation": room.organisation.slug}
    return [
        {
            "system": one,
            "url": reverse("ai-system-dossier", kwargs=here | {"reference": one.reference}),
            "is_opened": one.pk in opened,
        }
        for one in systems
    ]


def opened_last(room: AuditRoom) -> list[RoomVisit]:
    """The records opened last, each once."""
    visits = room.visits.filter(status__lt=400).exclude(record=None).select_related("record", "record__organisation")
    found: dict[int, RoomVisit] = {}
    for visit in visits[:100]:
        found.setdefault(visit.record_id or 0, visit)
    return list(found.values())[:OPENED]


def preview_of(room: AuditRoom) -> dict[str, Any]:
    """What would be released now: the overview and, kind by kind, the records; and what stays inside."""
    parts = released(room)

    def shown(kind: Any) -> QuerySet[Any]:
        if kind is Record:
            return Record.objects.none()
        found = next((one.records for one in parts if one.kind is kind), kind.objects.none())
        return kind.objects.filter(pk__in=found.values("pk"))

    names = {one.KIND: capfirst(str(one._meta.verbose_name_plural)) for one in Record.__subclasses__()}
    inside = [{"name": names[kind], "why": why} for kind, why in KEPT_INSIDE.items() if kind in names]
    return overview_of(room, shown) | {"lists": [listed(one) for one in parts], "inside": inside, "is_preview": True}


def listed(one: Released) -> dict[str, Any]:
    records = one.records.select_related("organisation").order_by("reference")
    return {
        "name": capfirst(str(one.kind._meta.verbose_name_plural)),
        "count": one.records.count(),
        "records": list(records[:NAMED]),
        "more": max(0, one.records.count() - NAMED),
    }
