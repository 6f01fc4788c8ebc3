"""Who is told of what today: rows for reminders and digests, made once whatever runs twice, late or backwards.

The owner is told; the compliance officers of what has no owner that can be told. Of what is later than the organisation
allows (14 days, if it sets nothing else) whom the owner reports to is told as well, or else the officers. Auditors
from outside and people who left are told nothing.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import (
    CharField,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.utils import timezone

from organisations.mail_jobs import send_after_commit
from organisations.models import Organisation
from organisations.roles import CHANGE_RECORDS, MANAGE_MEMBERS, ROLES_WITH_END_DATE, VIEW_RECORDS
from records.models import Record, RecordGrant

from .dates import SOURCES, Source, due_by
from .models import Digest, DigestChoice, Reminder
from .slots import AHEAD, day_of, escalated_on, slot_after, slot_on

logger = logging.getLogger(__name__)

# From this hour on, at the organisation, the digest of a day is made.
HOUR = 7
# Kinds of dates on which somebody else than the owner of the record is to act.
NAMED = {source.rule for source in SOURCES if source.owner != "owner"}
# A clock set back by so much tells nothing twice; one that ran a year ahead and was mended does not silence that year.
CLOCK_SLACK = timedelta(days=2)


class Thing(NamedTuple):
    """One date of one record."""

    rule: str
    record: int
    due_on: date


@dataclass(frozen=True)
class Audience:
    """Who can be told: `people` in all, and the `keepers` who are told of what nobody else takes care of.

    What is more than `escalate_after` days late is told beyond its owner. Who is to act on a record that they may not
    read is not told of it; the keepers are.
    """

    people: frozenset[int]
    keepers: frozenset[int]
    # Who may read every record.
    readers: frozenset[int]
    # Whoever may read all records and has people who report to them, by each of these.
    managers: dict[int, int] = field(default_factory=dict)
    escalate_after: int = 14

    def of(self, owner: int | None, *, escalated: bool) -> frozenset[int]:
        if owner is None or owner not in self.people:
            return self.keepers
        if not escalated:
            return frozenset({owner})
        return frozenset({owner, self.managers[owner]}) if owner in self.managers else self.keepers | {owner}

    def hears_of_others(self, person: int) -> bool:
        return person in self.keepers or person in self.managers.values()

    def escalated_on(self, due_on: date) -> date:
        return escalated_on(due_on, self.escalate_after)


def make_all(now: datetime | None = None) -> int:
    """Makes today's digests of every organisation where it is morning; returns how many. One's fault stops no other."""
    made = 0
    for organisation in Organisation.objects.order_by("pk"):
        try:
            made += make(organisation, now or timezone.now())
        except Exception:  # whatever is wrong with one organisation, the others are told
            logger.exception("the digests of %s could not be made", organisation.slug)
    return made


def make(organisation: Organisation, now: datetime) -> int:
    """Makes what is still missing of one organisation's digests of the day `now` falls on there; returns how many."""
    local = now.astimezone(organisation.zone)
    if local.hour < HOUR:
        return 0
    with transaction.atomic():
        # Of two schedulers one does it. The database's unique rows would refuse the other's in any case.
        free = Organisation.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=organisation.pk)
        return write(organisation, local.date(), now) if free.exists() else 0


def write(organisation: Organisation, day: date, now: datetime) -> int:
    told_today = set(Digest.objects.filter(organisation=organisation, day=day).values_list("person", flat=True))
    news = {person: slots for person, slots in untold(organisation, day).items() if person not in told_today}
    if not news:
        return 0
    no_mail = set(
        DigestChoice.objects.filter(organisation=organisation, by_mail=False).values_list("person", flat=True)
    )
    digests = {
        person: Digest(
            organisation=organisation,
            person_id=person,
            day=day,
            state=Digest.State.KEPT if person in no_mail else Digest.State.QUEUED,
            try_at=now,
            queued_at=now,
        )
        for person in sorted(news)
    }
    Digest.objects.bulk_create(digests.values())
    take_over(organisation, digests, day)
    Reminder.objects.bulk_create(
        Reminder(
            organisation=organisation,
            recipient_id=person,
            digest=digests[person],
            rule=thing.rule,
            record_id=thing.record,
            due_on=thing.due_on,
            slot=slot,
        )
        for person, things in news.items()
        for thing, slot in things
    )
    send_after_commit(digest for digest in digests.values() if digest.state == Digest.State.QUEUED)
    return len(digests)


def take_over(organisation: Organisation, digests: dict[int, Digest], day: date) -> None:
    """Puts what older mail could not tell into today's: after an outage comes one mail, not one for each day."""
    unsent = Digest.objects.filter(
        organisation=organisation,
        person__in=digests,
        day__lt=day,
        state__in=[Digest.State.QUEUED, Digest.State.FAILED],
    )
    # One that is being sent at this moment is locked, and left to its sender.
    older = [digest.pk for digest in unsent.select_for_update(skip_locked=True, of=("self",))]
    todays = Digest.objects.filter(organisation=organisation, day=day, person=OuterRef("recipient"))
    Reminder.objects.filter(digest__in=older).update(digest=Subquery(todays.values("pk")[:1]))
    Digest.objects.filter(pk__in=older).delete()


def untold(organisation: Organisation, day: date) -> dict[int, list[tuple[Thing, int]]]:
    """For each person what they have not been told of yet, with its latest slot. At most five queries."""
    audience = audience_of(organisation)
    last = last_told(organisation, day)
    news: dict[int, dict[Thing, int]] = defaultdict(dict)
    for thing, owner in things(organisation, day + AHEAD, audience):
        slot = slot_on(thing.due_on, day)
        if slot is None:
            continue
        for person in audience.of(owner, escalated=day >= audience.escalated_on(thing.due_on)):
            before = last.get((person, thing))
            if before is None or before < slot:
                # Two measures of one record may fall on the same day: that is one thing to be told.
                news[person][thing] = slot
    return {person: list(found.items()) for person, found in news.items()}


def audience_of(organisation: Organisation) -> Audience:
    current = organisation.memberships.current().filter(user__is_active=True).exclude(role__in=ROLES_WITH_END_DATE)
    rights = dict(current.with_rights().values_list("user", "rights"))

    def holders(right: str) -> frozenset[int]:
        return frozenset(person for person, held in rights.items() if right in held)

    # Where there is no compliance officer, whoever can appoint one hears of it.
    readers, above = holders(VIEW_RECORDS), current.exclude(manager=None).values_list("user", "manager")
    managers = {person: manager for person, manager in above if manager in readers}
    keepers = holders(CHANGE_RECORDS) or holders(MANAGE_MEMBERS)
    return Audience(frozenset(rights), keepers, readers, managers, organisation.escalate_after)


def things(
    organisation: Organisation, by: date, audience: Audience, owner: Any = None
) -> list[tuple[Thing, int | None]]:
    """Every date up to `by` that reminds, with who is to act and may read the record; the latest-waiting first."""
    rows = [named(due_by(source, by, organisation, owner=owner), source) for source in SOURCES]
    dated = rows[0].union(*rows[1:], all=True).order_by("on", "pk")
    found = [(Thing(rule, record, on), actor) for rule, record, on, actor in dated]
    blind = unread({(actor, thing.record) for thing, actor in found if thing.rule in NAMED}, organisation, audience)
    return [(thing, None if (actor, thing.record) in blind else actor) for thing, actor in found]


def unread(
    pairs: set[tuple[int | None, int]], organisation: Organisation, audience: Audience
) -> set[tuple[int | None, int]]:
    """Those of these people and records where the person may not read the record. One query, none without pairs."""
    asked = {pair for pair in pairs if pair[0] and pair[0] not in audience.readers}
    if not asked:
        return set()
    today, people = organisation.today(), [actor for actor, _record in asked]
    given = RecordGrant.objects.filter(Q(since=None) | Q(since__lte=today), Q(until=None) | Q(until__gte=today))
    theirs = given.filter(user__in=people, content_object__in=[record for _actor, record in asked])
    own = Record.objects.filter(owner__in=people, pk__in=[record for _actor, record in asked])
    pairs_seen = theirs.order_by().values_list("user_id", "content_object_id").union(own.values_list("owner_id", "pk"))
    return asked - set(pairs_seen)


def named(records: QuerySet[Any], source: Source) -> QuerySet[Any, Any]:
    rule = Value(source.rule, CharField())
    return records.order_by().annotate(rule=rule).values_list("rule", "pk", "on", "actor")


def last_told(organisation: Organisation, day: date, person: Any = None) -> dict[tuple[int, Thing], int]:
    """The latest slot of each person and date that was told, of dates that still stand."""
    came_on = ExpressionWrapper(F("due_on") + F("slot"), DateField())
    not_ahead = Q(came_on__lte=day) | Q(digest__day__lte=day + CLOCK_SLACK)
    told = Reminder.objects.alias(came_on=came_on).filter(stands(organisation), not_ahead, organisation=organisation)
    if person is not None:
        told = told.filter(recipient=person)
    rows = told.order_by().values_list("recipient", "rule", "record", "due_on").annotate(last=Max("slot"))
    return {(recipient, Thing(rule, record, on)): last for recipient, rule, record, on, last in rows}


def stands(organisation: Organisation) -> Q:
    """That the date a reminder tells is still a date of its record."""
    still = Q()
    for source in SOURCES:
        same = source.rows(organisation).filter(pk=OuterRef("record"), on=OuterRef("due_on"))
        still |= Q(Exists(same), rule=source.rule)
    return still


def coming(organisation: Organisation, person: int, today: date) -> list[tuple[date, Thing]]:
    """Of what one person will be reminded in the next 30 days and on which day, if nothing changes; soonest first."""
    audience = audience_of(organisation)
    if person not in audience.people:
        return []
    last = last_told(organisation, today, person)
    # What is new today comes with today's digest; once that is made, with tomorrow's.
    is_made = Digest.objects.filter(organisation=organisation, person=person, day=today).exists()
    soonest = today + timedelta(days=1) if is_made else today
    found = []
    whose = None if audience.hears_of_others(person) else person
    for thing, owner in things(organisation, today + 2 * AHEAD, audience, whose):
        told = last.get((person, thing))
        now_due = slot_on(thing.due_on, today)
        is_new = now_due is not None and (told is None or told < now_due)
        day = soonest if is_new else day_of(thing.due_on, slot_after(now_due))
        if person not in audience.of(owner, escalated=False):
            day = max(day, audience.escalated_on(thing.due_on))
        if person in audience.of(owner, escalated=True) and day <= today + AHEAD:
            found.append((day, thing))
    return sorted(found)
