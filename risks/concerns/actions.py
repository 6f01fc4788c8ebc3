"""Verbs of a concern: raised and added to without a name, answered with one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time

import pghistory
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organisations.models import Organisation, User
from records.actions import keep, locked
from records.models import Record, next_reference
from risks.concerns.codes import hash_of, new_code
from risks.models import Concern, ConcernState

ANONYMOUS = "anonymous form"
# What all messages to one concern may come to, in characters.
LONGEST = 50_000


def raise_concern(organisation: Organisation, *, text: str, system: str = "") -> str:
    """Keeps a concern of nobody; returns the code, which is kept nowhere. `system` is named as the sender names it."""
    code = new_code()
    if system.strip():
        text = f"{text.strip()}\n\n{_('AI system, as the sender calls it:')} {system.strip()}"
    concern = Concern(
        organisation=organisation,
        title=title_of(organisation.today()),
        channel=ANONYMOUS,
        received_on=organisation.today(),
        text=text.strip(),
        code_hash=hash_of(code),
    )
    with nameless():
        insert(concern)
    return code


def add_message(concern: Concern, *, text: str) -> None:
    """Adds a message of the sender, under its day. What was answered or closed is in hand again."""
    with nameless():
        concern = locked(concern)
        today = concern.organisation.today()
        together = f"{concern.text}\n\n{date_format(today, 'j F Y')}:\n{text.strip()}"
        if len(together) > LONGEST:
            raise ValidationError(_("This concern has become too long. Raise a new one."))
        is_settled = concern.state in {ConcernState.ANSWERED, ConcernState.CLOSED}
        state = ConcernState.IN_HAND if is_settled else concern.state
        Concern.objects.filter(pk=concern.pk).update(text=together, state=state)
        # Not through `keep`, which would note the moment.
        Record.objects.filter(pk=concern.pk).update(
            version=F("version") + 1, changed_by=None, changed_at=begin_of(today, concern.organisation)
        )


def by_code(organisation: Organisation, code: str) -> Concern | None:
    """The concern that a code opens. The code is the right to read its answer: nobody is signed in."""
    digest = hash_of(code)
    return Concern.objects.of(organisation).filter(code_hash=digest).first() if digest else None


@transaction.atomic
def answer_concern(concern: Concern, *, by: User, answer: str, seen: int | None = None) -> None:
    """Answers a concern, or changes the answer; `seen` is the version that was shown. Raises ValidationError."""
    concern = locked(concern, seen)
    if not answer.strip():
        raise ValidationError({"answer": _("Write the answer.")})
    concern.answer, concern.state = answer.strip(), ConcernState.ANSWERED
    keep(concern, by=by)


@contextmanager
def nameless() -> Iterator[None]:
    """One transaction whose history names the form and nothing else. A fault of the database tells no values."""
    try:
        with pghistory.context(channel=ANONYMOUS), transaction.atomic():
            yield
    except DatabaseError as fault:
        raise type(fault)("A concern could not be kept.") from None


def insert(concern: Concern) -> None:
    """Saves a new concern with the day as its moments: `save` would note the time, by which one could be found."""
    moment = begin_of(concern.received_on, concern.organisation)
    record = Record(
        organisation=concern.organisation,
        kind=Concern.KIND,
        reference=next_reference(concern.organisation, Concern.PREFIX),
        title=concern.title,
        created_at=moment,
        changed_at=moment,
    )
    record.save_base(raw=True, force_insert=True)
    concern.pk = record.pk
    concern.save_base(raw=True, force_insert=True)


def begin_of(day: date, organisation: Organisation) -> datetime:
    return datetime.combine(day, time(), organisation.zone)


def title_of(day: date) -> str:
    """Says nothing of what was said: titles stand in lists, exports and search results."""
    return _("Concern of %(day)s") % {"day": date_format(day, "j F Y")}
