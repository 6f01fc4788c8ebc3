"""Forms of the AI system inventory."""

from typing import Any, cast

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from organisations.models import User
from records.actions import let_in
from records.forms import RecordForm, require
from records.widgets import Checks

from .actions import note_assessment
from .models import LIVE, AIRole, AISystem, ContractClause, Stage, Supplier

MONTHS = _("Review every (months)")


class SupplierForm(RecordForm):
    contract_clauses = forms.MultipleChoiceField(
        label=_("What the contract says"), choices=ContractClause, widget=Checks, required=False
    )
    groups = [
        (_("Who and what"), "", ["title", "service", ("owner", "criticality")]),
        (
            _("Assessment"),
            _("How they were checked, and when they are checked again (A.10.3). Each one stays on their page."),
            [("assessed_on", "result"), "open_conditions", "conditions_due_on", ("review_on", "review_every")],
        ),
        (
            _("Contract"),
            _("What is agreed about AI (A.10.2, A.10.3)."),
            ["contract_ai_clauses", "contract_clauses"],
        ),
    ]

    class Meta:
        model = Supplier
        fields = [
            *("title", "service", "owner", "criticality", "assessed_on", "result"),
            *("open_conditions", "conditions_due_on", "contract_ai_clauses", "contract_clauses"),
            *("review_on", "review_every"),
        ]
        labels = {"title": _("Name"), "review_every": MONTHS}
        help_texts = {"review_every": ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        require(self, "owner")

    def clean_assessed_on(self) -> Any:
        """An assessment is not taken back, and an earlier one does not take the place of a later one."""
        day, last = self.cleaned_data["assessed_on"], self.instance.assessments.first() if self.instance.pk else None
        if last and (day is None or day < last.on):
            words = _("It was assessed on %(day)s. That stays; a later assessment may be added.")
            raise forms.ValidationError(words % {"day": date_format(last.on, "j M Y")})
        return day

    def save(self, commit: bool = True) -> Supplier:
        supplier: Supplier = super().save(commit)
        note_assessment(supplier, by=self.user)
        return supplier


class AISystemForm(RecordForm):
    roles = forms.MultipleChoiceField(
        label=_("Our roles"),
        choices=AIRole.choices,
        widget=Checks,
        help_text=_("What we are to this system (4.1). More than one may apply."),
        error_messages={"required": _("Choose at least one role.")},
    )
    groups = [
        (
            _("Identity"),
            _("What it is and who answers for it."),
            [("title", "system_version"), "purpose", ("owner", "technical_owner")],
        ),
        (
            _("Roles and class"),
            _("They decide which duties apply."),
            ["roles", ("act_role", "risk_class"), "class_reason"],
        ),
        (
            _("Life cycle"),
            _("Where it stands, and when it is looked at again."),
            [("stage", "go_live_on"), ("review_on", "review_every")],
        ),
        (
            _("What it is made of"),
            _("Its model, its data and those it rests on."),
            ["model", "data_categories", "personal_data", "main_supplier", "suppliers"],
        ),
        (
            _("People"),
            _("Who uses it, who is affected, who watches over it."),
            [("users", "people_affected"), "affected", "autonomy", "oversight"],
        ),
        (_("Scope"), _("Whether the AIMS covers it (4.3)."), ["in_scope", "scope_reason"]),
    ]

    class Meta:
        model = AISystem
        fields = [
            *("title", "purpose", "owner", "technical_owner", "roles", "act_role", "risk_class", "class_reason"),
            *("stage", "go_live_on", "review_on", "review_every", "system_version", "model", "data_categories"),
            *("personal_data", "main_supplier", "suppliers", "users", "people_affected", "affected", "autonomy"),
            *("oversight", "in_scope", "scope_reason"),
        ]
        labels = {"title": _("Name"), "review_every": MONTHS}
        help_texts = {
            "review_every": "",
            "purpose": _("What it does, for whom, in one or two sentences."),
            "class_reason": _("The article or point of Annex III, or why none applies."),
            "main_supplier": _("Who supplies the model or the service it mainly rests on."),
            "oversight": _("Who can step in, when, and how."),
            "in_scope": _("An AI system outside the scope stays in the inventory, with the reason."),
        }
        widgets = {"suppliers": Checks}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        require(self, "owner")
        self.narrow_stages(self.fields["stage"])
        self.going_live_is_a_step_of_its_own()

    def narrow_stages(self, field: Any) -> None:
        """Retirement is a step of its own, which asks for the day and the reason."""
        if self.instance.is_retired:
            field.disabled = True
            field.help_text = _("It is retired. Take it back into use to change this.")
        elif self.instance.stage != Stage.RETIREMENT:
            field.choices = [choice for choice in field.choices if choice[0] != Stage.RETIREMENT]

    def going_live_is_a_step_of_its_own(self) -> None:
        """What is not in use yet goes live by a decision; a new entry may be of what runs already (A.6.2.5)."""
        stage, go_live_on = self.fields["stage"], self.fields["go_live_on"]
        if not self.instance.pk:
            go_live_on.help_text = _("Only for one that is in use already. Going live is a step of its own.")
        elif not self.instance.has_gone_live:
            del self.fields["go_live_on"]
            if self.instance.is_retired:
                return
            cast(Any, stage).choices = [choice for choice in cast(Any, stage).choices if choice[0] not in LIVE]
            stage.help_text = _("Going live is a step of its own, on the page of the system.")

    def clean_go_live_on(self) -> Any:
        day, stage = self.cleaned_data["go_live_on"], self.cleaned_data.get("stage")
        is_planned = stage == Stage.DEPLOYMENT and day and day > self.organisation.today()
        if day and not self.instance.pk and stage and (stage not in {*LIVE, Stage.DEPLOYMENT} or is_planned):
            raise forms.ValidationError(_("It is not in use yet. Going live is a step of its own."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("suppliers") is not None and cleaned.get("main_supplier"):
            cleaned["suppliers"] = [one for one in cleaned["suppliers"] if one.pk != cleaned["main_supplier"].pk]
        return cleaned

    def save(self, commit: bool = True) -> AISystem:
        stored = AISystem.objects.filter(pk=self.instance.pk).first()
        system: AISystem = super().save(commit)
        let_in(system, before=looking_after(stored), now=looking_after(system))
        return system


def looking_after(system: AISystem | None) -> set[User]:
    """A technical owner may change the system they look after, whatever their role."""
    return {system.technical_owner} if system and system.technical_owner else set()


class RetireForm(RecordForm):
    """Takes a system out of use. It stays in the inventory with everything that was recorded about it."""

    class Meta:
        model = AISystem
        fields = ["retired_on", "retired_because"]
        help_texts = {"retired_on": _("The last day it was in use.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        require(self, "retired_on", "retired_because")
        self.initial["retired_on"] = self.initial.get("retired_on") or self.organisation.today()

    def clean(self) -> dict[str, Any]:
        # The rules of a system in use no longer apply to it.
        self.instance.stage = Stage.RETIREMENT
        return super().clean() or self.cleaned_data

    def clean_retired_on(self) -> Any:
        day = self.cleaned_data["retired_on"]
        if day and day > self.organisation.today():
            raise forms.ValidationError(_("A system is retired once it is out of use; this day lies ahead."))
        return day
