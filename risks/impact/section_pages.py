"""One section of an assessment on one page: saves in place, and on without script.

Who saves after somebody else is merged with them where they wrote in different fields, mostly in different sections;
where both wrote in one field, both texts stand side by side.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from organisations.requests import MemberRequest
from records.approving import OPEN
from records.forms import RecordForm
from records.models import Record
from records.stale import conflict, settle
from risks.impact.detail import progress_of
from risks.impact.forms import section_form
from risks.impact.pages import settled, views
from risks.impact.rating import criteria_of, inherent, residual
from risks.impact.rows import FORMS
from risks.impact.screening import is_stopped, proposed
from risks.impact.sections import BY_CODE, Section
from risks.models import Dimension, ImpactAssessment


@require_http_methods(["GET", "HEAD", "POST"])
def section_page(request: MemberRequest, reference: str, section: str) -> HttpResponse:
    assessment: ImpactAssessment = views.get(request, reference)
    part = BY_CODE.get(section)
    if part is None:
        raise Http404
    if not views.may_change(request, assessment):
        raise PermissionDenied
    if request.method == "POST":
        # Two saves at once wait for each other here, so that the second one is seen to be stale.
        Record.objects.select_for_update().get(pk=assessment.pk)
        assessment = views.get(request, reference)
    if assessment.state not in OPEN:
        return no_longer(request, assessment)
    form = form_of(request, part, assessment, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return page(request, part, assessment, form)
    unclear = settle(form)
    taken: list[Any] = []
    if unclear or form.is_stale:
        compared = conflict(form, unclear)
        if unclear or any(item.state == "choose" for item in compared["fields"]):
            return side_by_side(request, part, assessment, form, compared)
        taken = [item for item in compared["fields"] if item.state == "theirs"]
        form = form_of(request, part, assessment, form.data)
    return save(request, part, assessment, form, taken)


def form_of(request: MemberRequest, part: Section, assessment: ImpactAssessment, data: Any) -> RecordForm:
    form_class: Any = FORMS[part.code] if part.rows else section_form(part)
    made: RecordForm = form_class(data, instance=assessment, organisation=request.organisation, user=request.user)
    return made


def save(
    request: MemberRequest, part: Section, assessment: ImpactAssessment, form: RecordForm, taken: list[Any]
) -> HttpResponse:
    """Saves what changed and answers in place, or goes on to the page asked for. `taken` are fields others changed."""
    is_saved = form.is_valid() and kept(form)
    fresh: ImpactAssessment = views.get(request, assessment.reference)
    if request.htmx:
        context = context_of(request, part, fresh if is_saved else assessment, form)
        swapped: dict[str, str | bool] = {"hx-swap-oob": "true"}
        fields = [form[item.name].as_widget(attrs=swapped) for item in taken] if is_saved else []
        return render(request, "risks/section_saved.html", context | {"is_saved": is_saved, "taken": fields})
    if not is_saved:
        return page(request, part, assessment, form)
    messages.success(request, _("%(section)s is saved.") % {"section": part.title})
    following = context_of(request, part, fresh, None)["next"]
    return redirect(following["url"] if following and "next" in request.POST else request.path)


def kept(form: RecordForm) -> bool:
    if form.has_changed():
        try:
            with transaction.atomic():
                form.save()
        except ValidationError as error:
            form.add_error(None, error)
            return False
    return True


def no_longer(request: MemberRequest, assessment: ImpactAssessment) -> HttpResponse:
    if not request.htmx:
        return settled(request, assessment)
    words = _("it is no longer a draft: %(state)s.") % {"state": assessment.get_state_display().lower()}
    return JsonResponse({"error": words}, status=409)


def side_by_side(
    request: MemberRequest, part: Section, assessment: ImpactAssessment, form: RecordForm, compared: dict[str, Any]
) -> HttpResponse:
    if request.htmx:
        words = {"error": _("%(who)s changed the same text meanwhile.") % {"who": compared["theirs_by"]}}
        return JsonResponse(words | {"compare": _("Compare both texts")}, status=409)
    context = context_of(request, part, assessment, form) | {"conflict": compared, "cancel_url": request.path}
    return render(request, "risks/section_conflict.html", context, status=409)


def page(request: MemberRequest, part: Section, assessment: ImpactAssessment, form: RecordForm) -> HttpResponse:
    template = f"risks/section_{part.code}.html" if part.rows else "risks/section_texts.html"
    return render(request, template, context_of(request, part, assessment, form))


def context_of(
    request: MemberRequest, part: Section, assessment: ImpactAssessment, form: RecordForm | None
) -> dict[str, Any]:
    progress = progress_of(assessment, part.code)
    codes = [one["code"] for one in progress["sections"]]
    place = codes.index(part.code) if part.code in codes else -1
    after = progress["sections"][place + 1 :] if place >= 0 else progress["sections"][:1]
    return {
        "record": assessment,
        "section": part,
        "form": form,
        "progress": progress,
        "previous": progress["sections"][place - 1] if place > 0 else None,
        "next": after[0] if after else None,
        "crumbs": [
            (capfirst(views.words), views.list_url(request)),
            (assessment.reference, assessment.get_absolute_url()),
            (str(part.title), None),
        ],
        **(screening_of(assessment) if part.code == "screening" else {}),
        **(dimensions_of(assessment, form) if part.code == "impacts" and form else {}),
        **({"lines": rows_of(form)} if part.code in {"consultation", "measures"} and form else {}),
    }


def screening_of(assessment: ImpactAssessment) -> dict[str, Any]:
    return {"proposal": proposed(assessment).sentence, "is_stopped": is_stopped(assessment)}


def dimensions_of(assessment: ImpactAssessment, form: Any) -> dict[str, Any]:
    """Each dimension with its fields and the levels it amounts to."""
    criteria = criteria_of(assessment)
    known = {impact.dimension: impact for impact in assessment.impacts.all()}
    lines = []
    for dimension in Dimension:
        impact = known.get(dimension.value)
        is_affected = bool(impact and impact.is_affected)
        lines.append(
            {
                "code": dimension.value,
                "title": dimension.label,
                "before": inherent(impact, criteria) if impact and is_affected else None,
                "after": residual(impact, criteria) if impact and is_affected else None,
                "fields": {name: form[f"{dimension.value}-{name}"] for name in form.columns},
            }
        )
    answered = sum(impact.is_affected is not None for impact in known.values())
    return {"dimensions": lines, "answered": answered, "scale": criteria.get_size_display()}


def rows_of(form: Any) -> list[dict[str, Any]]:
    """Each row with its fields; the rows that are still empty come last."""
    return [
        {
            "key": key,
            "is_new": key.startswith("new-"),
            "fields": {name: form[f"{key}-{name}"] for name in form.columns_of(key)},
        }
        for key in form.keys
    ]
