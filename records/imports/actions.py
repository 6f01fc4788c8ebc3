"""What happens to an import: it is taken in, matched, checked, imported, or given up.

As with reports the row is the truth and a message to the worker a hint: a claim decides who works on it, and what a
worker that died left behind is claimed again once its lease has run out. Records and the end of the import are written
in one transaction, so a worker that dies leaves either all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from organisations.models import Organisation, User
from organisations.workers import tell_workers

from .findings import cell_in_words
from .model import Import, ImportFile
from .names import guessed, label_of, plain
from .sheets import ENDINGS, MOST_BYTES, Row, Unreadable, rows_of

if TYPE_CHECKING:
    from records.views import RecordViews

State = Import.State
LEASE = timedelta(seconds=120)
ATTEMPTS = 3
# No lease lasts so long: one that seems to was given while the clock ran ahead.
LONGEST = timedelta(hours=1)
PATIENCE = timedelta(seconds=10)
STALE_AFTER = 30
# How long a file waits for whoever brought it.
KEPT_FOR = timedelta(days=7)
SAMPLES = 3
REMEMBERED = 20


class Lost(Exception):
    """The import belongs to another attempt by now: this one stops and leaves nothing behind."""


def take_in(views: RecordViews, organisation: Organisation, file: Any, *, by: User) -> Import:
    """Keeps an upload and guesses its columns. Raises ValidationError: no such file, refused, not to be read."""
    name = PurePath(file.name).name[-255:]
    ending = name.rpartition(".")[2].lower()
    if ending not in ENDINGS:
        raise Unreadable(_("“%(name)s” is neither a CSV nor an Excel file (.csv, .xlsx).") % {"name": name})
    # What every file goes through that comes in: its type, its content, the virus scanner.
    import_string(settings.ADMITTED)(file)
    if file.size > MOST_BYTES:
        raise Unreadable(_("The file is larger than %(n)s MB. Bring it in parts.") % {"n": MOST_BYTES // 2**20})
    file.seek(0)
    content = file.read()
    columns = columns_of(rows_of(content, ending))
    headings = [column["heading"] for column in columns]
    guess = guessed(type(views), headings, remembered(organisation, views.model.KIND))
    with transaction.atomic():
        brought = Import.objects.create(
            organisation=organisation,
            kind=views.model.KIND,
            brought_by=by,
            filename=name,
            size=len(content),
            columns=columns,
            matching=guess,
        )
        ImportFile.objects.create(brought=brought, content=content)
    return brought


def columns_of(rows: Iterator[Row]) -> list[dict[str, Any]]:
    """The headings, each with what stands under it first. Raises Unreadable where there is nothing to import."""
    found = list(islice(rows, 1 + SAMPLES))
    if not found:
        raise Unreadable(_("The file is empty: its first row must hold the headings."))
    if len(found) == 1:
        raise Unreadable(_("The file has headings, and no row under them."))
    headings = [cell_in_words(cell) for cell in found[0][1]]
    under = [[cell_in_words(cell) for cell in cells] for _number, cells in found[1:]]
    width = max(len(headings), *map(len, under))
    return [
        {
            "heading": headings[at] if at < len(headings) else "",
            "samples": [cells[at] for cells in under if at < len(cells) and cells[at]],
        }
        for at in range(width)
    ]


def remembered(organisation: Organisation, kind: str) -> dict[str, str]:
    """Which field each heading was matched with when such a file was brought before; the latest choice counts."""
    found: dict[str, str] = {}
    before = Import.objects.filter(organisation=organisation, kind=kind).exclude(state=State.MATCHING)
    for columns, matching in before.values_list("columns", "matching")[:REMEMBERED]:
        for column, name in zip(columns, matching, strict=False):
            found.setdefault(plain(column["heading"]), name)
    return found


def fault_of_matching(views: RecordViews, matching: list[str]) -> dict[int, str]:
    """What is wrong with a choice of fields, by column."""
    faults: dict[int, str] = {}
    seen: dict[str, int] = {}
    for at, name in enumerate(matching):
        if name and name in seen:
            words = _("Column %(n)s is “%(field)s” already. Choose one of them.")
            faults[at] = words % {"n": seen[name] + 1, "field": label_of(type(views), name)}
        seen.setdefault(name, at)
    return faults


def only_theirs(brought: Import, by: User) -> None:
    """History names who brought a file for all it changes. Raises ValidationError for anybody else."""
    if brought.brought_by_id != by.pk:
        raise ValidationError(_("Who brought the file imports it. Bring it yourself."))


@transaction.atomic
def match(brought: Import, matching: list[str], *, by: User) -> None:
    """Keeps which field each column is, and has the file checked. Raises ValidationError: not theirs, gone on."""
    only_theirs(brought, by)
    move(brought, to=State.CHECKING, since=(State.MATCHING, State.CHECKED, State.FAILED), matching=matching)


@transaction.atomic
def start(brought: Import, *, promise: str, by: User) -> None:
    """Has the worker import exactly what was shown. Raises ValidationError: not theirs, gone on."""
    only_theirs(brought, by)
    move(brought, to=State.IMPORTING, since=(State.CHECKED,), promise=promise)


def move(brought: Import, *, to: str, since: tuple[str, ...], **fields: Any) -> None:
    """Puts an import in the queue for the worker. Raises ValidationError where it stands elsewhere by now."""
    conditions = {"promise": fields.pop("promise")} if "promise" in fields else {}
    moved = Import.objects.filter(pk=brought.pk, state__in=since, **conditions).update(
        state=to, since=timezone.now(), attempt=0, progress=0, lease_until=None, error="", **fields
    )
    if not moved:
        raise ValidationError(_("Somebody went on with this import meanwhile. Look at where it stands now."))
    transaction.on_commit(lambda: send(brought.pk))


@transaction.atomic
def match_again(brought: Import, *, by: User) -> None:
    """Back to the columns: what was found is forgotten, the file stays. Raises ValidationError: not theirs."""
    only_theirs(brought, by)
    open_again = Import.objects.filter(pk=brought.pk, state__in=(State.CHECKED, State.FAILED), file__isnull=False)
    open_again.update(state=State.MATCHING, found={}, promise="", error="")


@transaction.atomic
def give_up(brought: Import) -> None:
    """Forgets an import that nothing came of; one that is being written stays."""
    Import.objects.filter(pk=brought.pk).exclude(state__in=(*Import.WAITING, State.DONE)).delete()


def send(import_id: UUID, **options: Any) -> bool:
    return tell_workers("records.tasks.run_import", import_id, **options)


def claim(import_id: UUID | str) -> int | None:
    """Takes an import that waits, or whose worker died, for this process alone; returns the attempt, else None.

    None also while another import of the same kind is being written in this organisation: this one waits its turn. And
    while it is itself being written, however long that takes: whoever does so holds the row, and no longer once dead.
    """
    now = timezone.now()
    try:
        with transaction.atomic():
            free = Q(lease_until=None) | abandoned(now)
            found = untouched().filter(free, pk=import_id, attempt__lt=ATTEMPTS).first()
            if found is None:
                return None
            attempt: int = found.attempt + 1
            Import.objects.filter(pk=found.pk).update(attempt=attempt, lease_until=now + LEASE, progress=0)
            return attempt
    except IntegrityError:
        return None


def untouched() -> Any:
    """Imports that wait for the worker and that no worker is writing at this moment, locked for the caller."""
    return Import.objects.filter(state__in=Import.WAITING).select_for_update(skip_locked=True)


def abandoned(now: datetime) -> Q:
    """Imports whose worker died: the lease has run out, or a clock that ran ahead gave one that never would."""
    return Q(lease_until__lt=now) | Q(lease_until__gt=now + LONGEST)


def held(import_id: UUID | str, attempt: int) -> Any:
    return Import.objects.filter(pk=import_id, state__in=Import.WAITING, attempt=attempt, lease_until__isnull=False)


def renew(import_id: UUID | str, attempt: int, progress: int) -> None:
    """Says that this attempt is alive and how far it is, in percent. Raises Lost when another has taken over."""
    if not held(import_id, attempt).update(progress=progress, lease_until=timezone.now() + LEASE):
        raise Lost(f"{import_id} attempt {attempt}")


def end(import_id: UUID | str, attempt: int, state: str, **fields: Any) -> None:
    """Ends an attempt: checked, imported or failed. Raises Lost when another has taken over."""
    now = timezone.now()
    ended = {"state": state, "since": now, "lease_until": None, "attempt": 0, "progress": 100}
    if state in {State.DONE, State.FAILED}:
        ended["finished_at"] = now
    if not held(import_id, attempt).update(**ended, **fields):
        raise Lost(f"{import_id} attempt {attempt}")


def sweep() -> int:
    """Sends the message again for what was forgotten, gives up what killed three workers, and throws away files that
    nobody came back for; returns how many messages were sent.
    """
    now = timezone.now()
    reason = _("The worker stopped %(n)s times over this file. Bring it in parts.") % {"n": ATTEMPTS}
    with transaction.atomic():
        given_up = [one.pk for one in untouched().filter(abandoned(now), attempt__gte=ATTEMPTS)]
        Import.objects.filter(pk__in=given_up).update(
            state=State.FAILED, since=now, error=reason, lease_until=None, finished_at=now
        )
    Import.objects.filter(since__lt=now - KEPT_FOR).exclude(state__in=(*Import.WAITING, State.DONE)).delete()
    unheard = Q(lease_until=None) & ~Q(since__range=(now - PATIENCE, now))
    sent = 0
    forgotten = Import.objects.filter(unheard | abandoned(now), state__in=Import.WAITING).order_by("since")
    for import_id in forgotten.values_list("pk", flat=True):
        if not send(import_id, expires=STALE_AFTER):
            break
        sent += 1
    return sent
