"""Tells history: what changed on a record or in an organisation, by whom, when, before and after, through what.

The database's triggers write one event for each row that changes (organisations.history). All events of one
transaction carry the same moment, so those of one record at one moment are one change by one person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.history import TOLD
from organisations.models import Organisation

from .events import Event, Key, events_of
from .journal import Asked, changes
from .models import Comment, Record
from .origin import through
from .timeline_words import Words

# So many records written by one transaction were loaded together: they are told in one line.
TOGETHER = 4
LOOKED_AT = 40
SHORT = 60
VERBS = {"insert": gettext_lazy("entered"), "update": gettext_lazy("changed"), "delete": gettext_lazy("deleted")}


@dataclass
class Change:
    """What one transaction did to one thing, in the shape of `components/timeline.html`."""

    at: datetime
    by: str
    text: str
    url: str = ""
    changes: list[dict[str, str]] = field(default_factory=list)
    verb: str = "update"
    word: str = ""
    through: str = ""
    reference: str = ""
    subject: str = ""
    is_comment: bool = False
    is_nameless: bool = False

    @property
    def told_at(self) -> datetime:
        """When, as it is told: of what nobody is to be known by, only the day."""
        return (
            timezone.localtime(self.at).replace(hour=0, minute=0, second=0, microsecond=0)
            if self.is_nameless
            else self.at
        )

    @property
    def is_worth_telling(self) -> bool:
        return bool(self.changes) or self.verb != "update"


def changes_of(user: Any, record: Record, limit: int = 50) -> list[Change]:
    """The latest changes of one record and of what hangs on it, newest first.

    `record` is of its own class (`AISystem`, not `Record`); records it was linked with are named if `user` may see
    them. Two queries, and one for each kind of thing it names.
    """
    asked = Asked(user, record.organisation, record=record)
    # Saves that changed nothing take a place among the keys and are then left out.
    keys, _more = changes(asked, limit * 2)
    return told(asked, keys)[:limit]


def told(asked: Asked, keys: list[Key]) -> list[Change]:
    """What happened at each of these keys; saves that changed nothing are left out."""
    found = events_of(asked.sources, keys)
    words = Words(asked.user, (event for parts in found.values() for event in parts))
    return [change for key in keys if (change := tell(found[key], words)).is_worth_telling]


def tell(found: list[Event], words: Words) -> Change:
    """All that one transaction did to one thing."""
    labels = {event.label for event in found if is_itself(event)}
    verb = next((label for label in ("delete", "insert") if label in labels), "update")
    word = str(VERBS[verb]) if verb != "update" else verb_of(found)
    origin = next((event.origin for event in found if event.origin), {})
    lines = [line for event in found for line in words.lines(event)]
    change = Change(found[0].at, words.who(found), word, "", lines, verb, word, through(origin))
    change.is_comment = is_said(found)
    change.is_nameless = "channel" in origin
    return change


def is_said(found: list[Event]) -> bool:
    return any(event.model is Comment and event.label == "insert" for event in found)


def verb_of(found: list[Event]) -> str:
    """What somebody did: said something about the record, or changed it."""
    said = [event for event in found if event.model is Comment]
    if not said:
        return str(VERBS["update"])
    if said[0].label == "insert":
        return _("commented")
    return _("changed a comment") if said[0].after.get("text") else _("took a comment back")


def is_itself(event: Event) -> bool:
    return event.model is Record or bool(event.source.kind)


def log(asked: Asked, keys: list[Key]) -> list[Change]:
    """As `told`, each with the name of what it is about and a link to it. One query more."""
    found = events_of(asked.sources, keys)
    words = Words(asked.user, (event for parts in found.values() for event in parts))
    visible = Record.objects.visible_to(asked.user).of(asked.organisation)
    records = visible.in_bulk({key.number for key in keys if not key.kind} | {0})
    pages = [page for _right, page in TOLD.values()]
    changes = []
    for key in keys:
        change = tell(found[key], words)
        if key.kind:
            change.subject = words.subject(found[key])
            change.url = reverse(pages[key.kind - 1], kwargs={"organisation": asked.organisation.slug})
        else:
            name_record(change, records.get(key.number), found[key], asked.organisation)
        change.text = f"{change.reference} {change.subject}".strip()
        changes.append(change)
    return [change for change in changes if change.is_worth_telling]


def name_record(change: Change, record: Record | None, found: list[Event], organisation: Organisation) -> None:
    if record:
        record.organisation = organisation
        change.reference, change.subject, change.url = record.reference, record.title, record.get_absolute_url()
        return
    values = next((event.after or event.before for event in found if event.model is Record), {})
    change.reference, change.subject = values.get("reference", ""), values.get("title") or _("a deleted record")


def recent(user: Any, organisation: Organisation, limit: int = 8, *, reads_all: bool = False) -> list[Change]:
    """The records that changed last, each with its latest change; what was loaded together is one line.

    Three queries, and one for each kind of thing they name.
    """
    asked = Asked(user, organisation, reads_all=reads_all)
    keys, more = changes(asked, LOOKED_AT * 3)
    latest: dict[int, Key] = {}
    for key in keys:
        latest.setdefault(key.number, key)
    cut = more or len(latest) > LOOKED_AT
    groups: dict[datetime, list[Key]] = defaultdict(list)
    for key in list(latest.values())[:LOOKED_AT]:
        groups[key.at].append(key)
    shown = list(groups)[:limit]
    alone = [key for at in shown if len(groups[at]) < TOGETHER for key in groups[at]]
    first = [groups[at][0] for at in shown if len(groups[at]) >= TOGETHER]
    by_moment: dict[datetime, list[Change]] = defaultdict(list)
    for change in log(asked, [*alone, *first]):
        by_moment[change.at].append(change)
    lines: list[Change] = []
    for at in shown:
        if len(groups[at]) < TOGETHER:
            lines += [in_short(change) for change in by_moment[at]]
        elif by_moment[at]:
            is_last = cut and at == min(groups)
            change = by_moment[at][0]
            text = loaded(len(groups[at]), at_least=is_last)
            lines.append(Change(at, change.by, text, through=change.through))
    return lines[:limit]


def in_short(change: Change) -> Change:
    """One line on one record, long texts cut short."""
    change.text = f"{change.word} {change.text}" if change.by else f"{change.text}: {change.word}"
    change.changes = [{key: Truncator(text).chars(SHORT) for key, text in line.items()} for line in change.changes[:2]]
    return change


def loaded(count: int, *, at_least: bool) -> str:
    if at_least:
        return _("%(n)s records or more entered or changed at once") % {"n": count}
    return _("%(n)s records entered or changed at once") % {"n": count}


def by_day(changes: Iterable[Change], zone: Any) -> list[tuple[datetime, list[Change]]]:
    """The changes under the day they fell on at the organisation, in the order they came."""
    days: dict[Any, list[Change]] = defaultdict(list)
    for change in changes:
        days[change.at.astimezone(zone).date()].append(change)
    return list(days.items())
