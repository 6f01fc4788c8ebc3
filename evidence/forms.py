"""Forms of the evidence library."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import URLValidator
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from records.actions import keep
from records.forms import RecordForm, require
from records.models import Record
from records.templatetags.components import size as in_words
from records.widgets import DayInput

from . import actions
from .admitting import admitted
from .checking import ACCEPT, Refused
from .models import Evidence, EvidenceVersion
from .references import ReferencesField, in_order, words


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
        validators=[URLValidator(["http", "https"])],
        help_text=_("To a page or system that keeps it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("file", "url"):
            self.fields[name].is_one_of_two = True  # type: ignore[attr-defined]
        limit = {"size": in_words(settings.EVIDENCE_MAX_BYTES)}
        self.fields["file"].help_text = gettext("PDF, Office, picture or text, up to %(size)s.") % limit

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file:
            try:
                admitted(file)
            except Refused as refusal:
                raise forms.ValidationError(refusal.messages) from refusal
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not {"file", "url"} & self.errors.keys() and bool(cleaned.get("file")) == bool(cleaned.get("url")):
            self.add_error("file", _("Choose a file or give a link, one of the two."))
        return cleaned

    def ask_for_file_again(self) -> None:
        """A browser cannot be given a file back: says so beside the field when something else was wrong."""
        file = self.cleaned_data.get("file")
        if file and self.errors and "file" not in self.errors:
            message = gettext("Nothing was stored because of what is wrong on this page. Choose “%(name)s” again.")
            self.add_error("file", message % {"name": file.name})


LABELS = {
    "produced_on": _("Produced on"),
    "covers_from": _("Covers from"),
    "covers_to": _("Covers to"),
    "valid_until": _("Valid until"),
}
DATE_FIELDS = list(LABELS)
DATES = (
    _("Dates"),
    _("When it was made, which period it speaks of, and until when it counts. The day it came in is kept by itself."),
    [("produced_on", "valid_until"), ("covers_from", "covers_to")],
)
CARE = (_("Care"), _("Who keeps it current, and when it is looked at again."), ["owner", ("review_on", "review_every")])


class VersionForm(FileOrLink):
    """The next version of an item, and the dates that change with it."""

    note = forms.CharField(label=_("What is new"), max_length=300, required=False)
    groups = [
        (_("The file"), _("The versions before it stay as they are."), [("file", "url"), "note"]),
        DATES,
    ]

    def __init__(self, *args: Any, evidence: Evidence, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.evidence = evidence
        for name in DATE_FIELDS:
            # The hidden start value tells what the person changed from what somebody else changed meanwhile.
            field = forms.DateField(label=LABELS[name], required=False, widget=DayInput())
            field.show_hidden_initial = True
            self.fields[name] = field
            self.initial.setdefault(name, getattr(evidence, name))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in self.changed_dates():
            setattr(self.evidence, name, cleaned.get(name))
        try:
            self.evidence.clean()
        except forms.ValidationError as error:
            self.add_error(None, error)
        self.ask_for_file_again()
        return cleaned

    def changed_dates(self) -> list[str]:
        return [name for name in DATE_FIELDS if name in self.changed_data and name in self.cleaned_data]

    def save(self, *, by: Any) -> EvidenceVersion:
        """Adds the version; raises Refused where it cannot be stored."""
        cleaned = self.cleaned_data
        version = actions.add_version(
            self.evidence, by=by, file=cleaned["file"], url=cleaned["url"], note=cleaned["note"]
        )
        if self.changed_dates():
            keep(self.evidence, by=by)
        return version


class EvidenceForm(RecordForm):
    """Everything about an item but its file: a new file is a new version."""

    proves = ReferencesField(
        label=_("Proves"),
        required=False,
        help_text=_("References of requirements, AI systems or suppliers, with commas: 6.1.2, A.6.2.4, AIS-01."),
    )
    groups = [(_("What it is"), "", ["title", "evidence_kind", "description", "proves"]), DATES, CARE]

    class Meta:
        model = Evidence
        fields = ["title", "evidence_kind", "description", "owner", *DATE_FIELDS, "review_on", "review_every"]
        labels = {"review_every": _("Review every (months)")}
        help_texts = {"review_every": ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = Record.objects.filter(organisation=self.organisation).exclude(kind=Evidence.KIND)
        may_change = Q(pk__in=here.changeable_by(self.user))
        linked = here.visible_to(self.user).filter(proved_by__evidence=self.instance.pk)
        self.fields["proves"].records = here.filter(may_change | Q(pk__in=linked))  # type: ignore[attr-defined]
        require(self, "owner")
        if self.instance.pk:
            self.initial["proves"] = ", ".join(in_order(linked.values_list("reference", flat=True)))
        else:
            self.initial.setdefault("owner", self.user.pk)

    def save(self, commit: bool = True) -> Evidence:
        evidence: Evidence = super().save(commit)
        self.link(evidence)
        return evidence

    def link(self, evidence: Evidence) -> None:
        """Adds and takes away only what this person did: links that others made meanwhile stay."""
        wanted = {record.pk: record for record in self.cleaned_data["proves"]}
        shown = self.data.get(self.add_initial_prefix("proves"), self.initial.get("proves", ""))
        were = {reference.upper() for reference in words(shown)}
        linked = {
            record.pk: record for record in Record.objects.visible_to(self.user).filter(proved_by__evidence=evidence)
        }
        # In one order, whoever does it: two people at once wait for each other and never in a circle.
        for pk, record in sorted((wanted | linked).items()):
            was_shown = record.reference.upper() in were
            if pk in wanted and not was_shown:
                actions.link(evidence, record, by=self.user)
            elif pk not in wanted and was_shown:
                actions.unlink(evidence, record, by=self.user)


class NewEvidenceForm(FileOrLink, EvidenceForm):
    """A new item with its first file or link."""

    groups = [
        (_("What it is"), "", [("file", "url"), "title", "evidence_kind", "description", "proves"]),
        DATES,
        CARE,
    ]

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        self.ask_for_file_again()

    def save(self, commit: bool = True) -> Evidence:
        cleaned = self.cleaned_data
        keep(self.instance, by=self.user)
        try:
            # Before the links: whoever waits for space must not hold a record that others wait for.
            actions.add_version(self.instance, by=self.user, file=cleaned["file"], url=cleaned["url"])
        except Refused as refusal:
            error = forms.ValidationError({"file": refusal.messages})
            error.status_code = refusal.status_code  # type: ignore[attr-defined]
            raise error from refusal
        self.link(self.instance)
        return self.instance
