"""What needs another look because an AI system changed, or something happened (ISO 42001 6.1.4, 8.2, 8.4).

Derived each time, never stored: risks, assessments and acceptances say which facts of the system they were made with.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from evidence.references import natural
from records.models import Record
from risks.changes.drafts import changes_since, trigger_of
from risks.changes.material import Change, Past
from risks.linking import Linked, linked, page_of
from risks.models import (
    UNDECIDED,
    Acceptance,
    ImpactAssessment,
    Incident,
    Level,
    Risk,
    Standing,
    TreatmentControl,
    TreatmentState,
    Trigger,
)
from systems.models import AISystem

# So many are named; the others are counted and one click away.
NAMED = 12


@dataclass(frozen=True)
class Group:
    """Records of one kind that are concerned: the first by name, `total` of them, `url` of the whole list."""

    words: str
    named: tuple[Linked, ...]
    total: int
    url: str = ""

    @property
    def more(self) -> int:
        return self.total - len(self.named)


@dataclass(frozen=True)
class Looks:
    """Why a system needs another look, what that concerns, and the assessment that follows."""

    reasons: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    groups: tuple[Group, ...] = ()
    draft: Linked | None = None
    # Why the next version would be started; empty where there is nothing to go on from, or a draft already.
    trigger: str = ""
    is_unassessed: bool = False

    def __bool__(self) -> bool:
        return bool(self.reasons)


def looks_of(system: AISystem, *, user: Any, on: date) -> Looks:
    """For one system: reasons in words, and what of it this person may see. A retired system needs none."""
    if system.is_retired:
        return Looks()
    past, assessments = Past(system), assessments_of(system, user)
    approved = next((one for one in assessments if one.state == Standing.APPROVED), None)
    draft = next((one for one in assessments if one.state in UNDECIDED), None)
    risks, acceptances = concerned_risks(system, user), concerned_acceptances(system, user, on)
    since = changes_since(approved, past) if approved else ()
    facts = dict.fromkeys([*(one.assessed_facts for one in risks), *(one.facts for one in acceptances)])
    changes = tuple(dict.fromkeys([*since, *past.all_changes(facts)]))
    events = happened(system, approved, user, on) if system.in_scope else ()
    reasons = (*(capfirst(one.words) for one in changes), *(words for _kind, words in events))
    if not reasons:
        return Looks()
    return Looks(
        reasons=reasons,
        changes=changes,
        groups=groups_of(system, user, risks, [approved] if approved and (since or events) else [], acceptances),
        draft=linked(draft, note=draft.get_state_display()) if draft and draft.is_seen else None,
        trigger=first_trigger(since, events) if approved and not draft else "",
        is_unassessed=approved is None,
    )


def assessments_of(system: AISystem, user: Any) -> list[Any]:
    """All of them, the newest first; `is_seen` says whether this person may open one."""
    seen = ImpactAssessment.objects.visible_to(user).filter(pk=OuterRef("pk"))
    found = ImpactAssessment.objects.filter(system=system).annotate(is_seen=Exists(seen))
    return list(with_organisation(system, found.order_by("-number", "-pk")))


def with_organisation(system: AISystem, records: Iterable[Any]) -> list[Any]:
    """Spares a query for each record's address: they are all of the system's organisation."""
    found = list(records)
    for one in found:
        one.organisation = system.organisation
    return found


def concerned_risks(system: AISystem, user: Any) -> list[Any]:
    found = Risk.objects.visible_to(user).filter(system=system).to_look_at_again()
    return with_organisation(system, found.order_by("-score", "reference"))


def concerned_acceptances(system: AISystem, user: Any, on: date) -> list[Acceptance]:
    """Those that would still stand, had the system not changed, and that no newer one has taken the place of."""
    mine = Acceptance.objects.filter(risk__in=Risk.objects.visible_to(user).filter(system=system, closed_on=None))
    lapsed = mine.filter(lapsed_on=None, until__gte=on).exclude(facts="").exclude(facts=system.facts)
    newer = Acceptance.objects.standing(on).filter(risk=OuterRef("risk"))
    found = list(lapsed.exclude(Exists(newer)).select_related("risk").order_by("risk__reference", "-pk"))
    with_organisation(system, (one.risk for one in found))
    return list({one.risk_id: one for one in reversed(found)}.values())[::-1]


def happened(system: AISystem, approved: Any, user: Any, on: date) -> tuple[tuple[str, str], ...]:
    """What else asks for an assessment, as (trigger, words)."""
    if approved is None:
        return ((Trigger.NEW_SYSTEM, _("No approved impact assessment yet")),)
    found: list[tuple[str, str]] = []
    for incident in serious_incidents(system, approved, user):
        words = _("%(reference)s after the approval: %(title)s")
        found.append((Trigger.INCIDENT, words % {"reference": incident.reference, "title": incident.title}))
    if approved.is_expired(on):
        words = _("The impact assessment expired on %(day)s")
        found.append((Trigger.SCHEDULED, words % {"day": date_format(approved.review_on, "j M Y")}))
    return tuple(found)


def serious_incidents(system: AISystem, approved: Any, user: Any) -> Any:
    """High, critical or serious in the sense of the law, and known only after the assessment was handed in."""
    grave = Q(severity__in=[Level.HIGH, Level.CRITICAL]) | Q(is_serious=True)
    later = Q(known_at__gt=approved.submitted_at) if approved.submitted_at else Q(happened_on__gt=approved.decided_on)
    return Incident.objects.visible_to(user).filter(grave, later, system=system).order_by("-happened_on", "-pk")[:3]


def first_trigger(changes: tuple[Change, ...], events: tuple[tuple[str, str], ...]) -> str:
    return trigger_of(changes) if changes else next((kind for kind, _words in events), Trigger.CHANGE)


def groups_of(
    system: AISystem, user: Any, risks: list[Any], assessments: list[Any], acceptances: list[Acceptance]
) -> tuple[Group, ...]:
    controls = concerned_controls(system, user, [one.pk for one in risks])
    of_system = {"system": system.pk}
    found = (
        Group(
            _("Impact assessments"),
            tuple(linked(one, note=one.get_state_display()) for one in assessments if one.is_seen),
            sum(one.is_seen for one in assessments),
        ),
        Group(
            _("Risks"),
            tuple(linked(one) for one in risks[:NAMED]),
            len(risks),
            page_of("risk-list", system.organisation, **of_system),
        ),
        Group(
            _("Acceptances that no longer stand"),
            tuple(linked(one.risk) for one in acceptances[:NAMED]),
            len(acceptances),
        ),
        Group(
            _("Lines of the Statement of Applicability"),
            tuple(linked(one) for one in controls[:NAMED]),
            len(controls),
        ),
    )
    return tuple(group for group in found if group.total)


def concerned_controls(system: AISystem, user: Any, risks: list[int]) -> list[Any]:
    """Controls on which treatments of these risks rest: their lines in the Statement of Applicability (6.1.3)."""
    if not risks:
        return []
    links = TreatmentControl.objects.filter(treatment__treats__in=risks)
    links = links.exclude(treatment__status=TreatmentState.DROPPED)
    found = Record.objects.visible_to(user).filter(pk__in=links.values("control"))
    return with_organisation(system, sorted(found, key=lambda one: natural(one.reference)))
