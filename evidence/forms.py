"""Forms of the evidence library."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from records.forms import RecordForm, require
from records.models import Record

from . import actions
from .checking import ACCEPT, Refused, checked
from .models import Evidence


class ReferencesField(forms.CharField):
    """References of records, typed with commas: `6.1.2, A.6.2.4, AIS-01`. Cleans to a list of visible records."""

    records: Any = Record.objects.none()

    def clean(self, value: Any) -> list[Record]:
        wanted = list(dict.fromkeys(str(super().clean(value) or "").replace(",", " ").replace(";", " ").split()))
        found = {record.reference.upper(): record for record in self.records.filter(reference__in=both_cases(wanted))}
        unknown = [reference for reference in wanted if reference.upper() not in found]
        if unknown:
            raise forms.ValidationError(_("There is no record “%(reference)s”."), params={"reference": unknown[0]})
        return [found[reference.upper()] for reference in wanted]


def both_cases(references: list[str]) -> set[str]:
    return {*references, *(reference.upper() for reference in references)}


class FileOrLink(forms.Form):
    """A file, or a link to where it is kept."""

    file = forms.FileField(
        label=_("File"), required=False, widget=forms.FileInput(attrs={"accept": ACCEPT}), allow_empty_file=True
    )
    url = forms.URLField(
        label=_("Or a link"),
        required=False,
        max_length=1000,
        assume_scheme="https",
        help_text=_("To a page or system."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file:
            too_large = getattr(file, "is_too_large", False)
            try:
                checked(file, filename=file.name, size=file.size, is_too_large=too_large)
            except Refused as refusal:
                raise forms.ValidationError(refusal.messages) from refusal
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and bool(cleaned.get("file")) == bool(cleaned.get("url")):
            self.add_error("file", _("Choose a file or give a link, one of the two."))
        return cleaned


class VersionForm(FileOrLink):
    """The next version of an item."""

    note = forms.CharField(label=_("What is new"), max_length=300, required=False)


FIELDS = ["title", "evidence_kind", "description", "owner", "produced_on", "covers_from", "covers_to", "valid_until"]
DATES = (
    _("Dates"),
    _("When it was made, which period it speaks of, and until when it counts. The day it came in is kept by itself."),
    ["produced_on", ("covers_from", "covers_to"), "valid_until"],
)
REVIEW = (_("Care"), "", ["owner", ("review_on", "review_every")])


class EvidenceForm(RecordForm):
    """Everything about an item but its file: a new file is a new version."""

    proves = ReferencesField(
        label=_("Proves"),
        required=False,
        help_text=_("References of requirements, AI systems or suppliers, with commas: 6.1.2, A.6.2.4, AIS-01."),
    )
    groups = [(_("What it is"), "", ["title", "evidence_kind", "description", "proves"]), DATES, REVIEW]

    class Meta:
        model = Evidence
        fields = [*FIELDS, "review_on", "review_every"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        visible = Record.objects.visible_to(self.user).filter(organisation=self.organisation)
        proves = self.fields["proves"]
        if isinstance(proves, ReferencesField):
            proves.records = visible.exclude(kind=Evidence.KIND)
        require(self, "owner")
        if self.instance.pk:
            linked = visible.filter(proved_by__evidence=self.instance).order_by("reference")
            self.initial["proves"] = ", ".join(linked.values_list("reference", flat=True))
        else:
            self.initial.setdefault("owner", self.user.pk)

    def save(self, commit: bool = True) -> Evidence:
        evidence: Evidence = super().save(commit)
        wanted = {record.pk: record for record in self.cleaned_data["proves"]}
        visible = Record.objects.visible_to(self.user).filter(proved_by__evidence=evidence)
        for record in visible:
            if record.pk not in wanted:
                actions.unlink(evidence, record, by=self.user)
        for record in wanted.values():
            actions.link(evidence, record, by=self.user)
        return evidence


class NewEvidenceForm(FileOrLink, EvidenceForm):
    """A new item with its first file or link."""

    groups = [
        (_("What it is"), "", ["title", "evidence_kind", ("file", "url"), "description", "proves"]),
        DATES,
        REVIEW,
    ]

    def save(self, commit: bool = True) -> Evidence:
        evidence = super().save(commit)
        cleaned = self.cleaned_data
        actions.add_version(evidence, by=self.user, file=cleaned["file"], url=cleaned["url"])
        return evidence
