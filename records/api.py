"""One class per record type for programs, on top of the class that gives its pages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.api import MemberApi, as_object
from organisations.api_errors import IfMatchRequired, Stale
from organisations.api_parser import JSONParser
from organisations.models import User

from .api_forms import errors_of, posted
from .forms import RecordForm
from .models import Record
from .views import RecordViews

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag last read.")
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Sent again with the same content, nothing is done twice.",
)
REFERENCE = OpenApiParameter("reference", str, OpenApiParameter.PATH, description="For example AIS-01 or 6.1.2.")


class PersonField(serializers.SlugRelatedField):
    """A person by mail address."""

    def __init__(self, **options: Any) -> None:
        if not options.get("read_only"):
            options.setdefault("queryset", User.objects.none())
        super().__init__(slug_field="email", **options)


class RecordSerializer(serializers.ModelSerializer):
    """What every record tells: its serializers only write answers; what comes in goes through the form."""

    owner = PersonField(allow_null=True, required=False)

    class Meta:
        model = Record
        read_only: tuple[str, ...] = ("reference", "version", "changed_at")


class RecordApi(MemberApi, viewsets.GenericViewSet):
    """List, retrieve and change; with `create`, new ones too. Reading starts where the pages start."""

    views: ClassVar[RecordViews]
    lookup_field = "reference"
    lookup_value_converter = "str"
    parser_classes: list[type[BaseParser]] = [JSONParser]

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        found = self.views.filtered(self.member)
        if not found.is_valid():
            raise errors_of(found.form)
        rows = found.qs if found.qs.ordered and self.views.model.KIND == "position" else found.qs.order_by("reference")
        page = self.paginate_queryset(rows)
        return self.get_paginated_response([self.represent(one) for one in self.prepared(page or [])])

    @extend_schema(parameters=[REFERENCE])
    def retrieve(self, request: Request, reference: str, **kwargs: Any) -> Response:
        return self.answer(self.views.get(self.member, reference))

    @extend_schema(parameters=[REFERENCE, IF_MATCH])
    def partial_update(self, request: Request, reference: str, **kwargs: Any) -> Response:
        record = self.changeable(reference)
        self.change(record, as_object(request.data))
        return self.answer(self.views.get(self.member, reference))

    def changeable(self, reference: str) -> Any:
        """The record, locked and as it was read. 404, 403, 428 and 412 come in this order."""
        return self.matched(reference, self.views.may_change)

    def matched(self, reference: str, may: Callable[[Any, Any], bool]) -> Any:
        """The same for what somebody else may do than who may change it."""
        record = self.views.get(self.member, reference)
        if not may(self.member, record):
            raise PermissionDenied
        Record.objects.select_for_update().get(pk=record.pk)
        record = self.views.get(self.member, reference)
        self.refuse_unread(record)
        return record

    def refuse_unread(self, record: Any) -> None:
        """Raises 428 where no ETag was sent, 412 where the record is no longer as it was read."""
        tags = self.request.headers.get("If-Match", "")
        if not tags:
            raise IfMatchRequired
        wanted = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        shown = self.shown(record)
        if "*" not in wanted and etag(record, shown) not in wanted:
            raise Stale(etag(record, shown), self.now(shown))

    def now(self, current: Any) -> Mapping[str, Sequence[str]]:
        """How the fields stand that a stale request wanted to change, where they stand otherwise."""
        sent = self.request.data if isinstance(self.request.data, dict) else {}
        return {
            name: [_("It is now: %(value)s") % {"value": in_words(current[name])}]
            for name, value in sent.items()
            if name in current and current[name] != value
        }

    def change(self, record: Any, changes: dict[str, Any]) -> None:
        self.save(self.form(record), changes)

    def form(self, record: Any, data: Any = None, files: Any = None) -> RecordForm:
        return self.views.form_class(data, files, instance=record, **self.who())

    def who(self) -> dict[str, Any]:
        return {"organisation": self.member.organisation, "user": self.member.user}

    def save(self, unbound: RecordForm, changes: dict[str, Any], files: Any = None) -> Any:
        """Saves through the form, under the page's own rules. Raises ValidationError with the errors at the fields."""
        record = unbound.instance
        form = type(unbound)(posted(unbound, changes), files, instance=record if record.pk else None, **self.who())
        for name in set(form.fields) - set(unbound.fields):
            del form.fields[name]
        if not form.is_valid():
            raise errors_of(form)
        return form.save()

    def answer(self, record: Any, status: int = 200) -> Response:
        shown = self.shown(record)
        return Response(shown, status=status, headers={"ETag": etag(record, shown)})

    def shown(self, record: Any) -> Any:
        """What a program is told about one record."""
        return self.represent(next(iter(self.prepared([record]))))

    def prepared(self, records: Sequence[Any]) -> Sequence[Any]:
        """Records of one page with what is derived for all of them at once."""
        return records

    def represent(self, record: Any) -> Any:
        return self.get_serializer(record).data


class CreatingApi(RecordApi):
    """Also takes new records in."""

    @extend_schema(parameters=[IDEMPOTENCY])
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        if not self.views.may_create(self.member):
            raise PermissionDenied
        return self.once(self.created)

    def created(self) -> Response:
        record = self.make(as_object(self.request.data))
        response = self.answer(self.views.get(self.member, record.reference), status=201)
        response["Location"] = self.request.build_absolute_uri(f"{self.request.path}{record.reference}/")
        return response

    def make(self, given: dict[str, Any]) -> Any:
        return self.save(self.form(None), given)


def in_words(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return ", ".join(map(in_words, value))
    return "–" if value is None or value == "" else str(value)


def etag(record: Record, shown: Any) -> str:
    """The version and a hash of what is shown: links and what is derived change the one without the other."""
    return f'"{record.version}-{hashlib.sha256(JSONRenderer().render(shown)).hexdigest()[:20]}"'


def filter_parameters(views: type[RecordViews]) -> list[OpenApiParameter]:
    """The filters of a list, for its documentation."""
    return [
        OpenApiParameter(name, OpenApiTypes.STR, description=str(one.label or name))
        for name, one in views.filter_class.base_filters.items()
    ]
