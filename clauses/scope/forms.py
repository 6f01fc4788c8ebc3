"""The form of a version of the scope."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clauses.models import ScopeStatement
from records.approvable import OPEN
from records.register_page import REVIEW, RegisterForm

from .drafting import title_of


class ScopeForm(RegisterForm):
    groups = [
        (
            _("Scope"),
            _("AI systems are named by themselves: each says in the inventory whether it is in scope, and why."),
            ["label", "change_note", "text", "boundaries"],
        ),
        (_("Where, and beside whom"), "", ["sites", "interfaces"]),
        (*REVIEW, ["owner", ("review_on", "review_every")]),
    ]

    class Meta:
        model = ScopeStatement
        fields = [
            *("label", "change_note", "text", "boundaries", "sites", "interfaces"),
            *("owner", "review_on", "review_every"),
        ]
        help_texts = {
            "label": _("As people write it, such as 1.3."),
            "boundaries": _("What is left out, and why the AIMS still does what it is for."),
            "interfaces": _("With other parts of the organisation, partners and suppliers."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = True

    def clean_label(self) -> str:
        label: str = self.cleaned_data["label"].strip()
        others = ScopeStatement.objects.of(self.organisation).exclude(pk=self.instance.pk)
        if other := others.filter(label=label).first():
            raise forms.ValidationError(_("%(record)s has this version already."), params={"record": other.reference})
        return label

    def clean(self) -> dict[str, Any]:
        if self.instance.state not in OPEN:
            raise forms.ValidationError(_("It is in review or decided: begin the next version."))
        return super().clean() or self.cleaned_data

    def save(self, commit: bool = True) -> Any:
        if "label" in self.changed_data:
            self.instance.title = title_of(self.instance.label)
        return super().save(commit)
