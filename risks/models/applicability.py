"""The Statement of Applicability as a document with versions (ISO 42001 6.1.3)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from records.approvable import Approvable, never_deleted, settled_stays
from records.models import Record


@tracked()
class Statement(Record, Approvable):
    """One version. A draft shows what positions and own controls say today; submitted, it keeps what they said.

    `label` is the version as people write it, such as 2.0; `content` the lines, each with control, title, applicable,
    justification, basis, status, owner, risks and evidence as they stood.
    """

    PREFIX: ClassVar[str] = "SOA"
    KIND: ClassVar[str] = "statement"

    label = models.CharField(_("version"), max_length=20)
    content = models.JSONField(default=list, editable=False)
    fingerprint = models.CharField("SHA-256", max_length=64, blank=True, editable=False)

    class Meta:
        default_permissions = ()
        verbose_name = _("Statement of Applicability")
        verbose_name_plural = _("Statements of Applicability")
        triggers = [settled_stays(), never_deleted()]
