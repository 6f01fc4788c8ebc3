"""Stored files are hashed again from time to time; one that is not what came in alarms the officers at once.

A few at a time, the longest unchecked first: where a run ends, the next one goes on. A file that cannot be read is
tried again the next day, and then counts as damaged; a storage that is away altogether is not asked for the next file.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from time import monotonic
from uuid import UUID

from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from organisations.mail_jobs import absolute, deliver, message_id, send_after_commit
from organisations.mails import write_mail
from organisations.models import User
from organisations.roles import CHANGE_RECORDS
from records.models import Record

from .models import Evidence, EvidenceVersion, FileAlarm, FileCheck, Soundness
from .storing import sha256_of, storage_faults

logger = logging.getLogger(__name__)

# How long a file is believed: sound, unreadable, damaged (so that one that was restored is noticed soon).
EVERY, AGAIN, SOON_AGAIN = timedelta(days=30), timedelta(days=1), timedelta(hours=1)
DAMAGED = (Soundness.ALTERED, Soundness.GONE)
# Seconds one run may take; files looked up at once.
LONGEST, FEW = 20.0, 50
# Names the lock of this among the advisory locks of the database: two runs would read the same files.
LOCK = 42_002


def rehash_due(*, longest: float = LONGEST) -> int:
    """Hashes files whose time has come, for `longest` seconds at most; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        try:
            return rehash_for(longest)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def rehash_for(longest: float) -> int:
    until, count = monotonic() + longest, 0
    while versions := list(due()[:FEW]):
        for version in versions:
            result = rehash(version)
            count += 1
            if result == Soundness.UNREADABLE or monotonic() > until:
                return count
    return count


def due() -> QuerySet[EvidenceVersion]:
    """Versions with a file whose time has come, the longest unchecked first."""
    now = timezone.now()
    old = (
        Q(check_of_file=None)
        | Q(check_of_file__result=Soundness.SOUND, check_of_file__checked_at__lt=now - EVERY)
        | Q(check_of_file__result=Soundness.UNREADABLE, check_of_file__checked_at__lt=now - AGAIN)
        | Q(check_of_file__result__in=DAMAGED, check_of_file__checked_at__lt=now - SOON_AGAIN)
        # A clock that ran ahead.
        | Q(check_of_file__checked_at__gt=now + AGAIN)
    )
    found = EvidenceVersion.objects.filter(old, key__gt="").select_related("evidence__organisation", "check_of_file")
    return found.order_by(F("check_of_file__checked_at").asc(nulls_first=True), "pk")


def rehash(version: EvidenceVersion) -> Soundness:
    """Hashes the stored file of a version, notes what came of it, and alarms the officers where it is damaged."""
    result = found(version)
    with transaction.atomic():
        # Who adds a version meanwhile waits here.
        Record.objects.select_for_update().get(pk=version.evidence_id)
        before = FileCheck.objects.filter(version=version).first()
        unreadable_again = before and before.result != Soundness.SOUND and result == Soundness.UNREADABLE
        FileCheck.objects.update_or_create(version=version, defaults={"checked_at": timezone.now(), "result": result})
        is_damaged = result in DAMAGED or bool(unreadable_again)
        is_news = mark(version, is_damaged=is_damaged)
        if is_damaged and (is_news or before is None or before.result == Soundness.SOUND):
            alarm(version, result)
    return result


def found(version: EvidenceVersion) -> Soundness:
    try:
        with default_storage.open(version.key) as file:
            return Soundness.SOUND if sha256_of(file) == version.sha256 else Soundness.ALTERED
    except FileNotFoundError:
        return Soundness.GONE
    except storage_faults():
        logger.exception("the file of %s cannot be read", version)
        return Soundness.UNREADABLE


def mark(version: EvidenceVersion, *, is_damaged: bool) -> bool:
    """Says on the item since when its newest file is damaged; returns whether that is news."""
    item = Evidence.objects.prefetch_related("versions").select_related("organisation").get(pk=version.evidence_id)
    if item.latest is None or item.latest.pk != version.pk or is_damaged == bool(item.damaged_on):
        return False
    Evidence.objects.filter(pk=item.pk).update(damaged_on=item.organisation.today() if is_damaged else None)
    return is_damaged


def alarm(version: EvidenceVersion, result: Soundness) -> None:
    """Queues a mail to everybody who keeps the organisation's records."""
    logger.error("the stored file of %s is damaged: %s", version, result)
    organisation, now = version.organisation, timezone.now()
    officers = organisation.memberships.current().holding(CHANGE_RECORDS)
    alarms = [
        FileAlarm(organisation=organisation, person=person, version=version, result=result, try_at=now, queued_at=now)
        for person in User.objects.filter(pk__in=officers.values("user"), is_active=True)
    ]
    FileAlarm.objects.bulk_create(alarms)
    send_after_commit(alarms)


def send(alarm_id: UUID | str) -> bool:
    """Sends one mail if it is this process's to send; says whether the mail server took it."""
    return deliver(FileAlarm, alarm_id, mail_of)


def mail_of(alarm: FileAlarm) -> EmailMessage | None:
    """The mail; None where its reader has left."""
    organisation = alarm.organisation
    still = organisation.memberships.current().holding(CHANGE_RECORDS).filter(user=alarm.person)
    if not still.exists():
        return None
    version = EvidenceVersion.objects.select_related("evidence__organisation").get(pk=alarm.version_id)
    return write_mail(
        "file_alarm",
        to=alarm.person.email,
        organisation=organisation,
        context={
            "person": alarm.person,
            "version": version,
            "record": version.evidence,
            "result": Soundness(alarm.result).label,
            "link": absolute(version.evidence.get_absolute_url()),
        },
        headers={"Message-ID": message_id(alarm), "Auto-Submitted": "auto-generated"},
    )
