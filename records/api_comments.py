"""Comments for programs: those of the records one may see, and new ones where one may change the record."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.api import MemberApi, as_object
from organisations.api_pages import Pages

from .api import IDEMPOTENCY, PersonField
from .api_forms import errors_of
from .commenting import CommentForm, say
from .models import Comment, Record
from .search import visible


class CommentSerializer(serializers.ModelSerializer):
    """What somebody said. `text` is Markdown; `@Full Name` or `@mail@address` tells that person."""

    record = serializers.CharField(source="record.reference", help_text="Reference, for example AIS-01 or 6.1.2.")
    author = PersonField(read_only=True)
    text = serializers.CharField(max_length=Comment.LONGEST)
    mentions = serializers.ListField(child=serializers.EmailField(), read_only=True)

    class Meta:
        model = Comment
        fields = ("id", "record", "author", "text", "mentions", "written_at", "edited_at", "taken_back_at")
        read_only_fields = ("id", "written_at", "edited_at", "taken_back_at")

    def to_representation(self, comment: Comment) -> dict[str, Any]:
        return {
            "id": comment.pk,
            "record": comment.record.reference,
            "author": comment.author.email,
            "text": comment.text,
            "mentions": [mention.person.email for mention in comment.mentions.all()],
            "written_at": comment.written_at.isoformat(),
            "edited_at": comment.edited_at and comment.edited_at.isoformat(),
            "taken_back_at": comment.taken_back_at and comment.taken_back_at.isoformat(),
        }


class CommentApi(MemberApi):
    pagination_class = Pages
    serializer_class = CommentSerializer

    @extend_schema(
        parameters=[
            OpenApiParameter("record", str, description="Reference of one record."),
            OpenApiParameter("page", int),
            OpenApiParameter("rows", int),
        ],
        responses=CommentSerializer(many=True),
        operation_id="comments_list",
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        records = self.records()
        if reference := self.member.GET.get("record"):
            records = records.filter(reference__iexact=reference.replace("\x00", ""))
        comments = Comment.objects.filter(record__in=records).select_related("record", "author")
        pages = Pages()
        page = pages.paginate_queryset(
            comments.prefetch_related("mentions__person").order_by("-written_at", "-pk"), request, self
        )
        return pages.get_paginated_response(CommentSerializer(page, many=True).data)

    @extend_schema(parameters=[IDEMPOTENCY], responses={201: CommentSerializer}, operation_id="comments_create")
    def post(self, request: Request, **kwargs: Any) -> Response:
        return self.once(self.created)

    def created(self) -> Response:
        given = as_object(self.request.data)
        unknown = set(given) - {"record", "text"}
        wrong = [name for name in ("record", "text") if not isinstance(given.get(name), str)]
        if unknown or wrong:
            faults = {name: _("Send a text.") for name in wrong} | {
                name: _("This cannot be set here.") for name in unknown
            }
            raise ValidationError({name: [words] for name, words in faults.items()})
        record = self.records().filter(reference__iexact=given["record"].replace("\x00", "")).first()
        if record is None:
            raise ValidationError({"record": [_("There is no such record.")]})
        if not Record.objects.changeable_by(self.member.user).filter(pk=record.pk).exists():
            raise PermissionDenied
        form = CommentForm({"text": given["text"]}, record=record)
        if not form.is_valid():
            raise errors_of(form)
        comment = say(record, text=form.cleaned_data["text"], to=form.people, by=self.member.user)
        return Response(CommentSerializer(comment).data, status=201)

    def records(self) -> Any:
        return visible(self.member.user, self.member.organisation).select_related("organisation")
