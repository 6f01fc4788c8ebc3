"""The scope of the AIMS as a document with versions (ISO 42001 4.3)."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from records.approvable import SETTLED, Approvable, Standing, never_deleted, settled_stays
from records.events import table_of
from records.models import Record, RecordQuerySet
from records.searching import searched
from records.versions import savers_of


class ScopeQuerySet(RecordQuerySet["ScopeStatement"]):
    def valid_on(self, day: date) -> ScopeQuerySet:
        """The one that held on a day: approved last by then. Of one organisation."""
        settled = self.filter(state__in=SETTLED, decided_on__lte=day)
        return self.filter(pk__in=settled.order_by("-decided_on", "-number").values("pk")[:1])


@tracked()
@searched("text", "boundaries", "interfaces")
class ScopeStatement(Record, Approvable):
    """One version of the scope. A draft names the AI systems as they stand today; submitted, as they stood then.

    `label` is the version as people write it, such as 1.2; `content` the AI systems, each with reference, title,
    whether it is in scope, and why.
    """

    PREFIX: ClassVar[str] = "SCO"
    KIND: ClassVar[str] = "scope-statement"

    label = models.CharField(_("version"), max_length=20)
    text = models.TextField(_("what the AIMS covers"), blank=True)
    boundaries = models.TextField(_("boundaries and what stays outside"), blank=True)
    sites = models.TextField(_("sites"), blank=True, help_text=_("One a line."))
    interfaces = models.TextField(_("interfaces and dependencies"), blank=True)
    content = models.JSONField(default=list, editable=False)
    fingerprint = models.CharField("SHA-256", max_length=64, blank=True, editable=False)

    objects = ScopeQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("scope statement")
        verbose_name_plural = _("scope statements")
        triggers = [settled_stays(), never_deleted()]

    def makers(self) -> set[int | None]:
        """Whoever began or wrote it; not who did nothing to it but return it."""
        saved = Counter(savers_of(self))
        sent_back = table_of(ScopeStatement)._default_manager.filter(pgh_obj_id=self.pk, state=Standing.RETURNED)
        # Each return answers one submission; whatever is written on it afterwards is not another one.
        returned = Counter(person for person, _at in set(sent_back.values_list("decided_by", "submitted_at")))
        return {*super().makers(), *(saved - returned)}
