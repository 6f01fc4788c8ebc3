"""Pages on which residual risk is accepted, asked to be accepted, and an acceptance is withdrawn."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from organisations.requests import MemberRequest
from records.approval_pages import seen
from risks.models import Level, Option, Phase, Risk, RiskAssessment, Treatment
from risks.register.views import crumbs_of, risk_views
from risks.treatment.acceptance_forms import AcceptanceForm, AskForm
from risks.treatment.accepting import (
    accept_risk,
    acceptors_of,
    ask_acceptance,
    may_withdraw,
    needed_for,
    obstacle,
    refusal,
    residual_of,
    withdraw_acceptance,
)

ALTERNATIVES = {
    Option.REDUCE: gettext_lazy("More or stronger controls, verified, and then a new residual score."),
    Option.AVOID: gettext_lazy("Do not build it, do not use it, or retire the AI system."),
    Option.SHARE: gettext_lazy("A contract or an insurance carries a part; the duty to those affected stays ours."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: MemberRequest, reference: str) -> HttpResponse:
    """Everything the decision rests on, and the decision; 403 with the reason for those who may not take it."""
    risk = risk_views.get(request, reference)
    score = residual_of(risk)
    if why := refusal(risk, request.user, score):
        raise PermissionDenied(why)
    form = AcceptanceForm(request.POST or None, initial=state_of(risk))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = accept_risk(
                risk,
                by=request.user,
                seen=given["version"],
                score=given["score"] or 0,
                reason=given["reason"],
                until=given["until"],
                conditions=given["conditions"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            words = _("%(record)s is accepted until %(day)s.") % {"record": risk.reference, "day": made.until}
            messages.success(request, words)
            return redirect(risk)
    context = basis_of(request, risk, score) | {"form": form, "obstacle": obstacle(risk, score)}
    context["crumbs"] = crumbs_of(request, risk, _("Accept"))
    return render(request, "risks/accept.html", context, status=422 if form.errors else 200)


def state_of(risk: Risk) -> dict[str, Any]:
    return {"version": risk.version, "score": risk.residual_score or 0}


def basis_of(request: MemberRequest, risk: Risk, score: RiskAssessment | None) -> dict[str, Any]:
    """What whoever decides must know: scores, treatments and their cost, other ways, who may decide."""
    lines = Treatment.objects.visible_to(request.user).filter(treats=risk).select_related("owner", "organisation")
    return {
        "record": risk,
        "scores": newest_scores(risk),
        "treatments": lines.prefetch_related("controls").order_by("due_on", "reference"),
        "alternatives": [
            {"term": option.label, "value": words} for option, words in ALTERNATIVES.items() if option != risk.option
        ],
        "needed": needed_for(score).label,
        "level": Level(score.level).label if score else "",
        "acceptors": acceptors_of(risk, score),
        "today": request.organisation.today(),
    }


def newest_scores(risk: Risk) -> list[RiskAssessment]:
    """The newest score of each phase, in the order of the phases."""
    newest = risk.assessments.order_by("phase", "-pk").distinct("phase").select_related("assessed_by")
    return sorted(newest, key=lambda one: list(Phase).index(Phase(one.phase)))


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: MemberRequest, reference: str) -> HttpResponse:
    """Asks one of those who may accept a risk. Who may change the risk may ask."""
    risk = risk_views.get(request, reference)
    if not risk_views.may_change(request, risk):
        raise PermissionDenied
    score = residual_of(risk)
    form = AskForm(request.POST or None, people=acceptors_of(risk, score))
    if request.method == "POST" and form.is_valid():
        try:
            ask_acceptance(risk, of=form.cleaned_data["of"], by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            words = _("%(name)s was asked to accept %(record)s.")
            messages.success(request, words % {"name": form.cleaned_data["of"], "record": risk.reference})
            return redirect(risk)
    context = {"record": risk, "form": form, "obstacle": obstacle(risk, score), "needed": needed_for(score).label}
    context["crumbs"] = crumbs_of(request, risk, _("Ask for acceptance"))
    return render(request, "risks/ask_acceptance.html", context, status=422 if form.errors else 200)


@require_POST
def withdraw(request: MemberRequest, reference: str) -> HttpResponse:
    """Ends the acceptance that stands. The reason is asked for on the risk's page."""
    risk = risk_views.get(request, reference)
    acceptance = risk.acceptances.standing(request.organisation.today()).first()
    may_act = risk_views.may_change(request, risk) or not refusal(risk, request.user, residual_of(risk))
    if acceptance is None and not may_act:
        raise PermissionDenied
    if acceptance and not may_withdraw(acceptance, request.user, risk):
        raise PermissionDenied(_("Who accepted it withdraws it, or somebody with the same authority."))
    if acceptance is None or seen(request) != acceptance.pk:
        messages.error(request, _("This acceptance does not stand any more."))
        return redirect(risk)
    try:
        withdraw_acceptance(acceptance, by=request.user, reason=request.POST.get("reason", ""))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The acceptance of %(record)s is withdrawn.") % {"record": risk.reference})
    return redirect(risk)
