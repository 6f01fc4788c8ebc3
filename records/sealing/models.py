"""What the seal keeps. Nothing of it is ever changed, but how far the sealer is (`Progress`)."""

from __future__ import annotations

from datetime import UTC
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.history import Refuse
from organisations.mail_jobs import MailJob
from organisations.models import Organisation

# Written in thousands, and checked by `verify` rather than row by row; nobody deletes what they point to.
UNCHECKED: Any = {"on_delete": models.DO_NOTHING, "db_constraint": False, "db_index": False, "related_name": "+"}


def append_only() -> Refuse:
    return Refuse(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate)


class Chain(models.Model):
    """The order of one organisation's events; the one without an organisation is that of the installation."""

    # Like the events themselves it outlives what it is about: sealing must not fail for what somebody removed.
    organisation = models.OneToOneField(
        Organisation, on_delete=models.DO_NOTHING, null=True, db_constraint=False, related_name="chain"
    )

    class Meta:
        default_permissions = ()
        triggers = [append_only()]
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(organisation=None), name="one_chain_of_the_installation"
            )
        ]

    def __str__(self) -> str:
        return str(self.organisation_id or "")


class EventTable(models.Model):
    """An event table that has been sealed from, by its name in the database."""

    name = models.CharField(max_length=63, unique=True)

    class Meta:
        default_permissions = ()
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.name


class Shape(models.Model):
    """The columns that an event table had when events of it were sealed, sorted: a line has those and no others."""

    table = models.ForeignKey(EventTable, on_delete=models.PROTECT, related_name="shapes")
    columns = ArrayField(models.CharField(max_length=63))

    class Meta:
        default_permissions = ()
        triggers = [append_only()]
        constraints = [models.UniqueConstraint(fields=["table", "columns"], name="one_shape_each")]

    def __str__(self) -> str:
        return f"{self.table_id}: {', '.join(self.columns)}"


class SealedEvent(models.Model):
    """The place of one event in its chain, and the hash of its line."""

    pk = models.CompositePrimaryKey("chain", "sequence")
    chain = models.ForeignKey(Chain, **UNCHECKED)
    sequence = models.BigIntegerField()
    table = models.ForeignKey(EventTable, **UNCHECKED)
    event = models.BigIntegerField()
    shape = models.ForeignKey(Shape, **UNCHECKED)
    leaf = models.BinaryField(max_length=32)

    class Meta:
        default_permissions = ()
        triggers = [append_only()]
        constraints = [models.UniqueConstraint(fields=["table", "event"], name="sealed_once")]

    def __str__(self) -> str:
        return f"{self.chain_id}/{self.sequence}"


class Root(models.Model):
    """The Merkle root of the events `first` to `last` of a chain, and the head that binds all roots before it."""

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, db_index=False, related_name="roots")
    number = models.PositiveIntegerField(_("root"))
    first = models.BigIntegerField()
    last = models.BigIntegerField(_("last event"))
    merkle = models.BinaryField(max_length=32)
    head = models.BinaryField(max_length=32)
    made_at = models.DateTimeField(_("made"))
    # Whether this root left nothing unsealed: an event much older than such a root, sealed after it, came late.
    was_complete = models.BooleanField()

    class Meta:
        default_permissions = ()
        triggers = [append_only()]
        constraints = [
            models.UniqueConstraint(fields=["chain", "number"], name="roots_count_up"),
            models.UniqueConstraint(fields=["chain", "first"], name="roots_do_not_overlap"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.head_hex}"

    @property
    def head_hex(self) -> str:
        return bytes(self.head).hex()

    @property
    def merkle_hex(self) -> str:
        return bytes(self.merkle).hex()

    @property
    def made_at_text(self) -> str:
        """As it stands under the head: ISO 8601 in UTC with microseconds."""
        return self.made_at.astimezone(UTC).isoformat(timespec="microseconds")


class Progress(models.Model):
    """How far the sealer is in one event table; no proof of anything, and the only row of the seal that changes.

    Up to `settled` every event that will ever be is sealed. Up to `ceiling` every event was handed its number by a
    transaction numbered below `horizon`: once all those have ended, and what they wrote is sealed, it is settled.
    """

    table = models.OneToOneField(EventTable, on_delete=models.PROTECT, primary_key=True, related_name="progress")
    settled = models.BigIntegerField(default=0)
    ceiling = models.BigIntegerField(default=0)
    horizon = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.table_id}: {self.settled}"


class Verification(models.Model):
    """What came of checking a chain once; the head it found must be among the roots for ever after."""

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="verifications")
    checked_at = models.DateTimeField(_("checked"), default=timezone.now)
    # Nobody, when the portal checked by itself or somebody did on the command line.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    events = models.BigIntegerField()
    number = models.PositiveIntegerField(_("root"))
    head = models.BinaryField(max_length=32)
    faults = models.PositiveIntegerField(_("faults"))
    told = models.JSONField(default=list)

    class Meta:
        default_permissions = ()
        triggers = [append_only()]
        ordering = ["-checked_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.chain_id} {self.checked_at}: {self.faults}"

    @property
    def head_hex(self) -> str:
        return bytes(self.head).hex()


class RootMail(MailJob):
    """The mail by which one person gets a root to keep outside of the portal."""

    TASK: ClassVar[str] = "records.tasks.send_root"

    root = models.ForeignKey(Root, on_delete=models.CASCADE, related_name="mails")

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["try_at"], condition=models.Q(state__in=["queued", "sending"]), name="root_mails_under_way"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.root_id} → {self.person_id}"
