"""What a person sets about their reminders, a release to somebody outside, and a report that is made by itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation, User

from .models import DigestChoice, Report, ReportRelease
from .schedule_rows import Every
from .schedules import who_may_read


class DigestChoiceForm(forms.ModelForm):
    """Mail on or off. The list in the portal stays in any case."""

    class Meta:
        model = DigestChoice
        fields = ["by_mail"]


class ReleaseForm(forms.ModelForm):
    """To whom a report is given, and what for."""

    class Meta:
        model = ReportRelease
        fields = ["recipient", "reason"]


class ScheduleForm(forms.Form):
    """Which report is made by itself, how often, and who is told."""

    kind = forms.ChoiceField(label=_("Report"))
    format = forms.ChoiceField(label=_("Format"), choices=[("pdf", "PDF"), ("xlsx", _("Excel"))])
    every = forms.ChoiceField(label=_("How often"), choices=Every)
    readers = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("Tell these people"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("By mail, with a link and no file. Only who reads every record can be told."),
        error_messages={"required": _("Choose at least one person.")},
    )

    def __init__(self, organisation: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(Report.Kind.choices)
        self.fields["kind"].choices = [(kind, labels[kind]) for kind in Report.SCHEDULED]  # type: ignore[attr-defined]
        self.fields["readers"].queryset = who_may_read(organisation)  # type: ignore[attr-defined]
