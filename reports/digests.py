"""What a digest says when it is sent. How it is sent, tried again and shown: `organisations.mail_jobs`."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organisations import mail_jobs
from organisations.mail_jobs import absolute, message_id
from organisations.mails import write_mail
from organisations.models import Organisation
from records.models import Record

from .dates import SOURCES, word_of
from .due import record_url
from .models import Digest, DigestChoice
from .reminding import audience_of, named


def deliver(digest_id: UUID | str) -> bool:
    """Sends one digest if it is this process's to send; says whether the mail server took it."""
    return mail_jobs.deliver(Digest, digest_id, mail_of)


def mail_of(digest: Digest) -> EmailMessage | None:
    """The mail, or None when nothing in it holds any more or its reader has left in the meantime."""
    organisation = digest.organisation
    lines = standing_lines(digest)
    if not lines or not wants_mail(digest):
        return None
    today = organisation.today()
    groups = [
        {"title": title, "lines": list(group)}
        for title, group in groupby(lines, key=lambda line: heading(line["due_on"], today))
    ]
    mine = absolute(reverse("reminder-list", kwargs={"organisation": organisation.slug}))
    return write_mail(
        "digest",
        to=digest.person.email,
        organisation=organisation,
        context={"person": digest.person, "groups": groups, "count": len(lines), "link": mine, "today": today},
        headers={"Message-ID": message_id(digest), "Auto-Submitted": "auto-generated"},
    )


def wants_mail(digest: Digest) -> bool:
    """Whether its reader is still a member who is reminded, and did not switch the mail off in the meantime."""
    off = DigestChoice.objects.filter(organisation=digest.organisation, person=digest.person, by_mail=False)
    return digest.person_id in audience_of(digest.organisation).people and not off.exists()


def standing_lines(digest: Digest) -> list[dict[str, Any]]:
    """What the digest tells and still holds, by date: dates that were moved, retired systems and what its reader may no
    longer read are left out.
    """
    readable = Record.objects.visible_to(digest.person).of(digest.organisation)
    told = digest.reminders.filter(record__in=readable).values(
        "rule", "record", "due_on", "record__kind", "record__reference", "record__title"
    )
    ids = [row["record"] for row in told]
    stands = still(digest.organisation, ids)
    # An older digest that this one took over may have told the same date at an earlier slot.
    once = {(row["rule"], row["record"], row["due_on"]): row for row in told}
    rows = sorted(
        (row for key, row in once.items() if key in stands), key=lambda row: (row["due_on"], row["record__reference"])
    )
    return [line(dict(row), digest.organisation) for row in rows]


def still(organisation: Organisation, ids: list[int]) -> set[tuple[str, int, date]]:
    """Rule, record and day of every date that these records have now. One query."""
    first, *others = (named(source.rows(organisation).filter(pk__in=ids), source) for source in SOURCES)
    return {(rule, record, on) for rule, record, on, _actor in first.union(*others, all=True)}


def line(row: dict[str, Any], organisation: Organisation) -> dict[str, Any]:
    return {
        "words": word_of(row["rule"]),
        "reference": row["record__reference"],
        "title": row["record__title"],
        "due_on": row["due_on"],
        "when": when(row["due_on"], organisation.today()),
        "url": absolute(record_url(organisation, row["record__kind"], row["record__reference"])),
    }


def heading(due_on: date, today: date) -> str:
    return _("Late") if due_on < today else _("Today") if due_on == today else _("Coming")


def when(due_on: date, today: date) -> str:
    """`8 days late`, `today`, `in 9 days`."""
    days = (due_on - today).days
    if days == 0:
        return _("today")
    if days < 0:
        return ngettext("%(days)d day late", "%(days)d days late", -days) % {"days": -days}
    return ngettext("in %(days)d day", "in %(days)d days", days) % {"days": days}
