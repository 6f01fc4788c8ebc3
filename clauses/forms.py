"""The form of a position: where the organisation stands on one requirement."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from records.forms import RecordForm
from records.widgets import Checks, LongText, Segments

from .exclusion import told_at
from .models import Answer, Basis, Position

YES_NO = [("true", _("Yes")), ("false", _("No"))]
NARRATIVE_HELP = _("Markdown. An auditor reads it first: what we do, who does it, where it shows.")


class PositionForm(RecordForm):
    """For a clause: status, owner, review, narrative. A control has its applicability beside them."""

    applicable = forms.TypedChoiceField(
        label=_("Applicable"),
        choices=YES_NO,
        coerce=lambda value: value == "true",
        empty_value=None,
        required=False,
        widget=Segments,
    )
    basis = forms.MultipleChoiceField(label=_("Included because of"), choices=Basis, widget=Checks, required=False)

    class Meta:
        model = Position
        fields = [
            *("applicable", "justification", "basis", "status", "owner"),
            *("review_on", "review_every", "narrative", "systems"),
        ]
        labels = {
            "systems": _("AI systems it concerns"),
            "justification": _("Why, or why not"),
            "review_every": _("Every (months)"),
        }
        help_texts = {"narrative": NARRATIVE_HELP, "review_every": ""}
        widgets = {
            "narrative": LongText({"rows": 8, "data-guard": ""}),
            "justification": LongText({"rows": 3, "data-guard": ""}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        position: Position = self.instance
        self.fields["status"].choices = [  # type: ignore[attr-defined]
            ("", _("Not set")),
            *((status.value, status.label) for status in position.statuses),
        ]
        if position.requirement.is_control:
            self.initial["applicable"] = {True: "true", False: "false", None: ""}[position.applicable]
        else:
            for name in ("applicable", "justification", "basis"):
                del self.fields[name]
        if self.fields["systems"].widget.few == []:
            del self.fields["systems"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.requirement.is_control and cleaned.get("applicable") and not cleaned.get("basis"):
            self.add_error("basis", _("Say what calls for this control: a risk, a law, a contract or the business."))
        return cleaned

    def save(self, commit: bool = True) -> Position:
        if "status" in self.changed_data:
            self.instance.status_on = self.organisation.today() if self.instance.status else None
        with told_at("applicable"):
            position: Position = super().save(commit)
        return position


class AnswerForm(forms.Form):
    """One answer with its note, where two people gave one at the same time. `version` is its state (see `token`)."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        label=_("Answer"), choices=[("", _("Not answered")), *Answer.Value.choices], required=False, widget=Segments
    )
    comment = forms.CharField(label=_("Note"), required=False, widget=LongText({"rows": 4, "data-guard": ""}))

    def __init__(self, *args: Any, is_control: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_control:
            choices = [choice for choice in self.fields["answer"].choices if choice[0] != Answer.Value.NOT_APPLICABLE]  # type: ignore[attr-defined]
            self.fields["answer"].choices = choices  # type: ignore[attr-defined]
