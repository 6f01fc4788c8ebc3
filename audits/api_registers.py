"""Audit programmes, audits and findings for programs, with the verbs of the pages; the ETag says what was read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.core.exceptions import ValidationError as Refused
from django.db.models import prefetch_related_objects
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from clauses.models import Requirement
from organisations.api import as_object
from organisations.api_errors import GENERAL
from records.api import IF_MATCH, REFERENCE, CreatingApi, PersonField, RecordSerializer
from records.api_forms import errors_of, refuse_names
from records.api_registers import api_of, fields_of, links
from systems.models import Supplier

from . import models
from .conducting import actions, checklist
from .conducting.impartiality import accept_conflicts
from .conducting.pages import AuditViews
from .findings import actions as steps
from .findings.pages import FindingViews
from .programme.pages import AuditProgrammeViews
from .rights import audits, may_answer, no_judge

NUMBER = OpenApiParameter("requirement_number", str, OpenApiParameter.PATH, description="For example 6.1.2.")


def by_reference(model: Any, **options: Any) -> Any:
    return serializers.SlugRelatedField(slug_field="reference", queryset=model.objects.none(), **options)


class TextIn(serializers.Serializer):
    """What is said beside a verb."""

    text = serializers.CharField(required=False, allow_blank=True, help_text="A reason, a remark, or what was seen.")


class AnswerIn(serializers.Serializer):
    """The answer: three texts for a nonconformity, `response` for anything else."""

    correction = serializers.CharField(required=False, allow_blank=True)
    cause = serializers.CharField(required=False, allow_blank=True)
    measure = serializers.CharField(required=False, allow_blank=True)
    response = serializers.CharField(required=False, allow_blank=True)


class CheckIn(serializers.Serializer):
    """What was seen and concluded of a requirement; `records` are references with commas."""

    conclusion = serializers.ChoiceField(choices=models.Conclusion.choices, required=False, allow_blank=True)
    seen = serializers.CharField(required=False, allow_blank=True)
    notes = serializers.CharField(required=False, allow_blank=True)
    records = serializers.CharField(required=False, allow_blank=True)


class ChecklistSerializer(serializers.ModelSerializer):
    """One line of the checklist."""

    requirement: Any = serializers.SlugRelatedField(slug_field="number", read_only=True)
    records = serializers.SerializerMethodField()
    written_by = PersonField(read_only=True, allow_null=True)

    class Meta:
        model = models.ChecklistItem
        fields = ["requirement", "conclusion", "seen", "records", "notes", "written_by", "written_at", "version"]

    def get_records(self, item: models.ChecklistItem) -> list[str]:
        return sorted(one.reference for one in item.records.all())


class AuditProgrammeSerializer(RecordSerializer):
    """An audit programme (9.2.2)."""

    class Meta(RecordSerializer.Meta):
        model = models.AuditProgramme
        fields = fields_of(AuditProgrammeViews)
        read_only_fields = RecordSerializer.Meta.read_only


class AuditSerializer(RecordSerializer):
    """An audit (9.2). No `requirements`: all of them. Where an auditor owns what is audited, `accepted_because`."""

    programme = by_reference(models.AuditProgramme, allow_null=True, required=False)
    requirements: Any = serializers.SlugRelatedField(
        slug_field="number", queryset=Requirement.objects.none(), many=True, required=False
    )
    systems = links()
    of_supplier = by_reference(Supplier, allow_null=True, required=False)
    lead = PersonField(allow_null=True, required=False)
    team = PersonField(many=True, required=False)
    issued_by = PersonField(read_only=True, allow_null=True)
    accepted_because = serializers.CharField(required=False, allow_blank=True, write_only=True)

    class Meta(RecordSerializer.Meta):
        model = models.Audit
        derived: ClassVar[tuple[str, ...]] = ("state", "report_on", "issued_by", "cancelled_because")
        fields = [*fields_of(AuditViews, *derived), "accepted_because"]
        read_only_fields = [*RecordSerializer.Meta.read_only, "state", "report_on", "cancelled_because"]


class FindingSerializer(RecordSerializer):
    """A finding. It is answered, decided on and verified at addresses of its own, once its report is issued."""

    found_in = by_reference(models.Audit)
    requirement: Any = serializers.SlugRelatedField(slug_field="number", queryset=Requirement.objects.none())
    cites = links()
    repeats = by_reference(models.Finding, allow_null=True, required=False)
    raised_by = PersonField(read_only=True, allow_null=True)
    responded_by = PersonField(read_only=True, allow_null=True)
    corrected_by = PersonField(read_only=True, allow_null=True)
    verified_by = PersonField(read_only=True, allow_null=True)

    class Meta(RecordSerializer.Meta):
        model = models.Finding
        derived: ClassVar[tuple[str, ...]] = (
            *("state", "raised_by", "raised_on", "issued_on", "respond_by", "response", "correction", "cause"),
            *("measure", "responded_by", "responded_on", "done", "corrected_by", "corrected_on", "remark"),
            *("verified_by", "verified_on", "closed_on"),
        )
        fields = fields_of(FindingViews, *derived)
        read_only_fields = [
            *RecordSerializer.Meta.read_only,
            *(name for name in derived if not name.endswith("_by") or name == "respond_by"),
        ]


class VerbsApi(CreatingApi):
    """A record with verbs: each locks it as it was read, and says at the fields what it refuses."""

    def verb(self, reference: str, may: Callable[[Any, Any], bool], act: Callable[..., Any], told: Any) -> Response:
        given = as_object(self.request.data or {})
        record = self.matched(reference, may)
        refuse_names(given.keys() - told.fields.keys())
        said = type(told)(data=given)
        said.is_valid(raise_exception=True)
        try:
            act(record, said.validated_data)
        except Refused as error:
            fields = error.message_dict if hasattr(error, "error_dict") else {GENERAL: error.messages}
            raise ValidationError(fields) from error
        return self.answer(self.views.get(self.member, reference))

    @property
    def by(self) -> Any:
        return self.member.user


class AuditsApi(VerbsApi):
    """An audit with its checklist, and the verbs that end it."""

    def prepared(self, records: Any) -> Any:
        found = list(records)
        prefetch_related_objects(found, "requirements", "systems", "team")
        return found

    def keeps(self, member: Any, record: Any) -> bool:
        return self.views.may_change(member, record)

    @extend_schema(parameters=[REFERENCE, IF_MATCH], request=None)
    @action(detail=True, methods=["post"])
    def issue(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Issues the report: audit, checklist and findings then stay, nonconformities get corrective actions."""

        def act(audit: Any, said: dict[str, str]) -> None:
            actions.issue_report(audit, by=self.by, seen=audit.version)

        return self.verb(reference, lambda member, audit: audits(member.user, audit), act, serializers.Serializer())

    @extend_schema(parameters=[REFERENCE, IF_MATCH], request=TextIn)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Calls the audit off, with the reason."""

        def act(audit: Any, said: dict[str, str]) -> None:
            actions.cancel(audit, by=self.by, reason=said.get("text", ""), seen=audit.version)

        return self.verb(reference, self.keeps, act, TextIn())

    @extend_schema(parameters=[REFERENCE, IF_MATCH], request=TextIn)
    @action(detail=True, methods=["post"], url_path="accept-auditors", url_name="accept-auditors")
    def accept_auditors(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Says why auditors who own part of what is audited are accepted."""

        def act(audit: Any, said: dict[str, str]) -> None:
            accept_conflicts(audit, by=self.by, reason=said.get("text", ""))

        return self.verb(reference, self.keeps, act, TextIn())

    @extend_schema(parameters=[REFERENCE], responses=ChecklistSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def checklist(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """What was written of the requirements so far, in the order of the standard."""
        audit = self.views.get(self.member, reference)
        items = audit.checklist.select_related("requirement", "written_by").prefetch_related("records")
        return Response(ChecklistSerializer(items.order_by("requirement__order"), many=True).data)

    @extend_schema(
        operation_id="audits_checklist_write",
        parameters=[REFERENCE, NUMBER, IF_MATCH],
        request=CheckIn,
        responses=ChecklistSerializer,
    )
    @action(detail=True, methods=["patch"], url_path="checklist/<str:requirement_number>", url_name="check")
    def check(self, request: Request, reference: str, requirement_number: str, **kwargs: Any) -> Response:
        """Writes one line; what is not sent stays. If-Match is the ETag of the audit."""
        audit = self.matched(reference, self.keeps)
        lines = {one.number: one for one in checklist.lines_of(audit)}
        if requirement_number not in lines:
            raise Http404
        requirement = lines[requirement_number].requirement
        given = as_object(self.request.data or {})
        refuse_names(given.keys() - CheckIn().fields.keys())
        said = CheckIn(data=given)
        said.is_valid(raise_exception=True)
        line = lines[requirement.number]
        form = checklist.CheckForm(
            checklist.state_of(line.item) | said.validated_data, requirement=requirement, item=line.item, user=self.by
        )
        if not form.is_valid():
            raise errors_of(form)
        wanted = {name: form.cleaned_data[name] for name in said.validated_data}
        try:
            item = checklist.write(audit, requirement, by=self.by, **wanted)
        except Refused as error:
            raise ValidationError({GENERAL: error.messages}) from error
        return Response(ChecklistSerializer(item).data)


class FindingsApi(VerbsApi):
    """A finding with its verbs."""

    def prepared(self, records: Any) -> Any:
        found = list(records)
        prefetch_related_objects(found, "cites", "responded_by", "corrected_by", "verified_by")
        return found

    def answers(self, member: Any, finding: Any) -> bool:
        return may_answer(member.user, finding)

    def judges(self, member: Any, finding: Any) -> bool:
        return not no_judge(member.user, finding)

    def said(self, reference: str, may: Any, act: Callable[..., None], name: str) -> Response:
        """A verb with one text, which it calls `name`."""

        def do(finding: Any, said: dict[str, str]) -> None:
            act(finding, by=self.by, seen=finding.version, **{name: said.get("text", "")})

        return self.verb(reference, may, do, TextIn())

    @extend_schema(parameters=[REFERENCE, IF_MATCH], request=AnswerIn)
    @action(detail=True, methods=["post"])
    def respond(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Answers it, as its owner or the compliance officer."""

        def act(finding: Any, said: dict[str, str]) -> None:
            steps.respond(finding, by=self.by, seen=finding.version, **said)

        return self.verb(reference, self.answers, act, AnswerIn())

    @extend_schema(parameters=[REFERENCE, IF_MATCH], request=TextIn)
    @action(detail=True, methods=["post"], url_path="accept-plan", url_name="accept-plan")
    def accept_plan(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Accepts the answer, as an auditor of the audit."""
        return self.said(reference, self.judges, steps.accept_plan, "remark")

    @extend_schema(parameters=[REFERENCE, IF_MATCH], request=TextIn)
    @action(detail=True, methods=["post"], url_path="return-plan", url_name="return-plan")
    def return_plan(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Returns the answer, with the reason."""
        return self.said(reference, self.judges, steps.return_plan, "reason")

    @extend_schema(parameters=[REFERENCE, IF_MATCH], request=TextIn)
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Says what was done."""
        return self.said(reference, self.answers, steps.mark_corrected, "done")

    @extend_schema(parameters=[REFERENCE, IF_MATCH], request=TextIn)
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Closes it with what the auditor saw. A major needs its effect checked by another person before."""
        return self.said(reference, self.judges, steps.verify, "saw")

    @extend_schema(parameters=[REFERENCE, IF_MATCH], request=TextIn)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Does not accept what was done, with the reason."""
        return self.said(reference, self.judges, steps.reject, "reason")


ROOMS = {
    "audit-programmes": api_of(AuditProgrammeViews, AuditProgrammeSerializer),
    "audits": api_of(AuditViews, AuditSerializer, AuditsApi),
    "findings": api_of(FindingViews, FindingSerializer, FindingsApi),
}


def register_audits(router: SimpleRouter) -> None:
    for path, api in ROOMS.items():
        router.register(path, api, basename=f"api-{api.views.model.KIND}")
