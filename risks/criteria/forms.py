"""The form of risk criteria: scales as one line for each step (ISO 42001 6.1.1)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from records.forms import RecordForm
from records.widgets import LongText, Segments
from risks.criteria.in_force import SCALES, next_number, starting_values, why_fixed
from risks.models import RiskCriteria, Size

MONTHS = ("months_planning", "months_high", "months_limited", "months_minimal")


class StepsField(forms.CharField):
    """A list of texts, typed one a line."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(**{"widget": LongText({"rows": 6, "data-guard": ""}), **extra})

    def to_python(self, value: Any) -> Any:
        text = "\n".join(value) if isinstance(value, list) else super().to_python(value) or ""
        return [line.strip() for line in text.splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(initial) != self.to_python(data))

    def run_validators(self, value: Any) -> None:
        if any(len(line) > 200 for line in value):
            raise ValidationError(_("A step has at most 200 characters."))
        super().run_validators("\n".join(value))


class RiskCriteriaForm(RecordForm):
    likelihood = StepsField(label=_("Likelihood"), help_text=_("One line for each step, the least first."))
    organisation_scale = StepsField(label=_("Consequence for the organisation"))
    individuals_scale = StepsField(label=_("Consequence for individuals and groups"))
    society_scale = StepsField(label=_("Consequence for society and environment"))
    groups = [
        (_("Version"), _("What it is called, and what is new in it."), ["title", ("owner", "change_note"), "method"]),
        (
            _("Scales"),
            _("A name, a colon, and what it means: Likely: several times a year."),
            ["size", "likelihood", "organisation_scale", "individuals_scale", "society_scale"],
        ),
        (
            _("Levels"),
            _("The score is likelihood × the highest consequence. From which score on a level begins."),
            [("medium_from", "high_from"), "critical_from", "individuals_override"],
        ),
        (
            _("Acceptance"),
            _("Who may accept a residual risk of a level (6.1.3)."),
            [("accepts_low", "accepts_medium"), ("accepts_high", "accepts_critical")],
        ),
        (
            _("Intervals"),
            _("After how many months a risk is looked at again, by the EU AI Act class of its system."),
            [("months_planning", "months_high"), ("months_limited", "months_minimal")],
        ),
        (_("Review"), _("When the criteria themselves are looked at again."), [("review_on", "review_every")]),
    ]

    class Meta:
        model = RiskCriteria
        fields = [
            *("title", "owner", "change_note", "method", "size", *SCALES, "medium_from", "high_from"),
            *("critical_from", "individuals_override", "accepts_low", "accepts_medium", "accepts_high"),
            *("accepts_critical", *MONTHS, "review_on", "review_every"),
        ]
        widgets = {"size": Segments}
        labels = {"review_every": _("Review every (months)")}
        help_texts = {
            "review_every": "",
            "method": _("How risks are found, analysed and evaluated, or the document that says it."),
            "size": _("3 × 3 needs three lines in each scale and lower thresholds: 3, 6 and 9."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        given = kwargs.get("initial") or {}
        super().__init__(*args, **kwargs)
        if kwargs.get("instance") is None:
            size = Size.THREE if str(given.get("size")) == "3" else Size.FIVE
            self.initial.update({"title": _("Risk criteria"), **starting_values(size), **given, "size": size.value})
        # As it is typed, so that programs and the side-by-side page see what a person sees.
        for name in SCALES:
            if isinstance(self.initial.get(name), list):
                self.initial[name] = "\n".join(self.initial[name])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk and (why := why_fixed(self.instance)):
            raise ValidationError(why)
        for name in MONTHS:
            if cleaned.get(name) == 0:
                self.add_error(name, _("At least one month."))
        return cleaned

    def save(self, commit: bool = True) -> Any:
        if not self.instance.pk:
            self.instance.number = next_number(self.organisation)
        return super().save(commit)
