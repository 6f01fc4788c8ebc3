"""Forms of own controls and of a Statement of Applicability."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from records.forms import RecordForm, require
from risks.applicability.stating import title_of
from risks.models import OwnControl, Statement


class OwnControlForm(RecordForm):
    groups = [
        (_("What it is"), "", ["title", "description"]),
        (
            _("In the Statement of Applicability"),
            _("A control of our own stands there beside those of Annex A, with the same questions (6.1.3)."),
            ["justification", ("basis", "status")],
        ),
        (_("Who looks after it"), "", ["owner", ("review_on", "review_every")]),
    ]

    class Meta:
        model = OwnControl
        fields = [
            *("title", "description", "justification", "basis", "status"),
            *("owner", "review_on", "review_every"),
        ]
        labels = {"title": _("Name"), "review_every": _("Review every (months)")}
        help_texts = {"review_every": ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        require(self, "owner", "justification")


class StatementForm(RecordForm):
    """What a draft is called. Its lines are the positions themselves."""

    groups = [
        (_("Version"), _("The lines are those of the controls: change them there."), ["label", "change_note"]),
        (_("Who looks after it"), "", ["owner", ("review_on", "review_every")]),
    ]

    class Meta:
        model = Statement
        fields = ["label", "change_note", "owner", "review_on", "review_every"]
        labels = {"review_every": _("Review every (months)")}
        help_texts = {"review_every": "", "label": _("As people write it, such as 2.1.")}

    def clean_label(self) -> str:
        label: str = self.cleaned_data["label"].strip()
        others = Statement.objects.of(self.organisation).exclude(pk=self.instance.pk)
        if other := others.filter(label=label).first():
            raise forms.ValidationError(_("%(record)s has this version already."), params={"record": other.reference})
        return label

    def save(self, commit: bool = True) -> Any:
        if "label" in self.changed_data:
            self.instance.title = title_of(self.instance.label)
        return super().save(commit)
