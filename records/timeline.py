"""Reads history: what changed on a record or in an organisation, by whom, when, before and after.

The database's triggers write one event for each row that changes (organisations.history). All events of one
transaction carry the same moment, so those of one record at one moment are one change by one person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from organisations.models import Organisation

from .events import Event, Source, events, hanging_on
from .models import Comment, Record
from .timeline_words import Words

# So many records written by one transaction were loaded together: they are told in one line.
TOGETHER = 4
LOOKED_AT = 40
SHORT = 60


@dataclass
class Change:
    """What one transaction did to one record, in the shape of `components/timeline.html`."""

    at: datetime
    by: str
    text: str
    url: str = ""
    changes: list[dict[str, str]] = field(default_factory=list)
    is_new: bool = False
    is_comment: bool = False


def changes_of(user: Any, record: Record, limit: int = 50) -> list[Change]:
    """The latest changes of one record and of what hangs on it, newest first.

    `record` is of its own class (`AISystem`, not `Record`); records it was linked with are named if `user` may see
    them. One query for each table that may hold a part of it, and one for each kind of thing it names.
    """
    kind = type(record)
    sources = [Source(Record), Source(kind), *hanging_on(kind)]
    moments = by_moment(event for source in sources for event in events(source, [record.pk], limit))
    words = Words(user, (event for found in moments.values() for event in found))
    told = (tell(moments[at], words) for at in sorted(moments, reverse=True))
    return [change for change in told if change.changes or change.is_new][:limit]


def recent(user: Any, organisation: Organisation, limit: int = 8) -> list[Change]:
    """The records that changed last, each with its latest change; what was loaded together is one line.

    Four queries, and one for each kind among the records told.
    """
    latest = list(Record.objects.visible_to(user).of(organisation).order_by("-changed_at")[:LOOKED_AT])
    last: dict[int, Event] = {}
    for event in events(Source(Record), [record.pk for record in latest], LOOKED_AT * 3):
        last.setdefault(event.record, event)
    groups: dict[datetime, list[Record]] = defaultdict(list)
    for record in latest:
        if record.pk in last:
            record.organisation = organisation
            groups[last[record.pk].at].append(record)
    shown = {at: groups[at] for at in sorted(groups, reverse=True)[:limit]}
    alone = [record for records in shown.values() if len(records) < TOGETHER for record in records][:limit]
    own = own_events(alone)
    words = Words(user, [*last.values(), *(event for found in own.values() for event in found)])
    # The oldest group may go on beyond what was looked at.
    cut_at = min(groups) if len(latest) == LOOKED_AT else None
    lines: list[Change] = []
    for at, records in shown.items():
        if len(records) < TOGETHER:
            lines += [about(record, [last[record.pk], *own[record.pk]], words) for record in records]
        else:
            lines.append(Change(at, words.who([last[records[0].pk]]), loaded(len(records), at_least=at == cut_at)))
    return lines[:limit]


def by_moment(found: Iterable[Event]) -> dict[datetime, list[Event]]:
    moments: dict[datetime, list[Event]] = defaultdict(list)
    for event in found:
        moments[event.at].append(event)
    return moments


def own_events(records: list[Record]) -> dict[int, list[Event]]:
    """The latest events in its own kind's table for each record."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for record in records:
        by_kind[record.kind].append(record.pk)
    found: dict[int, list[Event]] = defaultdict(list)
    for kind in Record.__subclasses__():
        if by_kind[kind.KIND]:
            for event in events(Source(kind), by_kind[kind.KIND], LOOKED_AT):
                found[event.record].append(event)
    return found


def tell(found: list[Event], words: Words) -> Change:
    """All that one transaction did to one record."""
    is_new = any(event.model is Record and event.label == "insert" for event in found)
    changes = [line for event in found for line in words.lines(event)]
    return Change(
        found[0].at, words.who(found), _("entered") if is_new else verb_of(found), "", changes, is_new, is_said(found)
    )


def is_said(found: list[Event]) -> bool:
    return any(event.model is Comment and event.label == "insert" for event in found)


def verb_of(found: list[Event]) -> str:
    """What somebody did: said something about the record, or changed it."""
    said = [event for event in found if event.model is Comment]
    if not said:
        return _("changed")
    if said[0].label == "insert":
        return _("commented")
    return _("changed a comment") if said[0].after.get("text") else _("took a comment back")


def about(record: Record, found: list[Event], words: Words) -> Change:
    """One line on one record: its latest change, long texts cut short."""
    change = tell([event for event in found if event.at == found[0].at], words)
    name = f"{record.reference} {record.title}"
    change.text = f"{change.text} {name}" if change.by else f"{name}: {change.text}"
    change.url = record.get_absolute_url()
    change.changes = [{key: Truncator(text).chars(SHORT) for key, text in line.items()} for line in change.changes[:2]]
    return change


def loaded(count: int, *, at_least: bool) -> str:
    if at_least:
        return _("%(n)s records or more entered or changed at once") % {"n": count}
    return _("%(n)s records entered or changed at once") % {"n": count}
