"""Which days gone by may be looked at, and which one somebody has chosen."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError as Unreadable

from organisations.models import Organisation
from records.events import table_of
from records.models import Record

# By organisation: the day somebody looks at, kept with their session.
CHOSEN = "past_days"
# What a program may also ask of a day ahead, and which says itself what is wrong with a day.
JUDGED_AHEAD = frozenset({"api-dashboard", "api-readiness"})
# Of which a day means another thing: the version that was in force by what it says itself.
OF_ITS_OWN = frozenset({"api-scope-statement-list"})


def first_day(organisation: Organisation) -> date:
    """The day of the organisation's first record; today where it has none."""
    events = table_of(Record)._default_manager.filter(organisation_id=organisation.pk)
    first = events.order_by("pgh_created_at").values_list("pgh_created_at", flat=True).first()
    return first.astimezone(organisation.zone).date() if first else organisation.today()


def is_over(day: date, organisation: Organisation) -> date:
    """The day, if it lies between the first record and yesterday. Raises ValidationError with the reason if not."""
    if day >= organisation.today():
        raise ValidationError(_("This day is not over yet: what is shown as of today is its newest state."))
    first = first_day(organisation)
    if day < first:
        raise ValidationError(_("Nothing was on record here before %(day)s.") % {"day": first.isoformat()})
    return day


def day_from(text: str, organisation: Organisation) -> date | None:
    """The same for YYYY-MM-DD as text; None where it is no such day."""
    try:
        return is_over(date.fromisoformat(text), organisation) if len(text) == len("2026-11-23") else None
    except (ValueError, ValidationError):
        return None


def chosen(request: Any) -> date | None:
    """The day gone by that a person looks at: by the session, for a program by `?on=`."""
    if hasattr(request.resolver_match.func, "for_programs"):
        return asked_for(request)
    text = request.session.get(CHOSEN, {}).get(request.organisation.slug, "")
    return day_from(text, request.organisation) if text else None


def asked_for(request: Any) -> date | None:
    """The day a program asks for. Raises Django REST framework's ValidationError where there is nothing to be read."""
    name = request.resolver_match.url_name
    text = None if name in OF_ITS_OWN else request.GET.get("on")
    day = day_from(text, request.organisation) if text else None
    if text is None or day or name in JUDGED_AHEAD:
        return day
    if text == request.organisation.today().isoformat():
        return None
    first = first_day(request.organisation).isoformat()
    raise Unreadable({"on": [_("Give a day from %(first)s to today, as YYYY-MM-DD.") % {"first": first}]})


def choose(request: Any, day: date | None) -> None:
    """Remembers the day for this organisation; None for today."""
    days = dict(request.session.get(CHOSEN, {}))
    days.pop(request.organisation.slug, None)
    request.session[CHOSEN] = days | ({request.organisation.slug: day.isoformat()} if day else {})
