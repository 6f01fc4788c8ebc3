"""The page on which a risk is scored (ISO 42001 6.1.2, 8.2)."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from organisations.requests import MemberRequest
from risks.criteria.in_force import bands, criteria_in_force
from risks.models import Risk, RiskAssessment
from risks.register.views import changeable, crumbs_of
from risks.scoring.forms import AssessmentForm


@require_http_methods(["GET", "HEAD", "POST"])
def assess_page(request: MemberRequest, reference: str) -> HttpResponse:
    """Scores a risk; without criteria it says where to make them."""
    risk = changeable(request, reference)
    criteria = criteria_in_force(request.organisation)
    if not risk.is_open:
        messages.error(request, _("This risk is closed. Open it again before it is scored."))
        return redirect(risk)
    if criteria is None:
        return shown(request, risk, None, status=409 if request.method == "POST" else 200)
    data = request.POST if request.method == "POST" else None
    form = AssessmentForm(data, risk=risk, criteria=criteria, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            scored = form.save()
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, told(scored))
            return redirect(risk)
    return shown(request, risk, form, status=422 if form.errors else 200)


def told(scored: RiskAssessment) -> str:
    """What a score came to: "R-16: 16 critical (inherent)."."""
    return _("%(reference)s: %(score)s %(level)s (%(phase)s).") % {
        "reference": scored.risk.reference,
        "score": scored.score,
        "level": scored.get_level_display().lower(),
        "phase": scored.get_phase_display().lower(),
    }


def shown(request: MemberRequest, risk: Risk, form: AssessmentForm | None, *, status: int) -> HttpResponse:
    context = {
        "record": risk,
        "form": form,
        "criteria": form.criteria if form else None,
        "bands": bands(form.criteria) if form else [],
        "crumbs": crumbs_of(request, risk, _("Score")),
        "cancel_url": risk.get_absolute_url(),
    }
    return render(request, "risks/risk_assess.html", context, status=status)


def urls() -> list[URLPattern]:
    return [path("risks/<str:reference>/assess/", assess_page, name="risk-assess")]
