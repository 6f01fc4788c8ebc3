"""Records that are new, were changed, are gone; risks that rose or fell: the same question asked of both days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models.functions import Length
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from organisations.models import Organisation
from records.addresses import record_address
from records.models import Record
from risks.models import Risk
from risks.models.scales import Level

from .result import Group, Line, group

# What the portal keeps of itself: an auditor's room, a question of one.
LEFT_OUT = ("audit-room", "information-request")


@dataclass(frozen=True)
class Seen:
    """What there was on one day: records by number, and of risks score and level."""

    records: dict[int, tuple[str, str, str, datetime]]
    risks: dict[int, tuple[int | None, str]]


def seen_on_its_day(organisation: Organisation, user: Any) -> Seen:
    """Of the day that is looked at, as far as `user` may see it. Two queries."""
    rows = Record.objects.visible_to(user).of(organisation).exclude(kind__in=LEFT_OUT)
    found = rows.order_by("kind", Length("reference"), "reference").values_list(
        "pk", "kind", "reference", "title", "changed_at"
    )
    risks = Risk.objects.visible_to(user).of(organisation).filter(closed_on=None).order_by()
    return Seen(
        {pk: (kind, reference, title, changed) for pk, kind, reference, title, changed in found.iterator(5000)},
        {pk: (score, level) for pk, score, level in risks.values_list("pk", "score", "level")},
    )


def record_groups(organisation: Organisation, then: Seen, now: Seen) -> list[Group]:
    added = [pk for pk in now.records if pk not in then.records]
    changed = [pk for pk in now.records if pk in then.records and now.records[pk] != then.records[pk]]
    gone = [pk for pk in then.records if pk not in now.records]
    return [
        group("added", _("Added"), lines(organisation, now, added), now=_("What")),
        group("changed", _("Changed"), lines(organisation, now, changed), now=_("What")),
        group("gone", _("No longer there"), lines(organisation, then, gone), now=_("What")),
    ]


def lines(organisation: Organisation, seen: Seen, numbers: list[int]) -> list[Line]:
    names = {model.KIND: capfirst(str(model._meta.verbose_name)) for model in Record.__subclasses__()}
    found = (seen.records[number] for number in numbers)
    return [
        Line(reference, title, now=names[kind], url=record_address(kind, organisation.slug, reference))
        for kind, reference, title, _changed in found
    ]


def risk_groups(organisation: Organisation, then: Seen, now: Seen) -> list[Group]:
    """Risks open on both days whose score moved, the furthest first."""
    scores = {pk: (then.risks[pk][0], now.risks[pk][0]) for pk in now.risks.keys() & then.risks.keys()}
    moved = [(is_now - was, pk) for pk, (was, is_now) in scores.items() if was is not None and is_now is not None]
    lower = [pk for by, pk in sorted(moved) if by < 0]
    higher = [pk for by, pk in sorted(moved, reverse=True) if by > 0]
    heads = {"was": _("Score then"), "now": _("Score now")}
    return [
        group("risks-lower", _("Risks that fell"), [moved_risk(organisation, then, now, pk) for pk in lower], **heads),
        group(
            "risks-higher", _("Risks that rose"), [moved_risk(organisation, then, now, pk) for pk in higher], **heads
        ),
    ]


def moved_risk(organisation: Organisation, then: Seen, now: Seen, pk: int) -> Line:
    kind, reference, title, _changed = now.records[pk]
    url = record_address(kind, organisation.slug, reference)
    return Line(reference, title, scored(*then.risks[pk]), scored(*now.risks[pk]), url)


def scored(score: int | None, level: str) -> str:
    return f"{score} {Level(level).label}" if level else str(score)
