"""Draft findings: a page that saves itself, and the step that makes a finding of one (B8)."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from audits.models import DraftFinding
from organisations.requests import MemberRequest

from .crumbs import crumbs
from .desk_forms import DraftForm, SubmitForm
from .drafting import CHANGED_ELSEWHERE, begin_draft, discard_draft, is_stale, keep_draft, submit_draft
from .presence import room_of


def draft_of(request: MemberRequest, draft_id: int) -> DraftFinding:
    """A draft of the room that is open, which only its author may enter. Raises Http404 for all others."""
    found = DraftFinding.objects.select_related("submitted_as__organisation", "requirement")
    draft: DraftFinding = get_object_or_404(found, pk=draft_id, room=room_of(request))
    draft.room = room_of(request)
    return draft


@require_POST
def draft_new(request: MemberRequest) -> HttpResponse:
    """Begins an empty one; it saves itself from then on."""
    draft = begin_draft(room_of(request), rests_on=request.POST.get("rests_on", "").replace("\x00", ""))
    return redirect("room-draft", organisation=request.organisation.slug, draft_id=draft.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def draft_page(request: MemberRequest, draft_id: int) -> HttpResponse:
    draft = draft_of(request, draft_id)
    if draft.submitted_as:
        return too_late(request, draft)
    form = DraftForm(
        request.POST if request.method == "POST" else None, room=draft.room, user=request.user, instance=draft
    )
    if request.method != "POST":
        return page(request, draft, form)
    error = kept(request, form)
    if request.htmx:
        if error:
            return too_late(request, draft_of(request, draft_id), error)
        return render(request, "audits/room/draft_saved.html", {"draft": draft, "form": form})
    if error:
        form.add_error(None, error)
        return page(request, draft, form, status=409)
    if form.errors:
        return page(request, draft, form)
    messages.success(request, _("The draft is kept. Only you see it."))
    return redirect(request.path)


def too_late(request: MemberRequest, draft: DraftFinding, error: str = "") -> HttpResponse:
    """What was sent after the draft went on: nothing to tell where the same window submitted it a moment before."""
    if not request.htmx:
        return to_finding(request, draft)
    window = window_in(request)
    if draft.submitted_as_id and window and draft.window == window:
        return HttpResponse(status=204)
    return JsonResponse({"error": error or str(CHANGED_ELSEWHERE)}, status=409)


def kept(request: MemberRequest, form: DraftForm) -> str:
    """Saves what can be saved; why not, else empty. What is wrong stands at its field."""
    if not form.is_valid():
        return ""
    try:
        keep_draft(form.instance, seen=seen_in(request), window=window_in(request))
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def seen_in(request: MemberRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def window_in(request: MemberRequest) -> str:
    """The window that sends something, as the page named it when it was opened; empty where it named none."""
    return "".join(sign for sign in request.POST.get("window", "") if sign.isalnum())[:32]


@require_POST
def draft_submit(request: MemberRequest, draft_id: int) -> HttpResponse:
    """Takes what stands in the form, and makes a finding of it."""
    draft = draft_of(request, draft_id)
    if draft.submitted_as:
        return to_finding(request, draft)
    stale = is_stale(draft, seen=seen_in(request), window=window_in(request))
    form = SubmitForm(request.POST, room=draft.room, user=request.user, instance=draft)
    if stale:
        form.add_error(None, str(CHANGED_ELSEWHERE))
    if form.is_valid():
        form.instance.window = window_in(request)
        try:
            finding = submit_draft(form.instance, by=request.user, cites=form.cited)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request, _("%(finding)s is submitted: the organisation reads it now.") % {"finding": finding}
            )
            return redirect("room-finding", organisation=request.organisation.slug, reference=finding.reference)
    return page(request, draft, form, is_submitting=True)


@require_POST
def draft_discard(request: MemberRequest, draft_id: int) -> HttpResponse:
    draft = draft_of(request, draft_id)
    if draft.submitted_as:
        return to_finding(request, draft)
    discard_draft(draft)
    messages.success(request, _("The draft is gone."))
    return redirect("room-finding-list", organisation=request.organisation.slug)


def to_finding(request: MemberRequest, draft: DraftFinding) -> HttpResponse:
    reference = draft.submitted_as.reference if draft.submitted_as else ""
    return redirect("room-finding", organisation=request.organisation.slug, reference=reference)


def page(request: MemberRequest, draft: DraftFinding, form: Any, **more: Any) -> HttpResponse:
    findings = reverse("room-finding-list", kwargs={"organisation": request.organisation.slug})
    steps = ((_("Findings"), findings), (_("Draft"), None))
    status = more.pop("status", 200)
    window = window_in(request) or secrets.token_hex(8)
    context = {"draft": draft, "form": form, "window": window, "crumbs": crumbs(request, *steps), **more}
    return render(request, "audits/room/draft.html", context, status=status)
