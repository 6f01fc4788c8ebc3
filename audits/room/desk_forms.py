"""What an auditor types at their desk: notes, draft findings, requests."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.models import AuditRoom, DraftFinding, Finding, Grade, InformationRequest, RoomNote, rules_of
from clauses.models import Requirement
from organisations.models import User
from records.models import Record
from records.search import visible
from records.widgets import DayInput, LongText

MOST_RECORDS = 30


class DeskForm(forms.ModelForm):
    """A form of something in a room: requirements are those in its scope, texts hold no NUL."""

    def __init__(self, data: Any = None, *, room: AuditRoom, user: User, **kwargs: Any) -> None:
        super().__init__(without_nul(data), **kwargs)
        self.room, self.user = room, user
        self.instance.room = room
        requirement: Any = self.fields.get("requirement")
        if requirement:
            requirement.queryset = Requirement.objects.filter(pk__in=room.requirements.values("pk")).order_by("order")
            requirement.empty_label = str(_("Choose"))
        for field in self.fields.values():
            if type(field.widget) is forms.Textarea:
                field.widget = LongText({"data-guard": ""})

    def record_called(self, reference: str) -> Record | None:
        """A record that was released, by its reference."""
        found: Any = visible(self.user, self.room.organisation).select_related("organisation")
        record: Record | None = found.filter(reference__iexact=reference).first()
        return record


def without_nul(data: Any) -> Any:
    """What was posted; the database keeps no NUL in a text."""
    if data is None:
        return None
    kept = data.copy()
    for name in kept:
        kept.setlist(name, [one.replace("\x00", "") for one in kept.getlist(name)])
    return kept


class NoteForm(DeskForm):
    about_record = forms.CharField(
        label=gettext_lazy("About the record"),
        required=False,
        max_length=30,
        help_text=gettext_lazy("Its reference, such as R-09."),
    )

    class Meta:
        model = RoomNote
        fields = ["text", "requirement"]

    field_order = ["text", "about_record", "requirement"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.about_id:
            self.initial.setdefault("about_record", self.instance.about.reference)

    def clean_about_record(self) -> Record | None:
        reference = self.cleaned_data["about_record"].strip()
        record = self.record_called(reference) if reference else None
        if reference and record is None:
            raise forms.ValidationError(_("There is no record “%(name)s” here.") % {"name": reference})
        return record

    def save(self, commit: bool = True) -> Any:
        self.instance.about = self.cleaned_data["about_record"]
        return super().save(commit)


class DraftForm(DeskForm):
    """A draft is kept however little of it is there; `DraftFinding.rests_on` holds what was typed."""

    class Meta:
        model = DraftFinding
        fields = ["grade", "requirement", "demands", "observed", "objective_evidence", "rests_on"]
        help_texts = {
            "demands": gettext_lazy("What is asked for, in your own words."),
            "observed": gettext_lazy("What is wrong, or what was seen."),
            "objective_evidence": gettext_lazy("What was seen: record, date, role of the person. Not a name."),
            "rests_on": gettext_lazy("References with commas, such as R-09, INC-04, Q-03."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grade: Any = self.fields["grade"]
        rules, kind = rules_of(self.room.organisation), self.room.for_audit.audit_kind
        grade.choices = [(one.value, rules.word_for(one, kind)) for one in Grade]


class SubmitForm(DraftForm):
    """All that a finding needs, with a message at each field that lacks something."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["requirement"].required = True
        self.fields["observed"].required = True
        self.fields["requirement"].error_messages["required"] = _("Say which clause or control.")
        self.fields["observed"].error_messages["required"] = _("Say what you found.")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("grade") in {Grade.MAJOR, Grade.MINOR}:
            for name, words in (
                ("demands", _("A nonconformity says which requirement is not met.")),
                ("objective_evidence", _("A nonconformity says what was seen that shows it.")),
            ):
                if not cleaned.get(name, "").strip():
                    self.add_error(name, words)
        return cleaned

    def clean_rests_on(self) -> str:
        text: str = self.cleaned_data["rests_on"]
        named = references_in(text)
        if len(named) > MOST_RECORDS:
            raise forms.ValidationError(_("Name at most %(n)s records.") % {"n": MOST_RECORDS})
        unknown = [one for one in named if self.record_called(one) is None]
        if unknown:
            raise forms.ValidationError(_("These are no records here: %(names)s") % {"names": ", ".join(unknown)})
        return text

    @property
    def cited(self) -> list[Record]:
        found = [self.record_called(one) for one in references_in(self.cleaned_data["rests_on"])]
        return list({one.pk: one for one in found if one}.values())


def references_in(text: str) -> list[str]:
    """What is named in a text of references with commas, blanks or semicolons; each once."""
    return list(dict.fromkeys(one for one in re.split(r"[\s,;]+", text) if one))


class JudgeForm(forms.Form):
    """What an auditor says of the answer to their finding."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    remark = forms.CharField(
        label=gettext_lazy("Remark"),
        required=False,
        widget=LongText({"data-guard": "", "rows": 4}),
        help_text=gettext_lazy("Needed to return the answer: why. Needed to verify: what you saw."),
    )

    def __init__(self, data: Any = None, *, finding: Finding) -> None:
        super().__init__(without_nul(data), initial={"version": finding.version})


class AskForm(forms.ModelForm):
    """What an auditor asks for, and until when. Whom the organisation lets answer is its own business."""

    class Meta:
        model = InformationRequest
        fields = ["title", "asks", "requirement", "due_on"]
        labels = {
            "title": gettext_lazy("What you ask for"),
            "asks": gettext_lazy("In more words"),
            "due_on": gettext_lazy("Until"),
        }
        widgets = {"asks": LongText({"data-guard": "", "rows": 4}), "due_on": DayInput()}

    def __init__(self, data: Any = None, *, room: AuditRoom, **kwargs: Any) -> None:
        super().__init__(without_nul(data), **kwargs)
        self.instance.organisation, self.instance.in_room = room.organisation, room
        requirement: Any = self.fields["requirement"]
        requirement.queryset = Requirement.objects.filter(pk__in=room.requirements.values("pk")).order_by("order")
        requirement.empty_label = str(_("None"))

    def clean_due_on(self) -> Any:
        due_on = self.cleaned_data["due_on"]
        if due_on and due_on < self.instance.organisation.today():
            raise forms.ValidationError(_("This day is over. Choose today or a later day."))
        return due_on
