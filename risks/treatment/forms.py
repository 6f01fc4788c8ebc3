"""Forms of treatments and of the treatment plan."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clauses.exclusion import told_at
from clauses.models import Position
from organisations.models import Organisation
from records.forms import RecordForm, require
from records.models import Record
from records.widgets import LongText
from risks.criteria.in_force import criteria_in_force
from risks.models import OwnControl, Risk, Treatment, TreatmentPlan, TreatmentState
from risks.treatment.planning import next_number, refuse_second_draft
from risks.treatment.treating import let_both_in

EXPECTED = ("expected_likelihood", "expected_consequence")
# What somebody else verified stays as it was verified.
VERIFIED_AS = ("status", "treats", "option", "action", "controls", *EXPECTED, "verification")


class TreatmentForm(RecordForm):
    groups = [
        (gettext_lazy("Risk"), gettext_lazy("What is treated, and how (6.1.3)."), ["treats", "option"]),
        (
            gettext_lazy("Action"),
            gettext_lazy("What is done, by whom, until when, at what cost."),
            ["title", "action", "controls", ("owner", "due_on"), "resources", "status"],
        ),
        (
            gettext_lazy("Effect"),
            gettext_lazy("What should remain once it works, and how that is checked (8.3)."),
            [EXPECTED, "verification", "review_on"],
        ),
    ]

    class Meta:
        model = Treatment
        fields = [
            *("treats", "option", "title", "action", "controls", "owner", "due_on", "resources", "status"),
            *(*EXPECTED, "verification", "review_on"),
        ]
        labels = {"title": gettext_lazy("Short title")}
        help_texts = {
            "controls": gettext_lazy("Controls of Annex A and our own that it rests on."),
            "resources": gettext_lazy("People, time, money: what whoever approves the plan decides on."),
            "verification": gettext_lazy("The test or figure that shows that it works."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        require(self, "owner", "due_on")
        criteria = criteria_in_force(self.organisation)
        self.size = criteria.size if criteria else 5
        for name in EXPECTED:
            self.fields[name].help_text = _("1 to %(n)s, by the criteria.") % {"n": self.size}
        self.narrow_links(self.fields["treats"], self.fields["controls"])
        self.narrow_states(self.fields["status"])

    def narrow_links(self, treats: Any, controls: Any) -> None:
        """Only controls are offered; what is chosen already stays so, whoever saves."""
        if self.instance.pk:
            treats.queryset = treats.queryset | Risk.objects.filter(pk=self.instance.treats_id)
            linked = Record.objects.filter(pk__in=self.instance.controls.values("pk"))
            controls.queryset = controls.queryset | linked
        controls.queryset = controls.queryset.filter(pk__in=controls_of(self.organisation).values("pk"))

    def narrow_states(self, field: Any) -> None:
        """Verified is said by somebody else, with a result: a step of its own."""
        if self.instance.pk and self.instance.status == TreatmentState.VERIFIED:
            for name in VERIFIED_AS:
                self.fields[name].disabled = True
            field.help_text = _("It is verified. Where it does not work any more, say so on its page.")
        else:
            field.choices = [choice for choice in field.choices if choice[0] != TreatmentState.VERIFIED]

    def clean_treats(self) -> Risk:
        risk: Risk = self.cleaned_data["treats"]
        if not risk.is_open and (not self.instance.pk or "treats" in self.changed_data):
            raise forms.ValidationError(
                _("%(risk)s is closed: it is treated no more."), params={"risk": risk.reference}
            )
        return risk

    def clean_controls(self) -> QuerySet[Record]:
        chosen: QuerySet[Record] = self.cleaned_data["controls"]
        excluded = Position.objects.filter(pk__in=chosen.values("pk"), applicable=False)
        if names := ", ".join(excluded.order_by("requirement__order").values_list("reference", flat=True)):
            text = _("Excluded in the Statement of Applicability: %(names)s. Include it there first, or leave it out.")
            raise forms.ValidationError(text, params={"names": names})
        return chosen

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in EXPECTED:
            value = cleaned.get(name)
            if value is not None and not 1 <= value <= self.size:
                self.add_error(name, _("The scale goes from 1 to %(n)s.") % {"n": self.size})
        return cleaned

    def save(self, commit: bool = True) -> Treatment:
        stored = Treatment.objects.select_related("owner").filter(pk=self.instance.pk).first()
        with told_at("controls"):
            treatment: Treatment = super().save(commit)
        let_both_in(treatment.treats, former={stored.owner} if stored and stored.owner else set())
        return treatment


def controls_of(organisation: Organisation) -> QuerySet[Record]:
    """Controls a treatment may rest on: those of Annex A, by their positions, and our own."""
    annex = Position.objects.of(organisation).controls()
    own = OwnControl.objects.of(organisation)
    return Record.objects.filter(pk__in=annex.values("pk")) | Record.objects.filter(pk__in=own.values("pk"))


class VerificationForm(forms.Form):
    """What verification showed. `version` is the one of the treatment that was read."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    result = forms.CharField(
        label=gettext_lazy("What verification showed"),
        error_messages={"required": gettext_lazy("Say what verification showed, good or bad.")},
        widget=LongText({"data-guard": ""}),
        help_text=gettext_lazy("What was tested or measured, when, and what came out: good or bad."),
    )


class PlanForm(RecordForm):
    """The lines of a plan are those of the treatments: nothing of them is typed here."""

    groups = [
        (
            gettext_lazy("Plan"),
            gettext_lazy("It holds every open line of treatment, and is approved as a whole."),
            ["title", "change_note", ("owner", "review_on")],
        )
    ]

    class Meta:
        model = TreatmentPlan
        fields = ["title", "change_note", "owner", "review_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial.setdefault("title", _("Risk treatment plan"))

    def save(self, commit: bool = True) -> TreatmentPlan:
        if not self.instance.pk:
            refuse_second_draft(self.organisation)
            self.instance.number = next_number(self.organisation)
        plan: TreatmentPlan = super().save(commit)
        return plan
