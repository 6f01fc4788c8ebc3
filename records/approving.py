"""What happens to a version: submitted, approved by somebody else with the authority, or returned (ISO 42001 7.5.3).

A version is a record (a Statement of Applicability) or a row that hangs on one (a version of a document): see
`record_of`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organisations.authority import Authority, lacks
from organisations.models import Organisation, User

from .actions import CHANGED, keep, touch
from .actions import locked as locked_record
from .approvable import OPEN, Standing, superseded
from .models import Record


def refusal(version: Any, user: User, needed: Authority) -> str:
    """Why somebody may not decide on a version in review; empty where they may."""
    if why := lacks(user, version.organisation, needed):
        return why
    if user.pk in authors_of(version):
        return _("Who began, assessed or submitted it cannot approve it: somebody else must.")
    return ""


def authors_of(version: Any) -> set[int | None]:
    """Who made a version, and who submitted it."""
    return {*version.makers(), version.submitted_by_id}


@transaction.atomic
def submit(version: Any, *, by: User, complete: Callable[[Any], None] | None = None) -> None:
    """Sends a draft into review. `complete` may refuse it, and freezes what is reviewed. Raises ValidationError."""
    version = locked(version)
    if version.state not in OPEN:
        raise ValidationError(_("It is in review or decided already."))
    if complete:
        complete(version)
    version.state, version.submitted_by, version.submitted_at = Standing.IN_REVIEW, by, timezone.now()
    version.decided_by, version.decided_on, version.decision_note = None, None, ""
    save(version, by=by)


@transaction.atomic
def approve(
    version: Any, *, by: User, seen: int | None, needed: Authority, earlier: Any, note: str = "", **also: Any
) -> None:
    """Approves exactly the version that was shown (`seen` is its `version`); `earlier` ones are superseded.

    `also` sets further columns with the approval. Raises ValidationError with the reason where it is refused.
    """
    # Of two versions approved at once the later one supersedes the earlier.
    Organisation.objects.select_for_update(no_key=True).get(pk=version.organisation.pk)
    version = in_review(version, seen)
    if why := refusal(version, by, needed):
        raise ValidationError(why)
    superseded(earlier.exclude(pk=version.pk))
    version.state, version.decided_by, version.decision_note = Standing.APPROVED, by, note.strip()
    version.decided_on = version.organisation.today()
    for name, value in also.items():
        setattr(version, name, value)
    save(version, by=by)


@transaction.atomic
def send_back(version: Any, *, by: User, seen: int | None, needed: Authority, reason: str) -> None:
    """Returns a version to its authors, with the reason. Raises ValidationError."""
    version = in_review(version, seen)
    if why := refusal(version, by, needed):
        raise ValidationError(why)
    if not reason.strip():
        raise ValidationError(_("Say why, so that it can be mended."))
    version.state, version.decided_by, version.decision_note = Standing.RETURNED, by, reason.strip()
    version.decided_on = version.organisation.today()
    save(version, by=by)


def in_review(version: Any, seen: int | None) -> Any:
    version = locked(version)
    if version.state != Standing.IN_REVIEW:
        raise ValidationError(_("It is not in review."))
    if seen != version.version:
        raise ValidationError(CHANGED)
    return version


def locked(version: Any) -> Any:
    """The version as it stands now; whoever decides at the same time waits."""
    if isinstance(version, Record):
        return locked_record(version)
    locked_record(record_of(version))
    return type(version)._default_manager.get(pk=version.pk)


def record_of(version: Any) -> Any:
    """The record that a version is, or hangs on; it is locked while somebody decides."""
    return version if isinstance(version, Record) else version.kept_in


def save(version: Any, *, by: User) -> None:
    if isinstance(version, Record):
        keep(version, by=by)
    else:
        version.save()
        touch(version.kept_in, by=by)
