"""Verbs every record knows: keep, give, take back; and the lock they are done under."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.models import User

from .grants import CHANGE, VIEW
from .models import Record, RecordGrant

CHANGED = _("It changed after you opened it. Look at it again, then decide.")


def keep(record: Record, *, by: User | None) -> None:
    """Saves a record as the next version and says who did it. Raises what `save` raises."""
    record.changed_by = by
    if record.pk:
        record.version += 1
    record.save()


def locked(record: Any, seen: int | None = None) -> Any:
    """The record as it stands now; whoever acts on it at the same time waits.

    Raises ValidationError where it is no longer the version that was `seen`.
    """
    Record.objects.select_for_update().get(pk=record.pk)
    found = type(record)._default_manager.select_related("organisation").get(pk=record.pk)
    if seen is not None and seen != found.version:
        raise ValidationError(CHANGED)
    return found


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


def give_new(given: Iterable[tuple[Record, User]]) -> None:
    """What `give` does, for many records that are new, so nobody was given any of them yet; in one statement."""
    rights = [permission(right) for right in (VIEW, CHANGE)]
    RecordGrant.objects.bulk_create(
        RecordGrant(user=person, content_object_id=record.pk, permission=right)
        for record, person in given
        for right in rights
    )


def let_in(record: Record, *, before: set[User], now: set[User], change: bool = True) -> None:
    """Whoever a record names may see (and change) it, whatever their role; who is no longer named, no longer."""
    for person in before - now:
        take_back(record, of=person)
    for person in now - before:
        give(record, to=person, change=change)


def named_in(record: Record) -> set[int]:
    """Keys of the people to whom a record of any type is shown because it names them (`SHOWN_TO`)."""
    model: Any = next((one for one in Record.__subclasses__() if record.kind == one.KIND), Record)
    row = model._default_manager.filter(pk=record.pk)
    return {key for name in model.SHOWN_TO for key in row.values_list(name, flat=True) if key}


def take_back(record: Record, *, of: User) -> None:
    """Ends what `give` gave."""
    RecordGrant.objects.filter(user=of, content_object_id=record.pk).delete()


def permission(right: str) -> Permission:
    return Permission.objects.get(content_type__app_label="records", content_type__model="record", codename=right)
