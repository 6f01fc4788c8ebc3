"""What is due as a calendar (RFC 5545), at an address of one's own: read-only, kept as a hash, revocable.

It tells what the page “My due” tells: dates of what its owner may see and is to act on, as whole days.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from organisations.keys import hashed
from organisations.mail_jobs import absolute
from organisations.models import Membership, Organisation, User
from organisations.roles import ROLES_WITH_END_DATE

from .dates import SOURCES
from .due import Due, due
from .models import CalendarAddress

# How far ahead the calendar looks. What is late stays in it until it is done.
AHEAD = timedelta(days=400)
# RFC 5545, 3.1: a line is at most 75 octets, the rest follows after a line break and a space.
OCTETS = 75
# How often a program is told to ask again.
REFRESH = "PT6H"
# Rules that give several dates of one record, each in its own words.
SAID = frozenset(source.rule for source in SOURCES if source.says)


@transaction.atomic
def make_address(person: User, organisation: Organisation) -> tuple[CalendarAddress, str]:
    """A new address and its secret, which nobody can see again; the one before stops to work."""
    revoke_address(person, organisation)
    prefix, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    made = CalendarAddress.objects.create(
        person=person, organisation=organisation, prefix=prefix, secret_hash=hashed(secret)
    )
    return made, f"{prefix}_{secret}"


def revoke_address(person: User, organisation: Organisation) -> int:
    """Ends the address at once; returns how many worked."""
    working = CalendarAddress.objects.filter(person=person, organisation=organisation, revoked_at=None)
    return working.update(revoked_at=timezone.now())


def address_from(text: str) -> CalendarAddress | None:
    """The address that `text` opens, or None: unknown, revoked, its owner gone, no longer a member, or from outside.

    A later membership does not bring back the address of the one before, just as it brings back no API key.
    """
    prefix, _line, secret = text.partition("_")
    current: Any = Membership.objects.current()
    members = current.filter(
        user=OuterRef("person"), organisation=OuterRef("organisation"), created_at__lte=OuterRef("made_at")
    )
    usable = CalendarAddress.objects.filter(
        Exists(members.exclude(role__in=ROLES_WITH_END_DATE)), revoked_at=None, person__is_active=True
    )
    found = usable.filter(prefix=prefix).select_related("person", "organisation").first() if prefix.isalnum() else None
    # Compared even where there is no such address, so that an answer takes as long either way.
    fits = hmac.compare_digest(hashed(secret), found.secret_hash if found else hashed(""))
    return found if fits else None


def calendar_of(address: CalendarAddress, now: datetime) -> str:
    """The whole calendar, lines ended by CRLF."""
    organisation, person = address.organisation, address.person
    items = due(person, organisation, organisation.today() + AHEAD, owner=person)
    name = _("To do: %(organisation)s") % {"organisation": organisation.name}
    head = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//AIMS Portal//Due//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"),
        f"X-WR-CALNAME:{escaped(name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
    ]
    lines = [*head, *(line for item in items for line in event_of(item, organisation, now)), "END:VCALENDAR"]
    return "".join(f"{folded(line)}\r\n" for line in lines)


def event_of(item: Due, organisation: Organisation, now: datetime) -> Iterator[str]:
    """One date as a whole-day event that takes up no time; the same date keeps its name (UID) at every reading."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    yield "BEGIN:VEVENT"
    yield f"UID:{organisation.slug}.{item.what}.{item.reference}.{stamp(item.on)}{told_apart(item)}@{host}"
    yield f"DTSTAMP:{now.astimezone(UTC).strftime('%Y%m%dT%H%M%SZ')}"
    yield f"DTSTART;VALUE=DATE:{stamp(item.on)}"
    yield f"DTEND;VALUE=DATE:{stamp(item.on + timedelta(days=1))}"
    yield f"SUMMARY:{escaped(f'{item.words}: {item.reference} {item.title}')}"
    yield f"URL:{absolute(item.url)}"
    yield f"DESCRIPTION:{escaped(absolute(item.url))}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def told_apart(item: Due) -> str:
    """What tells the dates of one record on one day apart, where its rule gives several: a hash of their words."""
    return f".{hashlib.sha256(item.title.encode()).hexdigest()[:12]}" if item.what in SAID else ""


def stamp(day: date) -> str:
    return day.strftime("%Y%m%d")


def escaped(text: str) -> str:
    """A text value (RFC 5545, 3.3.11). Other control characters have no place in one."""
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n")):
        text = text.replace(sign, written)
    return "".join(sign for sign in text if sign >= " " and sign != "\x7f")


def folded(line: str) -> str:
    """The line in parts of at most 75 octets, no character cut in two."""
    parts: list[str] = []
    part, size = "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > OCTETS:
            # The space that begins a further part counts.
            parts, part, size = [*parts, part], "", 1
        part, size = part + sign, size + width
    return "\r\n ".join([*parts, part])
