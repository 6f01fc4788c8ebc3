"""The readiness of each day, kept once, and the trend that these days make."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organisations.models import Organisation, User
from organisations.moment import now as moment
from organisations.roles import VIEW_RECORDS
from records.charts import Point, line_chart
from records.past.days import first_day
from records.past.looking import looking_back
from reports.models import ReadinessSnapshot

from .explained import Explained, explained

logger = logging.getLogger(__name__)

# So many days the trend looks back.
SHOWN = 400
# How far back days are kept that nobody kept in time, and how many at once.
CAUGHT_UP, AT_ONCE = timedelta(days=92), 3


@dataclass(frozen=True)
class Trend:
    """The days there are, oldest first, and the picture of them; no picture of a single day."""

    days: tuple[ReadinessSnapshot, ...]
    chart: SafeString | str
    caption: str


def figures_of(result: Explained) -> dict[str, Any]:
    """The counts that a snapshot keeps."""
    clauses, controls = result.readiness.clauses.count, result.readiness.controls.count
    return {
        "clauses": {"met": clauses.met, "of": clauses.of},
        "controls": {"met": controls.met, "of": controls.of},
        "design": {"met": result.practice.design.met, "of": result.practice.design.of},
        "operation": {"met": result.practice.operation.met, "of": result.practice.operation.of},
        "failed": len(result.failed),
        "blockers": len(result.blockers),
    }


def take_all(now: datetime | None = None) -> int:
    """Keeps today's readiness of each organisation that has none of its today yet; returns how many."""
    taken = 0
    for organisation in Organisation.objects.order_by("pk"):
        try:
            taken += take(organisation, now or timezone.now())
            taken += take_missed(organisation)
        except Exception:  # whatever is wrong with one organisation, the others have their day
            logger.exception("the readiness of %s could not be kept", organisation.slug)
    return taken


def take(organisation: Organisation, now: datetime) -> bool:
    """Keeps the readiness of the day `now` falls on there, once; False where it is kept, or nobody reads all of it."""
    day = timezone.localdate(now, organisation.zone)
    reader = reader_in(organisation)
    if reader is None or ReadinessSnapshot.objects.filter(organisation=organisation, on=day).exists():
        return False
    result = explained(organisation, reader, now)
    row = {"verdict": result.verdict, "figures": figures_of(result)}
    # Of two schedulers one wins: the database refuses the second row of a day.
    _snapshot, is_new = ReadinessSnapshot.objects.get_or_create(organisation=organisation, on=day, defaults=row)
    return is_new


def take_missed(organisation: Organisation) -> int:
    """Keeps days gone by that were not kept, the newest first and a few at once: history says what there was then."""
    today, reader = organisation.today(), reader_in(organisation)
    first = max(first_day(organisation), today - CAUGHT_UP)
    kept = set(ReadinessSnapshot.objects.filter(organisation=organisation).values_list("on", flat=True))
    days = (today - timedelta(days=back) for back in range(1, (today - first).days + 1))
    missed = [day for day in days if day not in kept][:AT_ONCE] if reader else []
    for day in missed:
        with looking_back(organisation, day):
            result = explained(organisation, reader, moment())
        row = {"verdict": result.verdict, "figures": figures_of(result)}
        ReadinessSnapshot.objects.get_or_create(organisation=organisation, on=day, defaults=row)
    return len(missed)


def reader_in(organisation: Organisation) -> User | None:
    """Somebody who reads all of it: to each of them readiness is the same."""
    members = organisation.memberships.current().holding(VIEW_RECORDS).filter(user__is_active=True)
    member = members.select_related("user").order_by("pk").first()
    return member.user if member else None


def trend_of(organisation: Organisation, now: Explained) -> Trend:
    """Days gone by as they were kept, and the day of `now` as it is at this moment."""
    on = now.readiness.on
    kept = ReadinessSnapshot.objects.filter(organisation=organisation, on__lt=on).order_by("-on")[:SHOWN]
    today = ReadinessSnapshot(organisation=organisation, on=on, verdict=now.verdict, figures=figures_of(now))
    days = (*reversed(kept), today)
    return Trend(days, chart_of(days) if len(days) > 1 else "", caption_of(days))


def met(day: ReadinessSnapshot) -> int:
    return int(day.figures["clauses"]["met"] + day.figures["controls"]["met"])


def chart_of(days: Sequence[ReadinessSnapshot]) -> SafeString:
    """Requirements met (clauses, and controls that apply) against all of them today."""
    last = days[-1].figures
    points = [Point(one.on, Decimal(met(one))) for one in thinned(days)]
    return line_chart(points, target=Decimal(last["clauses"]["of"] + last["controls"]["of"]), label=caption_of(days))


def thinned(days: Sequence[ReadinessSnapshot]) -> list[ReadinessSnapshot]:
    """Days on which something changed, with the first and the last: a line of many equal days needs only its ends."""
    kept = [days[0]]
    for before, one, after in zip(days, days[1:], days[2:], strict=False):
        if met(one) != met(before) or met(one) != met(after):
            kept.append(one)
    return [*kept, days[-1]] if len(days) > 1 else kept


def caption_of(days: Sequence[ReadinessSnapshot]) -> str:
    first, last = days[0], days[-1]
    if first is last:
        return _("The trend begins today: each day is kept from now on.")
    of = last.figures["clauses"]["of"] + last.figures["controls"]["of"]
    words = ngettext("%(n)s day", "%(n)s days", (last.on - first.on).days) % {"n": (last.on - first.on).days}
    told = {"was": met(first), "now": met(last), "of": of, "days": words}
    return _("Requirements met: %(now)s of %(of)s now, %(was)s %(days)s ago") % told
