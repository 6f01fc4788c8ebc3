"""Forms of an acceptance: given, asked for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from organisations.models import User
from records.widgets import DayInput, LongText

NO_REASON = _("Say why this risk can be lived with.")
NO_END = _("Say until when. No risk is accepted for ever.")


class AcceptanceForm(forms.Form):
    """The terms of an acceptance. `version` and `score` are those of the risk that was read."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    score = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"),
        error_messages={"required": NO_REASON},
        widget=LongText({"data-guard": ""}),
        help_text=_("Why this risk can be lived with, and why nothing more is done about it now."),
    )
    until = forms.DateField(
        label=_("Until"),
        error_messages={"required": NO_END},
        widget=DayInput(),
        help_text=_("The last day it stands, at most two years ahead."),
    )
    conditions = forms.CharField(
        label=_("Conditions"),
        required=False,
        widget=LongText({"rows": 3, "data-guard": ""}),
        help_text=_("What must hold meanwhile, if anything."),
    )
    groups: list[tuple[Any, Any, list[Any]]] = [
        (
            _("Decision"),
            _("It lapses by itself on its last day, on a higher score, and when the AI system changes materially."),
            ["reason", "until", "conditions"],
        )
    ]


class AskForm(forms.Form):
    """Whom to ask: one of those who may accept this risk."""

    of = forms.ModelChoiceField(
        label=_("Whom"),
        queryset=User.objects.none(),
        empty_label=_("Choose a person"),
        help_text=_("Those whose authority suffices. Whoever is asked may read this risk and its treatments."),
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        setattr(self.fields["of"], "queryset", people)  # noqa: B010
