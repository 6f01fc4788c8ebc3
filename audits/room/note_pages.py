"""Notes of an auditor: theirs alone, to be written, changed and thrown away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from audits.models import AuditRoom, RoomNote
from organisations.requests import MemberRequest

from .crumbs import crumbs
from .desk_forms import NoteForm
from .presence import room_of


def notes_of(room: AuditRoom) -> Any:
    return room.notes.select_related("about", "about__organisation", "requirement")


@require_http_methods(["GET", "HEAD", "POST"])
def note_list(request: MemberRequest) -> HttpResponse:
    """All notes, and the form for a new one; `?about=` names the record it is about."""
    room = room_of(request)
    about = request.GET.get("about", "").strip()[:30]
    data = request.POST if request.method == "POST" else None
    form = NoteForm(data, room=room, user=request.user, initial={"about_record": about})
    if form.is_valid():
        form.save()
        messages.success(request, _("The note is kept. Only you see it."))
        return redirect(request.get_full_path())
    shown = notes_of(room)
    shown = shown.filter(about__reference__iexact=about) if about else shown
    context = {"form": form, "notes": shown, "about": about, "crumbs": crumbs(request, (_("Notes"), None))}
    return render(request, "audits/room/notes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def note_edit(request: MemberRequest, note_id: int) -> HttpResponse:
    room = room_of(request)
    note = get_object_or_404(notes_of(room), pk=note_id)
    form = NoteForm(request.POST if request.method == "POST" else None, room=room, user=request.user, instance=note)
    all_of_them = reverse("room-note-list", kwargs={"organisation": request.organisation.slug})
    if form.is_valid():
        form.save()
        messages.success(request, _("The note is kept. Only you see it."))
        return redirect(all_of_them)
    steps = ((_("Notes"), all_of_them), (_("Change"), None))
    context = {"form": form, "note": note, "cancel_url": all_of_them, "crumbs": crumbs(request, *steps)}
    return render(request, "audits/room/note.html", context)


@require_POST
def note_remove(request: MemberRequest, note_id: int) -> HttpResponse:
    note: RoomNote = get_object_or_404(room_of(request).notes, pk=note_id)
    note.delete()
    messages.success(request, _("The note is gone."))
    return redirect("room-note-list", organisation=request.organisation.slug)
