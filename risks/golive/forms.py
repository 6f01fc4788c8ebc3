"""The form of the decision to go live."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from records.forms import RecordForm, require
from risks.golive.gate import TEXTS, checks_of
from risks.golive.going_live import STAGES, go_live, refuse
from risks.models import GoLive
from systems.models import AISystem, Stage

PAST, AHEAD = timedelta(days=30), timedelta(days=365)


class GoLiveForm(RecordForm):
    """`version` is that of the system's record, so that a decision on what changed meanwhile is refused."""

    groups = [
        (_("What goes live"), "", [("system_version", "live_on"), "stage"]),
        (
            _("What it rests on"),
            _("Beside the approved impact assessment of this version."),
            ["verification", "user_information"],
        ),
        (
            _("Override"),
            _("Only where something is missing. The reason stays on record."),
            ["override_reason"],
        ),
    ]

    class Meta:
        model = GoLive
        fields = ["system_version", "live_on", "stage", "verification", "user_information", "override_reason"]
        help_texts = {
            "verification": _("What was tested, with which result, and where that is kept (A.6.2.4)."),
            "user_information": _("What users are given, and where (A.8.2)."),
            "live_on": _("At most 30 days ago, at most a year ahead."),
            "stage": _("Until the day has come, the stage is deployment."),
        }

    def __init__(self, *args: Any, system: AISystem, **kwargs: Any) -> None:
        self.system = system
        super().__init__(*args, **kwargs)
        self.instance.system = system
        self.instance.title = system.title
        self.initial.update(version=system.version, system_version=system.system_version)
        self.initial.setdefault("live_on", self.organisation.today())
        self.fields["stage"] = forms.ChoiceField(
            label=self.fields["stage"].label,
            help_text=self.fields["stage"].help_text,
            choices=[(stage.value, stage.label) for stage in STAGES],
            initial=Stage.OPERATION,
        )
        require(self, "system_version", "live_on")
        # Not marked as optional: each is needed, or the reason why it is missing.
        for name in (*TEXTS, "override_reason"):
            cast(Any, self.fields[name]).is_one_of_two = True

    @property
    def is_stale(self) -> bool:
        return self.started_from != self.system.version

    def clean_live_on(self) -> Any:
        day, today = self.cleaned_data["live_on"], self.organisation.today()
        if day < today - PAST:
            raise forms.ValidationError(_("This was more than 30 days ago: a decision comes before it goes live."))
        if day > today + AHEAD:
            raise forms.ValidationError(_("This is more than a year ahead."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        day = cleaned.get("live_on")
        if day and day > self.organisation.today() and cleaned.get("stage") != Stage.DEPLOYMENT:
            self.add_error("stage", _("It goes live later: until then its stage is deployment."))
        if "system_version" in cleaned:
            self.check(cleaned)
        return cleaned

    def check(self, cleaned: dict[str, Any]) -> None:
        """Says at once, with the other errors, what the decision would be refused for."""
        given = {name: str(cleaned.get(name) or "") for name in TEXTS}
        try:
            checks = checks_of(self.system, cleaned["system_version"], given, user=self.user)
            refuse(checks, (cleaned.get("override_reason") or "").strip())
        except ValidationError as error:
            self.add_error(None, error)

    def _post_clean(self) -> None:
        """The decision is made and checked by the verb, not from the fields."""

    def save(self, commit: bool = True) -> GoLive:
        return go_live(
            self.system,
            by=self.user,
            seen=self.started_from,
            version=self.cleaned_data["system_version"],
            live_on=self.cleaned_data["live_on"],
            stage=self.cleaned_data["stage"],
            given={name: self.cleaned_data[name] for name in TEXTS},
            override_reason=self.cleaned_data["override_reason"],
        )
