"""Forms of the risk register: a risk, and why it is closed (ISO 42001 6.1.2, 8.2)."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from records.forms import RecordForm, require
from records.widgets import Checks, LongText, Segments
from risks.models import Affected, Process, Risk
from risks.treatment.treating import let_both_in


class RiskForm(RecordForm):
    affects = forms.MultipleChoiceField(
        label=_("Who is affected"), choices=Affected.choices, widget=Checks, required=False
    )
    groups = [
        (
            _("Identify"),
            _("What could happen, and where."),
            ["title", "process", ("system", "trigger"), ("category", "source"), ("owner", "identified_on")],
        ),
        (
            _("Analyse"),
            _("Cause, event, consequence. The scores follow once it is in the register."),
            ["cause", "event", "consequence", "affects", "existing_controls"],
        ),
        (
            _("Context"),
            _("What it belongs to, what is to be done about it, and when it is looked at again."),
            [("stage", "parent"), "option", ("review_on", "review_every")],
        ),
    ]

    class Meta:
        model = Risk
        fields = [
            *("title", "process", "system", "trigger", "category", "source", "owner", "identified_on"),
            *("cause", "event", "consequence", "affects", "existing_controls", "stage", "parent", "option"),
            *("review_on", "review_every"),
        ]
        widgets = {"process": Segments}
        labels = {"review_every": _("Review every (months)"), "title": _("Title")}
        help_texts = {
            "review_every": "",
            "title": _("A short sentence that says what goes wrong."),
            "process": _("Planning: of our objectives with AI. Operational: of one AI system."),
            "system": _("An operational risk is about one."),
            "trigger": _("Why it is looked at now; an operational risk needs one."),
            "event": _("What happens, when the cause is there."),
            "parent": _("For an operational risk that a planning risk foresaw."),
            "review_on": _("Set by the first score where it is empty."),
            "option": _("May wait until it is scored."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        require(self, "owner")
        # Which of these are needed follows from the process, so none of them is called optional.
        for name in ("system", "trigger"):
            self.fields[name].is_one_of_two = True  # type: ignore[attr-defined]
        if not self.instance.pk:
            self.initial.setdefault("identified_on", self.organisation.today())
        system, parent = cast(Any, self.fields["system"]), cast(Any, self.fields["parent"])
        system.queryset = system.queryset.order_by("title")
        offered = Q(process=Process.PLANNING, closed_on=None) & ~Q(pk=self.instance.pk)
        if self.instance.parent_id:
            offered |= Q(pk=self.instance.parent_id)
        parent.queryset = parent.queryset.filter(offered).order_by("title")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("process") == Process.OPERATIONAL and "trigger" not in self.errors and not cleaned["trigger"]:
            self.add_error("trigger", _("Say why this operational risk is looked at now (8.2)."))
        becomes_operational = "process" in self.changed_data and cleaned.get("process") == Process.OPERATIONAL
        if self.instance.pk and becomes_operational and self.instance.children.exists():
            self.add_error("process", _("Operational risks point to it, so it stays one of planning."))
        # An import looks records up by itself, among closed ones too.
        parent = cleaned.get("parent")
        if parent and parent.closed_on and "parent" in self.changed_data:
            self.add_error("parent", _("This risk is closed; name an open one."))
        return cleaned

    def save(self, commit: bool = True) -> Risk:
        stored = Risk.objects.select_related("owner").filter(pk=self.instance.pk).first()
        risk: Risk = super().save(commit)
        let_both_in(risk, former={stored.owner} if stored and stored.owner else set())
        return risk


class ClosingForm(forms.Form):
    """Why a risk is closed. `version` is the one the person saw."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why it is closed"),
        max_length=300,
        widget=LongText({"rows": 3}),
        help_text=_("It leaves every count of open risks. Its scores, treatments and history stay."),
    )
