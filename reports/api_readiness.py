"""Readiness for programs: the result behind the page and the report, with every test and the records behind it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.moment import moment_of

from .api import ON, WholeApi, day_asked
from .dashboard import VERDICTS, ConformitySerializer, References, conformity
from .readiness.every_test import Judged
from .readiness.explained import MONTHS, Explained, explained
from .readiness.next_steps import Blocker, Step
from .readiness.practice import PERIODS, Area, Share


class JudgedSerializer(serializers.Serializer):
    """One test. One that had nothing to look at is passed and not `asked`: that its register is empty is a test."""

    code = serializers.CharField()
    name = serializers.CharField()
    clause = serializers.CharField()
    passed = serializers.BooleanField()
    asked = serializers.BooleanField()
    blocks = serializers.BooleanField(help_text="Whether the verdict is not ready while it fails.")
    reason = serializers.CharField()
    count = serializers.IntegerField(help_text="How many records fail it.")
    records = References(help_text="The first that fail it: requirements by number, records by reference.")


class BlockerSerializer(serializers.Serializer):
    """A failed test that blocks a stage of certification; what blocks stage 1 blocks stage 2, too."""

    stage = serializers.IntegerField(min_value=1, max_value=2)
    code = serializers.CharField()
    name = serializers.CharField()
    clause = serializers.CharField()
    count = serializers.IntegerField()
    owners = serializers.ListField(child=serializers.CharField())
    date = serializers.DateField(allow_null=True, help_text="The next day of those that fail it.")
    records = References()


class StepSerializer(serializers.Serializer):
    """Something to do; those come first for which most of what blocks waits."""

    title = serializers.CharField()
    code = serializers.CharField()
    clause = serializers.CharField()
    stage = serializers.IntegerField(allow_null=True)
    count = serializers.IntegerField()
    opens = serializers.ListField(child=serializers.CharField())
    owners = serializers.ListField(child=serializers.CharField())
    date = serializers.DateField(allow_null=True)


class ShareSerializer(serializers.Serializer):
    """Requirements that count, by mark; what does not apply is in none of them."""

    of = serializers.IntegerField()
    met = serializers.IntegerField()
    partly = serializers.IntegerField()
    not_met = serializers.IntegerField()
    unanswered = serializers.IntegerField()


class AreaSerializer(serializers.Serializer):
    number = serializers.CharField()
    title = serializers.CharField()
    design = ShareSerializer()
    operation = ShareSerializer()


class PracticeSerializer(serializers.Serializer):
    """Whether what must exist does, apart from whether dated records show that it is done."""

    months = serializers.IntegerField()
    since = serializers.DateField()
    until = serializers.DateField()
    design = ShareSerializer()
    operation = ShareSerializer()
    areas = AreaSerializer(many=True)


class ReadinessSerializer(serializers.Serializer):
    """Where the organisation stands on a day, and why."""

    on = serializers.DateField()
    recorded_on = serializers.DateField()
    verdict = serializers.ChoiceField(choices=sorted({*VERDICTS.values()}))
    title = serializers.CharField()
    rule = serializers.CharField()
    tests = JudgedSerializer(many=True)
    conformity = ConformitySerializer()
    practice = PracticeSerializer()
    blockers = BlockerSerializer(many=True)
    next = StepSerializer(many=True)


MONTHS_ASKED = OpenApiParameter(
    "months",
    OpenApiTypes.INT,
    enum=PERIODS,
    description="How many months back dated records show operation; else 12.",
)


class ReadinessApi(WholeApi):
    serializer_class = ReadinessSerializer

    @extend_schema(parameters=[ON, MONTHS_ASKED], responses=ReadinessSerializer, operation_id="readiness_retrieve")
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Verdict, rule, every test with its records, design apart from operation, blockers, and what to do next."""
        organisation = self.member.organisation
        at = moment_of(day_asked(self.member), organisation.zone)
        result = explained(organisation, self.member.user, at, months=months_asked(request))
        return Response(answer(result) | {"recorded_on": organisation.today().isoformat()})


def months_asked(request: Request) -> int:
    text = request.GET.get("months")
    if text is None:
        return MONTHS
    if text not in {str(months) for months in PERIODS}:
        raise ValidationError({"months": ["3, 6, 12"]})
    return int(text)


def answer(result: Explained) -> dict[str, Any]:
    practice = result.practice
    return {
        "on": result.readiness.on.isoformat(),
        "verdict": result.verdict,
        "title": result.readiness.state.title,
        "rule": result.rule,
        "tests": [test(one) for one in result.tests],
        "conformity": conformity(result.readiness.as_dict()),
        "practice": {
            "months": practice.months,
            "since": practice.since.isoformat(),
            "until": practice.until.isoformat(),
            "design": share(practice.design),
            "operation": share(practice.operation),
            "areas": [area(one) for one in practice.areas],
        },
        "blockers": [blocker(one) for one in result.blockers],
        "next": [step(one) for one in result.steps],
    }


def test(one: Judged) -> dict[str, Any]:
    names = ("code", "name", "clause", "passed", "asked", "blocks", "reason", "count")
    return {name: getattr(one, name) for name in names} | {"records": one.numbers}


def blocker(one: Blocker) -> dict[str, Any]:
    found = one.test
    names = ("code", "name", "clause", "count")
    known = {"stage": one.stage, "owners": list(found.owners), "date": found.by, "records": found.numbers}
    return {name: getattr(found, name) for name in names} | known


def step(one: Step) -> dict[str, Any]:
    names = ("title", "code", "clause", "stage", "count")
    known = {"opens": list(one.opens), "owners": list(one.owners), "date": one.by}
    return {name: getattr(one, name) for name in names} | known


def share(one: Share) -> dict[str, int]:
    return {name: getattr(one, name) for name in ("of", "met", "partly", "not_met", "unanswered")}


def area(one: Area) -> dict[str, Any]:
    shares = {"design": share(one.design), "operation": share(one.operation)}
    return {"number": one.number, "title": one.title} | shares
