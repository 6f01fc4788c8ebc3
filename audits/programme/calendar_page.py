"""The calendar of certification, and the form of its rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from audits.models import AuditRules, Grade, rules_of
from audits.rights import KEEPERS
from organisations.models import Organisation
from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS, VIEW_RECORDS
from records.widgets import DayInput

from .calendar import road

MAY_SEE = (VIEW_RECORDS, *KEEPERS)


def refuse_stranger(request: MemberRequest) -> None:
    """It tells about the whole organisation, so it is for those who may read all of it."""
    if not any(right in request.permissions for right in MAY_SEE):
        raise PermissionDenied


@require_safe
def calendar(request: MemberRequest) -> HttpResponse:
    """Stage 1 to recertification, each with its deadline and the audit that covers it."""
    refuse_stranger(request)
    found = road(request.organisation, seen_by=request.user)
    context = {
        "road": found,
        "rules": found.rules,
        "lines": [{"step": step, "word": step.state[0], "tone": step.state[1]} for step in found.steps],
        "may_keep": CHANGE_RECORDS in request.permissions,
        "may_plan": any(right in request.permissions for right in KEEPERS),
        "today": request.organisation.today(),
        "crumbs": [(_("Certification calendar"), None)],
    }
    return render(request, "audits/calendar.html", context)


class RulesForm(forms.ModelForm):
    """Certificate, deadlines, and the words for findings; `version` is the one the person started from."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    groups = [
        (
            gettext_lazy("Certificate"),
            gettext_lazy("From the decision of the certification body. Left empty, it expires by the rule below."),
            [("certified_on", "expires_on"), "certificate"],
        ),
        (
            gettext_lazy("Deadlines"),
            gettext_lazy("The usual ones; contracts with certification bodies differ."),
            [
                ("response_days", "closure_days"),
                ("major_months", "surveillance_months"),
                ("restore_months", "certificate_years"),
            ],
        ),
        (
            gettext_lazy("Words for findings"),
            gettext_lazy("As your auditors call them; what is left empty keeps our word."),
            [
                ("major_word", "minor_word"),
                ("opportunity_word", "observation_word"),
                ("strength_word", "stage_1_word"),
            ],
        ),
    ]

    class Meta:
        model = AuditRules
        fields = [
            *("certified_on", "expires_on", "certificate", "response_days", "closure_days", "major_months"),
            *("surveillance_months", "restore_months", "certificate_years", "major_word", "minor_word"),
            *("opportunity_word", "observation_word", "strength_word", "stage_1_word"),
        ]
        widgets = {"certified_on": DayInput, "expires_on": DayInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version if self.instance.pk else 0
        for grade, name in AuditRules.WORDS.items():
            self.fields[name].widget.attrs["placeholder"] = str(Grade(grade).label)
        self.fields["stage_1_word"].widget.attrs["placeholder"] = _("Area of concern")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        started = cleaned.get("version")
        if started != self.initial["version"]:
            # What was typed stays in the page; saving once more is then meant.
            self.data = dict(self.data.items()) | {"version": str(self.initial["version"])}
            raise forms.ValidationError(_("Somebody else saved these rules meanwhile. Compare, then save again."))
        return cleaned


@require_http_methods(["GET", "HEAD", "POST"])
def rules_page(request: MemberRequest) -> HttpResponse:
    refuse_stranger(request)
    if CHANGE_RECORDS not in request.permissions:
        raise PermissionDenied
    with transaction.atomic():
        if request.method == "POST":
            # Two saves at once wait for each other here, so that the second one is seen to be stale.
            Organisation.objects.select_for_update(no_key=True).get(pk=request.organisation.pk)
        rules = rules_of(request.organisation)
        form = RulesForm(request.POST if request.method == "POST" else None, instance=rules)
        if request.method == "POST" and form.is_valid():
            rules = form.save(commit=False)
            rules.version = rules.version + 1 if rules.pk else 1
            rules.save()
            messages.success(request, _("The rules are saved."))
            return redirect("certification-calendar", organisation=request.organisation.slug)
    here = reverse("certification-calendar", kwargs={"organisation": request.organisation.slug})
    crumbs = [(_("Certification calendar"), here), (_("Rules"), None)]
    return render(request, "audits/rules.html", {"form": form, "cancel_url": here, "crumbs": crumbs})
