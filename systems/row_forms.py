"""Forms of what hangs on a record: a check of a dataset, an assessment of a supplier, a line of responsibilities."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.models import User
from records.models import Record
from records.widgets import Choices, ChoicesAcross, DayInput, LongText

from .models import DataCheck, Dataset, Responsibility, Supplier, SupplierAssessment


class DataCheckForm(forms.ModelForm):
    """One check of a dataset's quality or bias."""

    class Meta:
        model = DataCheck
        fields = ["subject", "on", "what", "result", "passed"]
        widgets = {"on": DayInput, "subject": ChoicesAcross, "passed": ChoicesAcross, "result": LongText}
        help_texts = {
            "what": gettext_lazy("The measure and the groups or fields, for example the selection rate by gender."),
            "result": gettext_lazy("What came out, and what follows where it was not passed."),
        }

    def __init__(self, *args: Any, dataset: Dataset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.dataset = dataset
        self.initial.setdefault("on", dataset.organisation.today())
        without_empty(self, "subject", "passed")


class SupplierAssessmentForm(forms.ModelForm):
    """One assessment of a supplier, with the day of the next one."""

    next_on = forms.DateField(label=gettext_lazy("Next assessment"), required=False, widget=DayInput)

    class Meta:
        model = SupplierAssessment
        fields = ["on", "result", "how", "conditions"]
        widgets = {"on": DayInput, "result": Choices, "how": LongText, "conditions": LongText}
        help_texts = {
            "how": gettext_lazy("Questionnaire, audit, certificate, test; by what it was judged."),
            "conditions": gettext_lazy("Those open from now on, one a line."),
        }

    def __init__(self, *args: Any, supplier: Supplier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.supplier = supplier
        self.initial.setdefault("on", supplier.organisation.today())
        self.initial.setdefault("conditions", supplier.open_conditions)
        self.fields["how"].required = True
        without_empty(self, "result")

    def clean_on(self) -> Any:
        day, last = self.cleaned_data["on"], self.instance.supplier.assessed_on
        if day and last and day < last:
            raise forms.ValidationError(_("There is a later assessment, and the newest counts."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("next_on") and cleaned.get("on") and cleaned["next_on"] <= cleaned["on"]:
            self.add_error("next_on", _("It comes after this one."))
        return cleaned


class ResponsibilityForm(forms.ModelForm):
    """One line of a responsibility matrix, on the page of a supplier or of a system; `seen` is the line as shown."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Responsibility
        fields = ["supplier", "system", "duty", "stage", "supplier_part", "our_part", "customer_part", "agreed_in"]
        help_texts = {
            "duty": gettext_lazy("For example bias testing, notice of incidents, human oversight."),
            "agreed_in": gettext_lazy("The contract, annex or agreement, with its paragraph."),
        }

    def __init__(self, *args: Any, of: Record, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = state_of(self.instance)
        here, other = ("supplier", "system") if isinstance(of, Supplier) else ("system", "supplier")
        setattr(self.instance, here, of)
        del self.fields[here]
        field: Any = self.fields[other]
        visible = field.queryset.model.objects.visible_to(user)
        field.queryset = visible.filter(organisation=of.organisation).order_by("reference")
        field.empty_label = _("None")
        chosen = getattr(self.instance, other)
        if chosen and not field.queryset.filter(pk=chosen.pk).exists():
            del self.fields[other]
        for name in ("stage", "supplier_part", "our_part", "customer_part"):
            choices: Any = self.fields[name]
            choices.choices = [(value, label if value else _("None")) for value, label in choices.choices]

    @property
    def is_stale(self) -> bool:
        return bool(self.instance.pk) and self.data.get("seen") != self.initial["seen"]


def state_of(row: Responsibility) -> str:
    """Names what stands in a line, so that a later save can tell whether it changed meanwhile."""
    values = [str(getattr(row, field.attname)) for field in Responsibility._meta.concrete_fields]
    return hashlib.sha256("\x1f".join(values).encode()).hexdigest()[:20] if row.pk else ""


def without_empty(form: forms.BaseForm, *names: str) -> None:
    """Choices drawn as buttons need none that stands for nothing."""
    for name in names:
        field: Any = form.fields[name]
        field.choices = [choice for choice in field.choices if choice[0] not in {"", None}]
