"""Verbs every record knows: keep, give, take back."""

from datetime import date

from django.contrib.auth.models import Permission
from django.utils import timezone

from organisations.models import User

from .grants import CHANGE, VIEW
from .models import Record, RecordGrant


def keep(record: Record, *, by: User | None) -> None:
    """Saves a record as the next version and says who did it. Raises what `save` raises."""
    record.changed_by = by
    if record.pk:
        record.version += 1
    record.save()


def touch(record: Record, *, by: User | None) -> None:
    """Marks a record as changed when something that belongs to it was: an answer, a file, a link.

    Its own fields did not change, so neither does its version: nobody's open form becomes stale by it.
    """
    now = timezone.now()
    Record.objects.filter(pk=record.pk).update(changed_at=now, changed_by=by)
    record.changed_at, record.changed_by = now, by


def give(
    record: Record, *, to: User, change: bool = True, since: date | None = None, until: date | None = None
) -> None:
    """Lets one person see (and change) one record for a time, beside what their role allows."""
    for right in [VIEW, CHANGE] if change else [VIEW]:
        RecordGrant.objects.update_or_create(
            user=to,
            content_object_id=record.pk,
            permission=permission(right),
            defaults={"since": since, "until": until},
        )


def let_in(record: Record, *, before: set[User], now: set[User], change: bool = True) -> None:
    """Whoever a record names may see (and change) it, whatever their role; who is no longer named, no longer."""
    for person in before - now:
        take_back(record, of=person)
    for person in now - before:
        give(record, to=person, change=change)


def take_back(record: Record, *, of: User) -> None:
    """Ends what `give` gave."""
    RecordGrant.objects.filter(user=of, content_object_id=record.pk).delete()


def permission(right: str) -> Permission:
    return Permission.objects.get(content_type__app_label="records", content_type__model="record", codename=right)
