"""Pages of impact assessments: list, document, sections, versions (ISO 42001 6.1.4, 8.4, A.5)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from organisations.requests import MemberRequest
from records.approving import OPEN
from records.views import RecordViews
from risks.impact.approval import ImpactApprovalPages, earlier, needed
from risks.impact.completeness import ready_for_review
from risks.impact.detail import detail_of, is_outdated
from risks.impact.document import document_of
from risks.impact.forms import ImpactForm
from risks.impact.lists import ImpactFilter, ImpactTable
from risks.impact.rating import with_level
from risks.impact.screening import is_stopped
from risks.impact.versions import AlreadyOpenError, next_version
from risks.models import ImpactAssessment, Output, Standing, Trigger


class ImpactViews(RecordViews):
    model, form_class, table_class, filter_class = ImpactAssessment, ImpactForm, ImpactTable, ImpactFilter
    path = "impact-assessments"
    clause = "6.1.4, 8.4"
    lead = gettext_lazy("What our AI systems do to people and society, and what we do about it.")
    related = ("owner", "organisation", "system", "criteria", "submitted_by", "decided_by", "changed_by")
    chips = (
        (gettext_lazy("In review"), {"state": "in_review"}),
        (gettext_lazy("Approved"), {"state": "approved", "expired": "no"}),
        (gettext_lazy("Expired"), {"expired": "yes"}),
        (gettext_lazy("Needs another look"), {"again": "yes"}),
        (gettext_lazy("High"), {"level": "high"}),
    )

    def visible(self, request: MemberRequest) -> Any:
        return with_level(super().visible(request), request.organisation)

    def edit(self, request: MemberRequest, reference: str) -> HttpResponse:
        assessment = self.get(request, reference)
        if self.may_change(request, assessment) and assessment.state not in OPEN:
            return settled(request, assessment)
        return super().edit(request, reference)

    def extra_context(self, request: MemberRequest, record: ImpactAssessment) -> dict[str, Any]:
        may_change = self.may_change(request, record)
        approval_section = approval.section(request, record, may_change=may_change)
        context = detail_of(request, record, may_change=may_change) | {"approval": approval_section}
        return context | {"may_begin": context["may_begin"] and self.may_create(request)}


views = ImpactViews()
approval = ImpactApprovalPages(views, needed=needed, earlier=earlier, complete=ready_for_review)


def settled(request: MemberRequest, assessment: ImpactAssessment) -> HttpResponse:
    """Nothing is changed any more in what is being decided on, or was."""
    if assessment.state == Standing.IN_REVIEW:
        words = _("%(record)s is in review: nothing changes until it is decided on or returned.")
    else:
        words = _("%(record)s stays as it was approved. Changes make its next version.")
    messages.info(request, words % {"record": assessment})
    return redirect(assessment)


@require_POST
def make_next_version(request: MemberRequest, reference: str) -> HttpResponse:
    """A draft with everything copied; where one is open already, that one."""
    assessment: ImpactAssessment = views.get(request, reference)
    if not views.may_change(request, assessment) or not views.may_create(request):
        raise PermissionDenied
    if not assessment.is_settled:
        messages.error(request, _("Only an approved assessment has a next version: this one can be changed."))
        return redirect(assessment)
    trigger = request.POST.get("trigger", "")
    if trigger not in Trigger.values:
        messages.error(request, _("Say why it is assessed again."))
        return redirect(assessment)
    try:
        made = next_version(assessment, by=request.user, trigger=trigger)
    except AlreadyOpenError as error:
        messages.error(request, error.messages[0])
        return redirect(error.open if views.visible(request).filter(pk=error.open.pk).exists() else assessment)
    messages.success(request, _("%(record)s is version %(n)d.") % {"record": made, "n": made.number})
    return redirect(made)


@require_POST
def measure_done(request: MemberRequest, reference: str, pk: int) -> HttpResponse:
    """Marks a measure as done today: also after approval, when the rest stays as it was."""
    assessment: ImpactAssessment = views.get(request, reference)
    if not views.may_change(request, assessment):
        raise PermissionDenied
    measure = assessment.measures.filter(pk=pk, done_on=None).first()
    if measure is None:
        raise Http404
    measure.done_on = request.organisation.today()
    measure.save(update_fields=["done_on"])
    messages.success(request, _("Done: %(measure)s") % {"measure": measure})
    return redirect(f"{assessment.get_absolute_url()}#measures")


@require_safe
def document(request: MemberRequest, reference: str) -> HttpResponse:
    """The assessment to read or print, as one of the outputs it serves as."""
    assessment: ImpactAssessment = views.get(request, reference)
    output = request.GET.get("as", Output.ISO_42001)
    if output not in Output.values:
        raise Http404
    here = f"{assessment.get_absolute_url()}document/"
    offered = [one for one in Output if one == Output.ISO_42001 or one in assessment.frameworks or one == output]
    tabs = [{"label": one.label, "url": f"{here}?as={one.value}", "current": one == output} for one in offered]
    crumbs = [
        (capfirst(views.words), views.list_url(request)),
        (assessment.reference, assessment.get_absolute_url()),
        (_("Document"), None),
    ]
    context = {
        "record": assessment,
        "output": Output(output),
        "is_expired": assessment.is_expired(request.organisation.today()),
        "has_changed": is_outdated(assessment),
        "is_stopped": is_stopped(assessment),
        "chapters": document_of(assessment, output),
        "tabs": tabs,
        "crumbs": crumbs,
    }
    return render(request, "risks/impact_document.html", context)


def urls() -> list[URLPattern]:
    from risks.impact.section_pages import section_page

    one = f"{ImpactViews.path}/<str:reference>"
    return [
        *ImpactViews.urls(),
        *approval.urls(),
        path(f"{one}/next-version/", make_next_version, name="impact-assessment-next"),
        path(f"{one}/document/", document, name="impact-assessment-document"),
        path(f"{one}/measures/<int:pk>/done/", measure_done, name="impact-measure-done"),
        path(f"{one}/<slug:section>/", section_page, name="impact-assessment-section"),
    ]
