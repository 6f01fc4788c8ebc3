"""An auditor's own findings once submitted: what the organisation answered, and what they decide (B8, B9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from audits.findings.actions import accept_plan, reject, return_plan, unchecked, verify
from audits.findings.tables import GRADES, TONES
from audits.models import AuditRoom, AuditRules, DraftFinding, Finding, FindingState, Grade, rules_of
from organisations.requests import MemberRequest
from records.models import Record

from .crumbs import crumbs
from .desk_forms import JudgeForm
from .presence import room_of


def own_findings(request: MemberRequest) -> Any:
    found = Finding.objects.visible_to(request.user).of(request.organisation).filter(raised_by=request.user)
    return found.select_related("organisation", "requirement", "found_in", "owner", "responded_by")


# Who waits for whom: these wait for the auditor.
WAITS_FOR_AUDITOR = (FindingState.RESPONDED, FindingState.CORRECTED)


def line_of(finding: Finding, rules: AuditRules) -> dict[str, Any]:
    """A finding of one's own as the lists of the room show it, in the organisation's words."""
    state, word = FindingState(finding.state), rules.word_for(finding.grade, finding.found_in.audit_kind)
    return {
        "finding": finding,
        "grade": {"word": word, "tone": GRADES[Grade(finding.grade)]},
        "state": {"word": state.label, "tone": "warn" if state in WAITS_FOR_AUDITOR else TONES[state]},
    }


def drafts_of(room: AuditRoom) -> list[dict[str, Any]]:
    """What was not submitted yet, the newest first."""
    rules, kind = rules_of(room.organisation), room.for_audit.audit_kind
    drafts = DraftFinding.objects.filter(room=room, submitted_as=None).select_related("requirement")
    return [
        {"draft": one, "grade": {"word": rules.word_for(one.grade, kind), "tone": GRADES[Grade(one.grade)]}}
        for one in drafts
    ]


@require_safe
def finding_list(request: MemberRequest) -> HttpResponse:
    room, rules = room_of(request), rules_of(request.organisation)
    context = {
        "drafts": drafts_of(room),
        "findings": [line_of(one, rules) for one in own_findings(request).order_by("-raised_on", "-pk")],
        "crumbs": crumbs(request, (_("Findings"), None)),
    }
    return render(request, "audits/room/findings.html", context)


@require_safe
def finding_page(request: MemberRequest, reference: str) -> HttpResponse:
    room_of(request)
    finding = get_object_or_404(own_findings(request), reference=reference)
    return page(request, finding, JudgeForm(finding=finding))


def page(request: MemberRequest, finding: Finding, form: JudgeForm, status: int = 200) -> HttpResponse:
    cited: Any = Record.objects.visible_to(request.user).select_related("organisation")
    findings = reverse("room-finding-list", kwargs={"organisation": request.organisation.slug})
    context = line_of(finding, rules_of(request.organisation)) | {
        "record": finding,
        "form": form,
        "cited": cited.filter(pk__in=finding.cites.values("pk")).order_by("reference"),
        "may_judge": finding.state == FindingState.RESPONDED,
        "may_verify": finding.state == FindingState.CORRECTED,
        "unchecked": unchecked(finding) if finding.state == FindingState.CORRECTED else "",
        "today": request.organisation.today(),
        "crumbs": crumbs(request, (_("Findings"), findings), (finding.reference, None)),
    }
    return render(request, "audits/room/finding.html", context, status=status)


def decided(
    request: MemberRequest, reference: str, words: str, act: Callable[[Finding, str, int | None], None]
) -> HttpResponse:
    """Does what was decided; what is refused stands in the form with what was typed."""
    room_of(request)
    finding = get_object_or_404(own_findings(request), reference=reference)
    form = JudgeForm(request.POST, finding=finding)
    if form.is_valid():
        try:
            act(finding, form.cleaned_data["remark"], form.cleaned_data["version"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, words % {"record": finding})
            return redirect("room-finding", organisation=request.organisation.slug, reference=reference)
    return page(request, get_object_or_404(own_findings(request), reference=reference), form)


@require_POST
def finding_accept(request: MemberRequest, reference: str) -> HttpResponse:
    by, words = request.user, _("The answer to %(record)s is accepted.")
    return decided(request, reference, words, lambda one, said, seen: accept_plan(one, by=by, remark=said, seen=seen))


@require_POST
def finding_return(request: MemberRequest, reference: str) -> HttpResponse:
    by, words = request.user, _("%(record)s was returned to the organisation.")
    return decided(request, reference, words, lambda one, said, seen: return_plan(one, by=by, reason=said, seen=seen))


@require_POST
def finding_verify(request: MemberRequest, reference: str) -> HttpResponse:
    by, words = request.user, _("%(record)s is verified.")
    return decided(request, reference, words, lambda one, said, seen: verify(one, by=by, saw=said, seen=seen))


@require_POST
def finding_reject(request: MemberRequest, reference: str) -> HttpResponse:
    by, words = request.user, _("%(record)s is open again.")
    return decided(request, reference, words, lambda one, said, seen: reject(one, by=by, reason=said, seen=seen))
