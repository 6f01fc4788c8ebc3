"""The corrective-action log: every corrective action with cause, measure, extensions and checks (ISO 42001 10.2)."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.models import ActionState, CorrectiveAction
from organisations.moment import now
from reports.models import Report
from reports.readiness.lists import Seen

from .document import document, table
from .paper import Chapter, Cover, Paper, Table, day, listing, person


def paper_of(report: Report) -> Paper:
    at = now()
    on = timezone.localdate(at, report.organisation.zone)
    actions = actions_of(Seen(report.organisation, report.requested_by, at, on))
    cover = Cover(
        _("Corrective-action log"),
        _("ISO/IEC 42001 10.2: what went wrong, why, what was done about it, and whether it helped."),
        facts=((_("Corrective actions"), str(len(actions))),),
    )
    openly = [one for one in actions if one.is_open]
    chapters = [
        summary(actions, on),
        Chapter("open", _("Open"), tables=(lines(openly, on, _("No corrective action is open.")),)),
        closed(actions),
        in_full(actions),
    ]
    return document(report, at, cover, chapters, headline(actions, on))


def actions_of(seen: Seen) -> list[CorrectiveAction]:
    """All that may be seen, by reference, with what hangs on each. Six queries."""
    found = seen.of(CorrectiveAction).select_related(
        *("owner", "done_by", "checker", "closed_by", "remedies", "decided_in", "recurs")
    )
    hung = ("incidents", "concerns", "extensions__by", "checks__checked_by")
    return list(found.prefetch_related(*hung).order_by(Length("reference"), "reference"))


def is_late(action: CorrectiveAction, on: date) -> bool:
    return action.is_to_do and action.due_on < on


def headline(actions: list[CorrectiveAction], on: date) -> list[dict[str, Any]]:
    openly = sum(one.is_open for one in actions)
    return [
        {"value": openly, "of": len(actions), "label": _("open")},
        {"value": sum(is_late(one, on) for one in actions), "of": openly, "label": _("late")},
        {
            "value": sum(one.state == ActionState.DONE for one in actions),
            "of": openly,
            "label": _("done, effect to be checked"),
        },
        {"value": len(actions) - openly, "of": len(actions), "label": _("closed as effective")},
    ]


def summary(actions: list[CorrectiveAction], on: date) -> Chapter:
    counted = Counter(one.state for one in actions)
    rows = [[state.label, counted[state]] for state in ActionState]
    again = sum(bool(one.recurs_id) for one in actions)
    facts = (
        (_("Late"), str(sum(is_late(one, on) for one in actions))),
        (_("Given more time"), str(sum(bool(one.extensions.all()) for one in actions))),
        (_("Happened again"), str(again)),
    )
    counts = table("", [(_("State"), ""), (_("Count"), "w-score")], rows)
    return Chapter("summary", _("Summary"), facts=facts, tables=(counts,))


def source(action: CorrectiveAction) -> str:
    """Where it came from, by references."""
    found = [one.reference for one in (action.remedies, action.decided_in) if one]
    found += [one.reference for one in (*action.incidents.all(), *action.concerns.all())]
    return listing(found + ([_("complaint")] if action.complaint else []))


def lines(actions: list[CorrectiveAction], on: date, none: str) -> Table:
    head = [
        *((_("Corrective action"), ""), (_("From"), "w-person"), (_("Owner"), "w-person")),
        *((_("Due"), "w-person"), (_("State"), "w-person")),
    ]
    rows = (
        [
            *(f"{one.reference} {one.title}", source(one), person(one.owner)),
            day(one.due_on) + (f"\n{_('late')}" if is_late(one, on) else ""),
            one.get_state_display(),
        ]
        for one in actions
    )
    return table("", head, rows, none)


def closed(actions: list[CorrectiveAction]) -> Chapter:
    head = [
        *((_("Corrective action"), ""), (_("From"), "w-person"), (_("Owner"), "w-person")),
        *((_("Closed"), "w-person"), (_("By"), "w-person")),
    ]
    rows = (
        [f"{one.reference} {one.title}", source(one), person(one.owner), day(one.closed_on), person(one.closed_by)]
        for one in actions
        if not one.is_open
    )
    return Chapter("closed", _("Closed"), tables=(table("", head, rows, _("None was closed yet.")),))


def in_full(actions: list[CorrectiveAction]) -> Chapter:
    return Chapter("full", _("In full"), tables=tuple(one_in_full(one) for one in actions))


def one_in_full(action: CorrectiveAction) -> Table:
    said = [
        (_("What went wrong"), action.problem),
        (_("Complaint"), action.complaint),
        (_("Correction"), action.correction),
        (_("Whys"), "\n".join(f"{n}. {why}" for n, why in enumerate(action.whys, 1))),
        (_("Root cause"), action.root_cause),
        (_("Corrective action"), action.measure),
        (_("Happened before"), str(action.recurs) if action.recurs else ""),
        (_("More time given"), "\n".join(map(extended, action.extensions.all()))),
        (_("What was done"), done(action)),
        (_("Checks of the effect"), "\n".join(map(checked, action.checks.all()))),
    ]
    head = [(_("What"), "w-treated"), (_("Said"), "")]
    title = f"{action.reference} {action.title}: {str(action.get_state_display()).lower()}"
    return table(title, head, ([term, text] for term, text in said if text), _("Nothing is written down yet."))


def extended(row: Any) -> str:
    words = {"was": day(row.was_due_on), "now": day(row.due_on), "who": person(row.by), "why": row.reason}
    return _("From %(was)s to %(now)s by %(who)s: %(why)s") % words


def done(action: CorrectiveAction) -> str:
    if not action.done_by:
        return action.outcome
    return f"{action.outcome}\n{person(action.done_by)}, {day(action.done_on)}"


def checked(row: Any) -> str:
    word = _("effective") if row.is_effective else _("not effective")
    return f"{day(row.checked_on)}, {person(row.checked_by)}, {word}: {row.result}"
