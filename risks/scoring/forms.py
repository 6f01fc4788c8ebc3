"""The form of a score: likelihood and three consequences, each step with its words (ISO 42001 6.1.2)."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from organisations.models import User
from records.widgets import Choices, ChoicesAcross, DayInput, LongText, Segments
from risks.models import Phase, Process, Risk, RiskAssessment, RiskCriteria
from risks.scoring.assessing import assess, has_a_residue

# Each scale of the criteria with the column that is scored by it.
SCALE_OF = {
    "likelihood": "likelihood",
    "for_organisation": "organisation_scale",
    "for_individuals": "individuals_scale",
    "for_society": "society_scale",
}


class AssessmentForm(forms.ModelForm):
    """Scores one risk. `version` is that of the risk, `by` the criteria that were shown; both may be left out."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    by = forms.IntegerField(required=False, widget=forms.HiddenInput)
    groups = [
        (
            _("What is scored"),
            _("Inherent: without controls. Current: with those that work today. Target: once the plan is done. "
              "Residual: what is left after treatment."),
            ["phase", ("assessed_on", "trigger")],
        ),
        (_("Likelihood"), _("How often it is to be expected."), ["likelihood"]),
        (
            _("Consequence"),
            _("The highest counts, never the average. Leave out those it does not touch."),
            [("for_organisation", "for_individuals"), "for_society"],
        ),
        (_("Reason"), _("An auditor reads this first."), ["rationale", "confidence"]),
    ]  # fmt: skip

    class Meta:
        model = RiskAssessment
        fields = ["phase", "assessed_on", "trigger", *SCALE_OF, "rationale", "confidence"]
        widgets = {
            "phase": Segments,
            "assessed_on": DayInput,
            "rationale": LongText({"data-guard": ""}),
            "confidence": ChoicesAcross,
        }
        labels = {"rationale": _("Why these scores"), "phase": _("Score of")}
        help_texts = {"rationale": _("Name the figures and the evidence you used.")}
        error_messages = {"rationale": {"required": _("Say why you scored it so.")}}

    def __init__(self, *args: Any, risk: Risk, criteria: RiskCriteria, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.risk, self.criteria, self.user = risk, criteria, user
        self.instance.risk, self.instance.criteria = risk, criteria
        for name, scale in SCALE_OF.items():
            self.fields[name] = StepField(getattr(criteria, scale), required=name == "likelihood", label=label_of(name))
        cast(Any, self.fields["phase"]).choices = Phase.choices
        cast(Any, self.fields["confidence"]).choices = RiskAssessment._meta.get_field("confidence").choices
        trigger = cast(Any, self.fields["trigger"])
        trigger.choices = [(value, label if value else _("Choose")) for value, label in trigger.choices]
        trigger.is_one_of_two = risk.process == Process.OPERATIONAL
        first = {
            "version": risk.version,
            "by": criteria.pk,
            "assessed_on": risk.organisation.today(),
            "phase": next_phase(risk),
            "trigger": "" if risk.current_score is not None else risk.trigger,
        }
        self.initial.update(first)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("by") and cleaned["by"] != self.criteria.pk:
            raise ValidationError(_("The criteria changed after you opened this. Read the scales again, then score."))
        return cleaned

    def save(self, commit: bool = True) -> RiskAssessment:
        """Raises ValidationError with the errors at the fields."""
        return assess(self.instance, by=self.user, seen=self.cleaned_data.get("version"))


class StepField(forms.TypedChoiceField):
    """A step of a scale, each with its words; where it is not required, also that it does not apply."""

    def __init__(self, scale: list[str], *, required: bool, label: Any) -> None:
        self.steps = len(scale)
        steps: list[tuple[Any, Any]] = [(number, f"{number} · {words}") for number, words in enumerate(scale, 1)]
        choices = steps if required else [("", _("Not touched")), *steps]
        super().__init__(
            choices=choices, coerce=int, empty_value=None, required=required, label=label, widget=Choices, initial=""
        )
        self.is_one_of_two = True
        self.error_messages["invalid_choice"] = _("The scale goes from 1 to %(n)s.") % {"n": self.steps}
        self.error_messages["required"] = _("Choose a step.")


def label_of(name: str) -> Any:
    labels = {
        "likelihood": _("Likelihood"),
        "for_organisation": _("For the organisation"),
        "for_individuals": _("For individuals and groups"),
        "for_society": _("For society and environment"),
    }
    return labels[name]


def next_phase(risk: Risk) -> Phase:
    """What is scored next: before controls first, then as it is today, then what remains."""
    if risk.inherent_score is None:
        return Phase.INHERENT
    return Phase.RESIDUAL if has_a_residue(risk) else Phase.CURRENT
