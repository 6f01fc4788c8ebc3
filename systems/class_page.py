"""The class questions: answered, they give an AI system its class under the EU AI Act, with the reason."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from organisations.requests import MemberRequest
from records.actions import keep
from records.models import Record

from .classing import Answers, Area, Exemption, class_of
from .models import AISystem, RiskClass
from .views import ai_systems

YES_NO = [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]


class YesNo(forms.TypedChoiceField):
    """Yes or no, answered by hand: nothing is chosen beforehand."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=YES_NO, coerce="yes".__eq__, empty_value=None, widget=forms.RadioSelect, **kwargs)
        self.widget.attrs["class"] = "choices across"


class ClassForm(forms.Form):
    prohibited = YesNo(
        label=gettext_lazy("Does it do what Art. 5 forbids?"),
        help_text=gettext_lazy(
            "Manipulate people to their harm or use their weakness, score them socially, foresee crimes from a profile "
            "alone, collect faces from the web, read emotions at work or school, sort people by biometrics, or find "
            "people in public by their biometrics for the police."
        ),
    )
    product = YesNo(
        label=gettext_lazy(
            "Is it a product, or a safety component of one, that a third party assesses before it is sold?"
        ),
        help_text=gettext_lazy("Annex I: machines, toys, lifts, medical devices, vehicles, aircraft and others."),
    )
    area = forms.ChoiceField(
        label=gettext_lazy("Is it meant for one of the areas of Annex III?"),
        choices=[("", gettext_lazy("Choose")), *Area.choices],
    )
    profiles = YesNo(
        label=gettext_lazy("Does it profile people?"),
        required=False,
        help_text=gettext_lazy(
            "Judge or foresee something about a person from their data. Only for an area of Annex III."
        ),
    )
    exemption = forms.ChoiceField(
        label=gettext_lazy("Is all it does one of these?"),
        choices=[("", gettext_lazy("Choose")), *Exemption.choices],
        required=False,
        help_text=gettext_lazy("Art. 6(3). Only for an area of Annex III, and for what does not profile people."),
    )
    transparency = YesNo(
        label=gettext_lazy("Must people be told by Art. 50?"),
        help_text=gettext_lazy(
            "It talks with people, makes or changes pictures, sound, video or text, reads emotions, or sorts people by "
            "biometrics."
        ),
    )
    remark = forms.CharField(
        label=gettext_lazy("In particular"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3, "data-guard": ""}),
        help_text=gettext_lazy("What an auditor should know about these answers. It becomes part of the reason."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    groups = [
        (gettext_lazy("Forbidden"), gettext_lazy("Art. 5"), ["prohibited"]),
        (
            gettext_lazy("High risk"),
            gettext_lazy("Art. 6, Annexes I and III"),
            ["product", "area", "profiles", "exemption"],
        ),
        (gettext_lazy("Transparency"), gettext_lazy("Art. 50"), ["transparency"]),
        (gettext_lazy("Reason"), gettext_lazy("It is put together from the answers."), ["remark"]),
    ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("area", Area.NONE) != Area.NONE and cleaned.get("profiles") is None:
            self.add_error("profiles", _("An area of Annex III is named, so this decides."))
        elif cleaned.get("area", Area.NONE) != Area.NONE and not cleaned["profiles"] and not cleaned.get("exemption"):
            self.add_error("exemption", _("An area of Annex III is named, so this decides."))
        return cleaned

    @property
    def found(self) -> tuple[RiskClass, str]:
        """The class and its reason, once the form is valid."""
        said = self.cleaned_data
        given = Answers(
            prohibited=said["prohibited"],
            product=said["product"],
            area=said["area"],
            profiles=bool(said["profiles"]),
            exemption=said["exemption"] or Exemption.NONE,
            transparency=said["transparency"],
        )
        risk_class, reason = class_of(given)
        return risk_class, "\n".join(filter(None, [reason, said["remark"].strip()]))


@require_http_methods(["GET", "HEAD", "POST"])
def new_class(request: MemberRequest) -> HttpResponse:
    """Answered for a new system: its form is opened with class and reason filled in. Nothing is written."""
    if not ai_systems.may_create(request):
        raise PermissionDenied
    form = ClassForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        risk_class, reason = form.found
        return redirect(
            f"{ai_systems.list_url(request)}new/?{urlencode({'risk_class': risk_class, 'class_reason': reason})}"
        )
    return page(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
def class_of_system(request: MemberRequest, reference: str) -> HttpResponse:
    """Answered for a system that is there: class and reason are stored with it."""
    system = ai_systems.get(request, reference)
    if not ai_systems.may_change(request, system) or system.is_retired:
        raise PermissionDenied
    if request.method == "POST":
        # Who saves at the same time waits here, so that the second one is seen to be stale.
        Record.objects.select_for_update().get(pk=system.pk)
        system = ai_systems.get(request, reference)
    form = ClassForm(request.POST or None, initial={"version": system.version})
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["version"] == system.version:
            system.risk_class, system.class_reason = form.found
            keep(system, by=request.user)
            words = _("%(record)s: %(class)s.") % {"record": system, "class": system.get_risk_class_display()}
            messages.success(request, words)
            return redirect(system)
        form.add_error(None, _("Somebody changed this system meanwhile. Look at it again before you keep its class."))
    return page(request, form, system)


def page(request: MemberRequest, form: ClassForm, system: AISystem | None) -> HttpResponse:
    crumbs: list[tuple[str, str | None]] = [(capfirst(ai_systems.words), ai_systems.list_url(request))]
    if system:
        crumbs.append((system.reference, system.get_absolute_url()))
    context = {
        "form": form,
        "record": system,
        "cancel_url": system.get_absolute_url() if system else ai_systems.list_url(request),
        "crumbs": [*crumbs, (_("Class"), None)],
    }
    return render(request, "systems/aisystem_class.html", context)
