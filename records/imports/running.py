"""What the worker does with an import: checks it, or checks it and writes all of it in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pghistory
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import get_resolver
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from organisations.roles import CHANGE_RECORDS
from records.bulk import write_many
from records.grants import belongs_with
from records.models import Record

from .actions import Lost, claim, end, renew
from .checking import Change, Checking, errors_of
from .importer import Importer
from .model import Import, ImportFile
from .sheets import rows_of

if TYPE_CHECKING:
    from records.views import RecordViews

logger = logging.getLogger(__name__)
State = Import.State
A_BATCH = 200


class Moved(Exception):
    """Records are no longer what the check saw."""


def views_of(kind: str) -> RecordViews:
    """The views of a record type that can be brought. Raises LookupError."""
    from records.views import RecordViews

    # Loads all pages, which a worker has not done by itself.
    get_resolver().url_patterns  # noqa: B018
    waiting = [RecordViews]
    while waiting:
        found = waiting.pop()
        waiting += found.__subclasses__()
        if found.imports and kind == found.model.KIND:
            return found()
    raise LookupError(kind)


def run(import_id: UUID | str) -> None:
    """Checks or writes an import if it is free. Whatever goes wrong ends in the row: a reason, or a lease that ends."""
    attempt = claim(import_id)
    if attempt is None:
        return
    brought = Import.objects.select_related("organisation", "brought_by").get(pk=import_id)
    try:
        with timezone.override(brought.organisation.zone), translation.override("en-gb"):
            work(brought, attempt)
    except Lost:
        logger.warning("import %s was taken over by another attempt", import_id)
    except ValidationError as error:
        fail(brought, attempt, " ".join(error.messages))
    except DatabaseError:
        # Not the file's fault: its lease runs out and the sweeper has it done again.
        raise
    except Exception as error:
        logger.exception("import %s could not be done", import_id)
        what = f"{type(error).__name__}: {error}"[:300]
        fail(brought, attempt, _("The file could not be imported. For your administrator: %(what)s") % {"what": what})


def fail(brought: Import, attempt: int, reason: str) -> None:
    with suppress(Lost):
        end(brought.pk, attempt, State.FAILED, error=reason)


def work(brought: Import, attempt: int) -> None:
    if not Import.objects.filter(belongs_with(brought.brought_by, CHANGE_RECORDS), pk=brought.pk).exists():
        raise ValidationError(_("Who brought it may no longer change the records of this organisation."))
    views = views_of(brought.kind)
    importer = views.importer(views, brought.organisation, brought.brought_by)
    share = 90 if brought.state == State.IMPORTING else 100
    checking = checked(brought, importer, lambda progress: renew(brought.pk, attempt, progress * share // 100))
    if brought.state == State.CHECKING:
        end(brought.pk, attempt, State.CHECKED, found=checking.findings.as_json(), promise=promised(checking))
        return
    try:
        if promised(checking) != brought.promise:
            raise Moved
        renew(brought.pk, attempt, share)
        write(brought, attempt, checking)
    except (Moved, IntegrityError):
        again = checked(
            brought, views.importer(views, brought.organisation, brought.brought_by), lambda _progress: None
        )
        again.findings.moved = True
        end(brought.pk, attempt, State.CHECKED, found=again.findings.as_json(), promise=promised(again))


def checked(brought: Import, importer: Importer, alive: Callable[[int], None]) -> Checking:
    """The whole file, looked at; `alive` is told the percentage."""
    content = brought.content
    total = brought.found.get("rows") or sum(1 for _row in rows_of(content, brought.ending)) - 1
    alive(0)
    rows = rows_of(content, brought.ending)
    next(rows)
    checking = Checking(importer, [column["heading"] for column in brought.columns], brought.matching)
    checking.check(rows, lambda done: alive(min(99, done * 100 // max(total, 1))))
    return checking


def promised(checking: Checking) -> str:
    """Empty where there is nothing that may be imported."""
    return checking.promise if checking.findings.is_well and (checking.made or checking.changes) else ""


def write(brought: Import, attempt: int, checking: Checking) -> None:
    """All records and the end of the import, or nothing. Raises Moved, Lost, IntegrityError."""
    importer = checking.importer
    with transaction.atomic(), pghistory.context(user=brought.brought_by_id, import_of=brought.filename):
        # Whoever took over meanwhile has changed the row; nobody can while this transaction lasts.
        found = Import.objects.select_for_update().filter(pk=brought.pk, attempt=attempt, state=State.IMPORTING)
        if not found.exists():
            raise Lost(f"{brought.pk} attempt {attempt}")
        write_many()
        for start in range(0, len(checking.changes), A_BATCH):
            change(importer, checking.changes[start : start + A_BATCH])
        if checking.made:
            importer.create(checking.made)
        ImportFile.objects.filter(pk=brought.pk).delete()
        end(brought.pk, attempt, State.DONE, found=checking.findings.as_json())


def change(importer: Importer, changes: list[Change]) -> None:
    """Saves the form of each record, which is locked and still what the check saw."""
    by_id = {one.pk: one for one in changes}
    locked = Record.objects.select_for_update().filter(pk__in=by_id).order_by("pk")
    versions: dict[int, int] = dict(locked.values_list("pk", "version"))
    if versions != {one.pk: one.version for one in changes}:
        raise Moved
    records: dict[int, Any] = {record.pk: record for record in importer.records().filter(pk__in=by_id)}
    for one in changes:
        if one.pk not in records:
            raise Moved
        form = importer.form(records[one.pk])
        if not form.filled(one.data):
            raise ValidationError(
                _("Row %(n)s: %(words)s") % {"n": one.row, "words": " ".join(errors_of(form).values())}
            )
        try:
            form.save()
        except ValidationError as error:
            words = {"n": one.row, "words": " ".join(error.messages)}
            raise ValidationError(_("Row %(n)s: %(words)s") % words) from error
