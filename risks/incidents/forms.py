"""Forms of incidents and of who is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.models import User
from records.forms import RecordForm, require
from records.widgets import LongText, MomentInput, Segments
from risks.incidents.actions import keep_deadlines, keep_notification, mark_not_needed, noted, tell
from risks.models import Incident, Notification


class IncidentForm(RecordForm):
    groups = [
        (
            gettext_lazy("What happened"),
            gettext_lazy("Report at once; causes and corrections may follow."),
            ["title", "system", ("happened_on", "known_at"), "description"],
        ),
        (
            gettext_lazy("How grave it is"),
            gettext_lazy("It decides who must be told, and how soon."),
            ["severity", "is_serious", ("affected", "people_affected")],
        ),
        (
            gettext_lazy("Cause and correction"),
            gettext_lazy("Both are needed before the incident can be closed."),
            ["cause", "correction", "risks"],
        ),
        (gettext_lazy("Who handles it"), "", [("owner", "review_on")]),
    ]

    class Meta:
        model = Incident
        fields = [
            *("title", "system", "happened_on", "known_at", "description", "severity", "is_serious", "affected"),
            *("people_affected", "cause", "correction", "risks", "owner", "review_on"),
        ]
        help_texts = {
            "owner": gettext_lazy("Left empty: the owner of the AI system, else you."),
            "review_on": gettext_lazy("When it is looked at again, for example whether the correction held."),
        }
        widgets = {"known_at": MomentInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            require(self, "owner")
        else:
            self.initial.setdefault("happened_on", self.organisation.today())
            self.initial.setdefault("known_at", timezone.now())

    def clean_known_at(self) -> Any:
        # In minutes, as people type it: what is shown again is then what is kept.
        known_at = self.cleaned_data["known_at"].replace(second=0, microsecond=0)
        if known_at > timezone.now():
            raise forms.ValidationError(_("This moment lies ahead."))
        told = self.instance.notifications.exclude(told_at=None) if self.instance.pk else Notification.objects.none()
        if told.filter(told_at__lt=known_at).exists():
            raise forms.ValidationError(_("Somebody was told before this moment."))
        return known_at

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        happened_on, known_at = cleaned.get("happened_on"), cleaned.get("known_at")
        if happened_on and known_at and timezone.localdate(known_at, self.organisation.zone) < happened_on:
            self.add_error("known_at", _("It cannot be known before it happened."))
        for name in ("cause", "correction") if not self.instance.is_open else ():
            if not cleaned.get(name):
                self.add_error(name, _("A closed incident keeps its cause and its correction."))
        if not self.instance.pk and not cleaned.get("owner"):
            system = cleaned.get("system")
            cleaned["owner"] = (system.owner if system else None) or self.user
        return cleaned

    def save(self, commit: bool = True) -> Incident:
        incident: Incident = super().save(commit)
        keep_deadlines(incident)
        return incident


class CloseForm(RecordForm):
    """What was learned: the last thing said about an incident."""

    class Meta:
        model = Incident
        fields = ["lessons"]
        help_texts = {"lessons": gettext_lazy("What will be done differently, and where that is written down.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        require(self, "lessons")


class NotificationForm(forms.ModelForm):
    """Who must be told, why, and by when: in hours, or at a moment."""

    class Meta:
        model = Notification
        fields = ["recipient", "basis", "hours", "due_at", "note"]
        labels = {"basis": gettext_lazy("Because of")}
        help_texts = {
            "basis": gettext_lazy("The contract or the article."),
            "hours": gettext_lazy("Counted from the moment the incident was known."),
            "due_at": gettext_lazy("Where it is not counted in hours."),
        }
        widgets = {"due_at": MomentInput}

    groups = [("", "", ["recipient", "basis", ("hours", "due_at"), "note"])]

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.incident = incident
        label, help_text = self.fields["hours"].label, self.fields["hours"].help_text
        self.fields["hours"] = forms.IntegerField(
            label=label, help_text=help_text, required=False, min_value=1, max_value=10_000
        )
        if self.instance.hours:
            self.initial["due_at"] = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        due_at, hours = cleaned.get("due_at"), cleaned.get("hours")
        if due_at and hours:
            self.add_error("due_at", _("Give hours or a moment, not both."))
        elif due_at and due_at < self.instance.incident.known_at - timedelta(minutes=1):
            self.add_error("due_at", _("This is before the incident was known."))
        return cleaned

    def keep(self, *, by: User) -> bool:
        """Keeps it; False where that was refused, which then stands in the form."""
        try:
            keep_notification(super().save(commit=False), by=by)
        except ValidationError as error:
            self.add_error(None, error)
            return False
        return True


class OutcomeForm(forms.Form):
    """Told, with when; or not needed, with why."""

    TOLD, NOT_NEEDED = "told", "not_needed"

    version = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=[(TOLD, gettext_lazy("Told")), (NOT_NEEDED, gettext_lazy("Not needed"))],
        widget=Segments,
        initial=TOLD,
    )
    told_at = forms.DateTimeField(label=gettext_lazy("When"), required=False, widget=MomentInput)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=300,
        widget=LongText({"rows": 2}),
        help_text=gettext_lazy("How they were told. If they need not be told: why."),
    )

    def __init__(self, *args: Any, notification: Notification, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.notification = notification
        self.initial = {
            "version": noted(notification),
            "told_at": notification.told_at or timezone.now(),
            "note": notification.note,
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("outcome") == self.TOLD and not cleaned.get("told_at") and "told_at" not in self.errors:
            self.add_error("told_at", _("Say when they were told."))
        return cleaned

    def keep(self, *, by: User) -> bool:
        """Does what was chosen; False where it was refused, which then stands in the form."""
        given = self.cleaned_data
        try:
            if given["outcome"] == self.TOLD:
                tell(self.notification, by=by, at=given["told_at"], note=given["note"], seen=given["version"])
            else:
                mark_not_needed(self.notification, by=by, reason=given["note"], seen=given["version"])
        except ValidationError as error:
            self.add_error(None, error)
            return False
        return True
