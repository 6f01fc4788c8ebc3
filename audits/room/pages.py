"""Rooms as the client keeps them: who was let in to what, as the auditor sees it, and what they opened."""

from __future__ import annotations

from functools import partial
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from audits.conducting.scope import sections_of
from audits.models import AuditRoom, RoomVisit
from organisations.mails import send_mail
from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS
from records.export import exported
from records.filters import RecordFilter
from records.register_page import RegisterViews, parts_of
from records.tables import DayColumn, RecordTable
from records.templatetags.components import badge
from records.views import page_of
from systems.tables import HiddenColumn

from .forms import OPENED_STAYS, AuditRoomForm
from .opening import invitation_of, invite_auditor, revoke
from .overview import preview_of
from .visits import what_it_was

STAGES: dict[str, tuple[Any, str]] = {
    "draft": (gettext_lazy("Not invited yet"), "warn"),
    "invited": (gettext_lazy("Invited"), "info"),
    "before": (gettext_lazy("Accepted, not open yet"), "info"),
    "open": (gettext_lazy("Open"), "good"),
    "ended": (gettext_lazy("Ended by the auditor"), "none"),
    "over": (gettext_lazy("Period over"), "none"),
    "revoked": (gettext_lazy("Closed by us"), "bad"),
}


def stage_of(room: AuditRoom) -> tuple[str, str]:
    """Word and tone of where a room stands today."""
    word, tone = STAGES[room.stage(room.organisation.today())]
    return str(word), tone


class AuditRoomTable(RecordTable):
    stage = tables.Column(accessor="pk", orderable=False, verbose_name=gettext_lazy("State"))
    since = DayColumn(verbose_name=gettext_lazy("First day"))
    until = DayColumn(verbose_name=gettext_lazy("Last day"))
    for_audit = tables.Column(accessor="for_audit__reference", verbose_name=gettext_lazy("Audit"))
    email = HiddenColumn()
    downloads = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = AuditRoom
        fields = ("reference", "title", "for_audit", "stage", "since", "until", "owner", "email", "downloads")
        sequence = fields
        exclude = ("review_on",)

    def render_stage(self, record: AuditRoom) -> str:
        return str(badge(*stage_of(record)))

    def value_stage(self, record: AuditRoom) -> str:
        return stage_of(record)[0]


class AuditRoomFilter(RecordFilter):
    closed = filters.ChoiceFilter(
        choices=[("no", gettext_lazy("Not closed")), ("yes", gettext_lazy("Closed"))],
        method="by_closed",
        label=gettext_lazy("State"),
    )

    def by_closed(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        current = queryset.filter(revoked_at=None, ended_at=None, until__gte=self.request.organisation.today())
        return current if value == "no" else queryset.exclude(pk__in=current.values("pk"))


class AuditRoomViews(RegisterViews):
    model, form_class, table_class, filter_class = AuditRoom, AuditRoomForm, AuditRoomTable, AuditRoomFilter
    path = "audit-rooms"
    lead = gettext_lazy("Auditors from outside whom we let into one audit: to what, from when until when.")
    related = ("owner", "organisation", "for_audit", "revoked_by")
    links = ("systems",)
    chips = ((gettext_lazy("Not closed"), {"closed": "no"}),)

    def hindrance(self, request: MemberRequest, record: Any, name: str) -> str:
        return str(OPENED_STAYS) if record.opened_at or record.revoked_at else ""

    def extra_context(self, request: MemberRequest, record: AuditRoom) -> dict[str, Any]:
        word, tone = stage_of(record)
        stage = record.stage(request.organisation.today())
        return {
            "parts": list(parts_of(record, self.form_class, request.user, without={"areas"})),
            "state": {"word": word, "tone": tone},
            "stage": stage,
            "areas": sections_of(record.requirements.all()),
            "requirement_count": record.requirements.count(),
            "visit_count": record.visits.count(),
            "last_visit": record.visits.first(),
            "invitation": invitation_of(record),
            "may_invite": stage in {"draft", "invited", "before"} and CHANGE_RECORDS in request.permissions,
            "may_revoke": stage in {"invited", "before", "open"} and CHANGE_RECORDS in request.permissions,
        }


rooms = AuditRoomViews()


def keeping(request: MemberRequest, reference: str) -> AuditRoom:
    """The room, for who keeps the records: 404 and 403 for others."""
    room: AuditRoom = rooms.get(request, reference)
    if CHANGE_RECORDS not in request.permissions:
        raise PermissionDenied
    return room


def crumbs_to(request: MemberRequest, room: AuditRoom, here: str) -> list[tuple[str, str | None]]:
    return [
        (capfirst(rooms.words), rooms.list_url(request)),
        (room.reference, room.get_absolute_url()),
        (here, None),
    ]


@require_POST
def send_invitation(request: MemberRequest, reference: str) -> HttpResponse:
    """Mails the link; a link sent before stops working."""
    room = keeping(request, reference)
    try:
        token = invite_auditor(room, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(room)
    where = reverse("invitation-accept", args=[token]) if token else reverse("front-door")
    transaction.on_commit(partial(mail_link, request, room, request.build_absolute_uri(where), bool(token)))
    return redirect(room)


def mail_link(request: MemberRequest, room: AuditRoom, link: str, is_new: bool) -> None:
    context = {"room": room, "link": link, "is_new": is_new, "by": request.user, "invitation": invitation_of(room)}
    if send_mail("room_invitation", to=room.email, organisation=room.organisation, context=context):
        messages.success(request, _("The invitation to %(email)s was sent.") % {"email": room.email})
    else:
        text = _("The mail to %(email)s could not be sent. Send it again from this page.")
        messages.error(request, text % {"email": room.email})


@require_POST
def close_room(request: MemberRequest, reference: str) -> HttpResponse:
    room = keeping(request, reference)
    try:
        revoke(room, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(
            request, _("%(record)s is closed. The next click of the auditor finds nothing.") % {"record": room}
        )
    return redirect(room)


@require_safe
def preview(request: MemberRequest, reference: str) -> HttpResponse:
    """The room as the auditor sees it: what is released, kind by kind, and what stays inside."""
    room = keeping(request, reference)
    context = preview_of(room) | {"record": room, "crumbs": crumbs_to(request, room, _("As the auditor sees it"))}
    return render(request, "audits/room_preview.html", context)


@require_safe
def visit_list(request: MemberRequest, reference: str) -> HttpResponse:
    """Who opened what, and when: every page, file and refusal."""
    room = keeping(request, reference)
    page = page_of(request, room.visits.select_related("record"), 100)
    for visit in page.object_list:
        visit.words = str(visit.record or what_it_was(visit.page, visit.path))
    context = {
        "record": room,
        "page": page,
        "crumbs": crumbs_to(request, room, _("What was opened")),
    }
    return render(request, "audits/room_visits.html", context)


@require_safe
def visit_export(request: MemberRequest, reference: str, file_format: str) -> HttpResponseBase:
    room = keeping(request, reference)
    head = [_("When"), _("Who"), _("Method"), _("Page"), _("Record"), _("Answer"), _("Taken away")]
    rows = (line_of(room, one) for one in room.visits.select_related("record").iterator(2000))
    name = f"{request.organisation.slug}-{room.reference}-visits"
    return exported(with_head(head, rows), name=name, file_format=file_format)


def with_head(head: list[Any], rows: Any) -> Any:
    yield head
    yield from rows


def line_of(room: AuditRoom, visit: RoomVisit) -> list[Any]:
    when = date_format(localtime(visit.at), "Y-m-d H:i:s")
    record = str(visit.record or what_it_was(visit.page, visit.path))
    return [when, room.email, visit.method, visit.path, record, visit.status, _("Yes") if visit.is_download else ""]
