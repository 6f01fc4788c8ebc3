"""Bringing what is known about evidence: its dates, what it proves, and where it is kept. Files are dropped later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.imports.cells import NamedMany, Text
from records.imports.importer import Importer, Made
from records.models import Record

from .actions import add_version
from .forms import EvidenceForm
from .models import Evidence, EvidenceVersion, Proof
from .references import in_order, words


class References(NamedMany):
    """References with commas, semicolons or blanks between them. `read` gives the text that the form takes."""

    def read(self, cell: Any) -> Any:
        return ", ".join(in_order(one.reference for one in self.all(cell)))

    def all(self, cell: Any) -> list[Any]:
        return list({one.pk: one for one in map(self.one, words(cell))}.values())

    def cleaner(self, field: forms.Field) -> Callable[[Any], Any]:
        return self.all


class ImportedEvidenceForm(EvidenceForm):
    """Everything about an item, and the link to where it is kept; one of another item is its next version."""

    url = forms.URLField(
        label=gettext_lazy("Link"),
        required=False,
        max_length=1000,
        assume_scheme="https",
        validators=[URLValidator(["http", "https"])],
    )

    def save(self, commit: bool = True) -> Evidence:
        evidence = super().save(commit)
        url, latest = self.cleaned_data["url"], evidence.latest
        if url and (latest is None or latest.url != url):
            add_version(evidence, url=url, by=self.user)
        return evidence


class EvidenceImporter(Importer):
    form_class = ImportedEvidenceForm

    def reader(self, name: str, field: forms.Field) -> Text:
        if name != "proves":
            return super().reader(name, field)
        here = Record.objects.visible_to(self.user).of(self.organisation).exclude(kind=Evidence.KIND)
        provable = here.only("pk", "reference", "title", "organisation")
        takes = _("References, with commas: 6.1.2, A.6.2.4, AIS-01")
        return References(
            self.known.records(Record, provable), _("Give a reference, such as A.6.2.4 or AIS-01."), takes
        )

    def records(self) -> QuerySet[Any]:
        proofs = Prefetch("proofs", queryset=Proof.objects.select_related("record"))
        return super().records().prefetch_related("versions", proofs)

    def stored(self, record: Any, name: str) -> Any:
        if name == "proves":
            return [proof.record for proof in record.proofs.all()]
        if name == "url":
            return record.latest.url if record.latest else ""
        return super().stored(record, name)

    def prepare(self, record: Any) -> None:
        record.received_on = record.received_on or self.organisation.today()

    def link(self, made: Made) -> None:
        """What each proves, which marks that as changed, and the first version of those with a link."""
        proven = {(item.pk, record.pk): record.pk for item, cleaned in made for record in cleaned.get("proves") or ()}
        Proof.objects.bulk_create(
            Proof(evidence_id=item, record_id=record, added_by=self.user) for item, record in proven
        )
        # In one order, whoever does it: two people at once wait for each other and never in a circle.
        ids = sorted(set(proven.values()))
        list(Record.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
        Record.objects.filter(pk__in=ids).update(changed_at=timezone.now(), changed_by=self.user)
        EvidenceVersion.objects.bulk_create(
            EvidenceVersion(evidence=item, number=1, url=cleaned["url"], added_by=self.user)
            for item, cleaned in made
            if cleaned.get("url")
        )
