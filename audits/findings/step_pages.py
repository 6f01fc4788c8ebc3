"""Pages on which a finding is answered, marked as corrected, and decided on by its auditors."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from audits.models import Finding
from audits.rights import may_answer, no_judge
from organisations.requests import MemberRequest

from .actions import unchecked
from .pages import pages
from .steps import CorrectForm, DecideForm, ReplyForm, RespondForm, StepForm

methods = require_http_methods(["GET", "HEAD", "POST"])


def answering(request: MemberRequest, reference: str) -> Finding:
    """The finding, for who answers for it: 404 and 403 for others."""
    finding: Finding = pages.get(request, reference)
    if not may_answer(request.user, finding):
        raise PermissionDenied
    return finding


@methods
def respond(request: MemberRequest, reference: str) -> HttpResponse:
    """Correction, cause and plan of a nonconformity; one text for anything else."""
    finding = answering(request, reference)
    form_class: type[StepForm] = RespondForm if finding.is_nonconformity else ReplyForm
    return step(request, finding, form_class, _("Answer"), words=_("%(record)s is answered."))


@methods
def correct(request: MemberRequest, reference: str) -> HttpResponse:
    finding = answering(request, reference)
    return step(request, finding, CorrectForm, _("Mark as corrected"), words=_("%(record)s is marked as corrected."))


@methods
def decide(request: MemberRequest, reference: str) -> HttpResponse:
    """Accepts or returns the plan; verifies or rejects what was done."""
    finding: Finding = pages.get(request, reference)
    if no_judge(request.user, finding):
        raise PermissionDenied
    return step(request, finding, DecideForm, _("Decide"))


def step(
    request: MemberRequest, finding: Finding, form_class: type[StepForm], heading: str, words: str = ""
) -> HttpResponse:
    """Shows the form of a step and takes it; what is refused stands in the form with what was typed."""
    data = None
    if request.method == "POST":
        # The database keeps no NUL in a text.
        data = request.POST.copy()
        for name, value in request.POST.items():
            data[name] = str(value).replace("\x00", "")
    form: Any = form_class(data, finding=finding)
    verb = request.POST.get("verb", "")
    if request.method == "POST" and form.is_valid() and form.keep(by=request.user, verb=verb):
        words = words or str(form.verbs[verb][1])
        messages.success(request, words % {"record": finding})
        return redirect(finding)
    verbs = form.verbs if isinstance(form, DecideForm) else {"": (heading, words)}
    context = {
        "record": finding,
        "form": form,
        "heading": heading,
        "verbs": [{"name": name, "label": label} for name, (label, _words) in verbs.items()],
        "unchecked": unchecked(finding) if "verify" in verbs else "",
        "crumbs": [
            (capfirst(pages.words), pages.list_url(request)),
            (finding.reference, finding.get_absolute_url()),
            (heading, None),
        ],
    }
    return render(request, "audits/finding_step.html", context)
