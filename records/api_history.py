"""History for programs: every change of the records one may see, newest first."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.api import MemberApi
from organisations.api_pages import Pages

from .events import Event, Source, events, hanging_on
from .models import Record
from .timeline import tell
from .timeline_words import Words

# Events read for one page: a record that changed more often than that shows its older changes without values.
READ = 5000


class LineSerializer(serializers.Serializer):
    field = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class ChangeSerializer(serializers.Serializer):
    """What one transaction did to one record and to what hangs on it."""

    at = serializers.DateTimeField()
    person = serializers.CharField(allow_blank=True)
    action = serializers.ChoiceField(choices=["created", "changed"])
    record = serializers.CharField()
    title = serializers.CharField()
    changes = LineSerializer(many=True)


class HistoryApi(MemberApi):
    pagination_class = Pages
    serializer_class = ChangeSerializer

    @extend_schema(
        parameters=[
            OpenApiParameter("record", str, description="Reference of one record."),
            OpenApiParameter("person", str, description="Mail address of whoever made the change."),
            OpenApiParameter("day", OpenApiTypes.DATE, description="The day at the organisation."),
            OpenApiParameter("page", int),
            OpenApiParameter("rows", int),
        ],
        responses=ChangeSerializer(many=True),
        operation_id="history_list",
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        visible = Record.objects.visible_to(self.member.user).of(self.member.organisation)
        pages = Pages()
        page: Any = pages.paginate_queryset(self.filtered(visible), request, self) or []
        rows = [(row["pgh_obj_id"], row["pgh_created_at"]) for row in page]
        return pages.get_paginated_response(told(self.member.user, visible, rows))

    def filtered(self, visible: Any) -> Any:
        """One row for each record and moment."""
        query = self.member.GET
        if record := query.get("record"):
            visible = visible.filter(reference__iexact=record.replace("\x00", ""))
        found: Any = Source(Record).table._default_manager.filter(pgh_obj_id__in=visible.values("pk"))
        if person := query.get("person", "").replace("\x00", ""):
            people = self.member.organisation.memberships.filter(user__email__iexact=person)
            ids = list(people.values_list("user", flat=True))
            by_context = Q(pgh_context__metadata__user__in=ids)
            found = found.filter(by_context | Q(pgh_context__metadata__user=None, changed_by__in=ids))
        if "day" in query:
            found = found.filter(pgh_created_at__range=self.day(query["day"]))
        return found.order_by("-pgh_created_at", "pgh_obj_id").values("pgh_obj_id", "pgh_created_at").distinct()

    def day(self, text: str) -> tuple[datetime, datetime]:
        try:
            begins = datetime.combine(date.fromisoformat(text), time(), self.member.organisation.zone)
            return begins, begins + timedelta(days=1)
        except (ValueError, OverflowError) as error:
            raise ValidationError({"day": [_("Give a day as YYYY-MM-DD.")]}) from error


def told(user: Any, visible: Any, rows: list[tuple[int, datetime]]) -> list[dict[str, Any]]:
    """The changes at these moments. One query for each table that holds a part of one of the records."""
    records = visible.in_bulk({pk for pk, _at in rows})
    found: dict[tuple[int, datetime], list[Event]] = {row: [] for row in rows}
    for source in sources(records.values()):
        for event in events(source, list(records), READ):
            if (event.record, event.at) in found:
                found[event.record, event.at].append(event)
    words = Words(user, (event for parts in found.values() for event in parts))
    return [as_row(records[pk], at, found[pk, at], words) for pk, at in rows]


def sources(records: Any) -> list[Source]:
    """Every table that may hold a part of these records, each once."""
    kinds = {record.kind for record in records}
    models = [model for model in Record.__subclasses__() if model.KIND in kinds]
    hanging = [source for model in models for source in hanging_on(model)]
    return list(dict.fromkeys([Source(Record), *map(Source, models), *hanging]))


def as_row(record: Record, at: datetime, parts: list[Event], words: Words) -> dict[str, Any]:
    change = tell(parts, words) if parts else None
    return {
        "at": at.isoformat(),
        "person": change.by if change else "",
        "action": "created" if change and change.is_new else "changed",
        "record": record.reference,
        "title": record.title,
        "changes": change.changes if change else [],
    }
