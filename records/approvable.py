"""What is written, submitted, approved by somebody else, and then stays as it was (ISO 42001 7.5.3)."""

from __future__ import annotations

from typing import Any, cast

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from organisations.roles import reads_drafts

from .versions import began


class Standing(models.TextChoices):
    """Where a version stands that somebody approves."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned")
    SUPERSEDED = "superseded", _("Superseded")


# A version at one of these is still written.
OPEN = (Standing.DRAFT, Standing.RETURNED)
# Nobody has decided on these yet, or not for good.
UNDECIDED = (*OPEN, Standing.IN_REVIEW)
# A version at one of these is as it was decided on: nothing in it changes any more.
SETTLED = (Standing.APPROVED, Standing.SUPERSEDED)
STANDING_TONES: dict[str, str] = {
    Standing.DRAFT: "warn",
    Standing.IN_REVIEW: "info",
    Standing.APPROVED: "good",
    Standing.RETURNED: "bad",
    Standing.SUPERSEDED: "none",
}

# The only way on from an approved version: it is superseded by its successor. A superseded one stays for good.
SETTLED_STAYS = """
    IF OLD.state = 'superseded' AND to_jsonb(NEW) IS DISTINCT FROM to_jsonb(OLD) THEN
        RAISE EXCEPTION 'a superseded version stays as it is' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state IN ('approved', 'superseded') AND
        (to_jsonb(NEW) - '{free}'::text[]) IS DISTINCT FROM (to_jsonb(OLD) - '{free}'::text[])
    THEN
        RAISE EXCEPTION 'an approved version stays as it was approved' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state IN ('approved', 'superseded') AND NEW.state NOT IN ('approved', 'superseded') THEN
        RAISE EXCEPTION 'an approved version can only be superseded' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


def shown_to(membership: Any, versions: Any) -> Any:
    """Those of `versions` that a member may read: who comes from outside reads what was approved, no drafts."""
    return versions if reads_drafts(membership) else versions.filter(state__in=SETTLED)


def settled_stays(*free: str) -> pgtrigger.Trigger:
    """The trigger that lets nobody change an approved version; `free` are columns that may still change."""
    columns = "{" + ", ".join(["state", "superseded_at", *free]) + "}"
    return pgtrigger.Trigger(
        name="settled_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=SETTLED_STAYS.replace("{free}", columns),
    )


def never_deleted() -> pgtrigger.Protect:
    return pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)


class Approvable(models.Model):
    """Columns of a version: draft → in review → approved or returned → superseded. Moved only by `approving`.

    No form offers them; they are editable in Django's sense so that the record's history tells each decision.
    """

    state = models.CharField(_("state"), max_length=12, choices=Standing, default=Standing.DRAFT)
    number = models.PositiveIntegerField(_("version"), default=1, editable=False)
    change_note = models.CharField(_("what is new"), max_length=300, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("submitted by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    submitted_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    decision_note = models.TextField(_("reason or remark"), blank=True)
    superseded_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    def makers(self) -> set[int | None]:
        """Who made it: they cannot approve it."""
        return {began(cast(Any, self))}

    @property
    def is_settled(self) -> bool:
        return self.state in SETTLED

    @property
    def is_approved(self) -> bool:
        return self.state == Standing.APPROVED


def superseded(versions: Any) -> int:
    """Marks the approved ones among `versions` as superseded now; returns how many."""
    return int(versions.filter(state=Standing.APPROVED).update(state=Standing.SUPERSEDED, superseded_at=Now()))
