"""Pages of treatments and their verification."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from evidence.references import natural
from organisations.models import User
from organisations.requests import MemberRequest
from records.models import Record
from records.views import RecordViews
from risks.criteria.in_force import criteria_in_force
from risks.models import Risk, Treatment
from risks.treatment.filters import TreatmentFilter
from risks.treatment.forms import TreatmentForm, VerificationForm
from risks.treatment.tables import TreatmentTable
from risks.treatment.treating import OWNS, fail_verification, has_owned, let_both_in, verify, why_not_verify


class TreatmentViews(RecordViews):
    model, form_class, table_class, filter_class = Treatment, TreatmentForm, TreatmentTable, TreatmentFilter
    path = "treatments"
    clause = "6.1.3, 8.3"
    lead = gettext_lazy("What is done about each risk, by whom, until when, and whether it was verified.")
    related = ("owner", "organisation", "treats", "verified_by")
    prefetched = ("controls",)
    bulk = ("owner", "due_on", "review_on")
    chips = (
        (gettext_lazy("Overdue"), {"due": "overdue"}),
        (gettext_lazy("Under way"), {"due": "open"}),
        (gettext_lazy("To verify"), {"status": "implemented"}),
    )

    def handed_over(self, former: dict[int, set[User]]) -> None:
        for treatment in Treatment.objects.select_related("treats__owner").filter(pk__in=former):
            let_both_in(treatment.treats, former=former[treatment.pk])

    def extra_list_context(self, request: MemberRequest) -> dict[str, Any]:
        return {"tabs": treatment_tabs(request, "treatment-list")}

    def extra_context(self, request: MemberRequest, record: Treatment) -> dict[str, Any]:
        criteria = criteria_in_force(request.organisation)
        return {
            "risk": Risk.objects.visible_to(request.user).filter(pk=record.treats_id).first(),
            "controls": controls_for(request, record),
            "verify_url": record.url("verify"),
            "expected_level": record.expected_level(criteria) if criteria else None,
            "is_overdue": record.is_overdue(request.organisation.today()),
            "may_verify": self.may_change(request, record) and not why_not_verify(record, request.user),
        }


def treatment_tabs(request: MemberRequest, current: str) -> list[dict[str, Any]]:
    """The two lists that belong together: what is done, and what was approved."""
    slug = request.organisation.slug
    return [
        {"label": label, "url": reverse(name, kwargs={"organisation": slug}), "current": name == current}
        for label, name in ((_("Treatments"), "treatment-list"), (_("Treatment plans"), "treatment-plan-list"))
    ]


def controls_for(request: MemberRequest, treatment: Treatment) -> list[dict[str, Any]]:
    """The controls it rests on, each with its address where this person may open it."""
    visible = set(
        Record.objects.visible_to(request.user).filter(treatment_links__treatment=treatment).values_list("pk")
    )
    found = sorted(treatment.controls.select_related("organisation"), key=lambda one: natural(one.reference))
    return [{"control": one, "url": one.get_absolute_url() if (one.pk,) in visible else ""} for one in found]


treatments = TreatmentViews()


@require_http_methods(["GET", "HEAD", "POST"])
def verify_treatment(request: MemberRequest, reference: str) -> HttpResponse:
    """Whether it works, said by somebody who never owned it; where it does not, it goes back to work."""
    treatment = treatments.get(request, reference)
    if not treatments.may_change(request, treatment):
        raise PermissionDenied
    failed = "failed" in request.POST
    if has_owned(request.user, treatment) and not failed:
        raise PermissionDenied(OWNS)
    form = VerificationForm(request.POST or None, initial={"version": treatment.version})
    if request.method == "POST" and form.is_valid():
        act = fail_verification if failed else verify
        try:
            act(treatment, by=request.user, result=form.cleaned_data["result"], seen=form.cleaned_data["version"] or 0)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            words = _("%(record)s is in progress again.") if failed else _("%(record)s is verified.")
            messages.success(request, words % {"record": treatment})
            return redirect(treatment)
    crumbs = [
        (capfirst(treatments.words), treatments.list_url(request)),
        (treatment.reference, treatment.get_absolute_url()),
        (_("Verify"), None),
    ]
    context = {
        "record": treatment,
        "form": form,
        "crumbs": crumbs,
        "also": [{"name": "failed", "label": _("It does not work: back to work")}],
    }
    return render(request, "risks/treatment_verify.html", context, status=422 if form.errors else 200)
