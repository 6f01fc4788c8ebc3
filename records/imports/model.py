"""One spreadsheet on its way into a register. The row is the truth, the message to the worker a hint."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation


class Import(models.Model):
    """What one person brought for one kind of record, and how far it is.

    It waits for the worker while it is CHECKING or IMPORTING: nobody has it yet where `lease_until` is empty. What it
    changed is told in the history of each record, so it keeps none of its own.
    """

    class State(models.TextChoices):
        MATCHING = "matching", _("Columns to be matched")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        IMPORTING = "importing", _("Being imported")
        DONE = "done", _("Imported")
        FAILED = "failed", _("Failed")

    WAITING = (State.CHECKING, State.IMPORTING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="imports")
    kind = models.CharField(max_length=30)
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    brought_at = models.DateTimeField(_("brought"), auto_now_add=True)
    filename = models.CharField(_("file"), max_length=255)
    size = models.PositiveIntegerField(_("size"))
    # As the file has them, with what stands under them first: [{"heading": "Name", "samples": ["Mail sorter"]}].
    columns = models.JSONField(default=list)
    # Which field each column is, in their order; empty for one that is left out: ["title", "", "owner"].
    matching = models.JSONField(default=list)

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.MATCHING)
    since = models.DateTimeField(auto_now_add=True)
    progress = models.PositiveSmallIntegerField(default=0)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    # What the check found (see checking.Findings); once imported, how many were created and changed.
    found = models.JSONField(default=dict)
    # Names exactly what the person was shown: nothing else is written.
    promise = models.CharField(max_length=64, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-brought_at", "-pk"]
        constraints = [
            # Two at once would each create what the other creates, so the second waits.
            models.UniqueConstraint(
                fields=["organisation", "kind"],
                condition=models.Q(state="importing", lease_until__isnull=False),
                name="one_import_of_a_kind_at_a_time",
            )
        ]
        indexes = [models.Index(fields=["organisation", "kind", "-brought_at"], name="imports_of_a_kind")]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.filename

    @property
    def is_waiting(self) -> bool:
        return self.state in self.WAITING

    @property
    def ending(self) -> str:
        return self.filename.rpartition(".")[2].lower()

    @property
    def content(self) -> bytes:
        """The file as it came. Raises `ImportFile.DoesNotExist` once it was imported or given up."""
        kept: Any = ImportFile.objects.get(pk=self.pk).content
        return bytes(kept)


class ImportFile(models.Model):
    """The file itself, until it is imported. Beside the row, so that lists stay narrow; in the database, because it
    is small, is gone the moment its records are there, and every worker reaches it.
    """

    brought = models.OneToOneField(Import, on_delete=models.CASCADE, primary_key=True, related_name="file")
    content = models.BinaryField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)
