"""The facts of the dashboard, for programs: each is also a number on Home, or a list that Home opens."""

from __future__ import annotations

from datetime import date
from typing import Any

from rest_framework import serializers

from audits.models import Finding, FindingState, Grade
from clauses.models import Document, Objective, TrainingRecord
from evidence.models import Evidence
from organisations.models import Organisation
from organisations.moment import moment_of
from records.models import SOON
from risks.models import LEVELS, Process, Treatment
from systems.models import AISystem, RiskClass, Supplier

from .readiness import Readiness, readiness
from .readiness.all_lists import LISTS
from .readiness.lists import Seen
from .readiness.state import VERDICTS


class References(serializers.ListField):
    """References of records, in their order."""

    child = serializers.CharField()


class Counts(serializers.DictField):
    """How many of each."""

    child = serializers.IntegerField()


class ConformitySerializer(serializers.Serializer):
    state = serializers.CharField()
    clauses = serializers.DictField()
    controls = serializers.DictField()
    applicability = serializers.DictField()


class FailedTestSerializer(serializers.Serializer):
    """One test that fails; one that `blocks` makes the verdict not ready, any other conditional."""

    code = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    count = serializers.IntegerField()
    records = References(help_text="Requirements by number, records by reference.")
    blocks = serializers.BooleanField()


class DashboardSerializer(serializers.Serializer):
    """Where the organisation stands on a day. What is on record is that of `recorded_on`, today; validity, reviews,
    acceptances and what is due are judged by the day asked for.
    """

    on = serializers.DateField()
    recorded_on = serializers.DateField()
    ai_systems_total = serializers.IntegerField(help_text="AI systems in use.")
    ai_systems_by_risk_class = Counts(help_text="AI systems in use, by class of the EU AI Act.")
    ai_systems_with_current_approved_impact_assessment = References(
        help_text="AI systems in use and in scope with an approved assessment whose next review has not passed."
    )
    ai_systems_without_current_approved_impact_assessment = References(
        help_text="AI systems in use and in scope without one."
    )
    risks_total = serializers.IntegerField(help_text="Open risks.")
    risks_by_level_of_assessment = Counts(help_text="Open risks of planning (6.1.2) and of operation (8.2).")
    residual_levels = Counts(
        help_text="Open risks by level: of their residual score, or where there is none, of the current or else the "
        "inherent one. Those not scored are in none."
    )
    risks_without_acceptance = References(
        help_text="Open risks without an acceptance that stands: given, not run out, the score not higher, the AI "
        "system as it was."
    )
    overdue_treatments = References(help_text="Open risks with a treatment under way whose day has passed.")
    incidents_open = References(help_text="Incidents not closed yet.")
    evidence_expired = References(help_text="Evidence that ran out before the day.")
    evidence_expiring_within_30_days = References(help_text="Evidence that runs out from the day on, within 30 days.")
    supplier_reviews_overdue = References(help_text="Suppliers whose review day has passed.")
    documents_not_approved = References(help_text="Documents of which no version is approved.")
    documents_review_due_within_30_days = References(
        help_text="Documents whose review falls on the day or within 30 days."
    )
    objectives_reached = References(help_text="Objectives whose newest measurement reaches the target.")
    objectives_not_reached = References(help_text="Objectives not reached, or not measured yet.")
    training_not_completed = References(help_text="Training that was not completed.")
    audit_findings = Counts(help_text="Findings of issued reports that nobody verified or closed, by kind.")
    readiness_verdict = serializers.ChoiceField(choices=sorted({*VERDICTS.values()}))
    readiness_failed_tests = FailedTestSerializer(many=True)
    conformity = ConformitySerializer()


def dashboard(organisation: Organisation, user: Any, on: date) -> dict[str, Any]:
    """The facts on a day; keys as programs know them."""
    at = moment_of(on, organisation.zone)
    result = readiness(organisation, user, at, proofs=False)
    evidence = Evidence.objects.visible_to(user).of(organisation)
    overdue = Supplier.objects.visible_to(user).of(organisation).filter(review_on__lt=on)
    return {
        "on": on.isoformat(),
        "recorded_on": organisation.today().isoformat(),
        **systems(organisation, user),
        **risks(Seen(organisation, user, at, on), result),
        "evidence_expired": references(evidence.expired(on)),
        "evidence_expiring_within_30_days": references(evidence.expiring(on, SOON)),
        "supplier_reviews_overdue": references(overdue),
        **registers(organisation, user, on),
        "audit_findings": findings(organisation, user),
        "readiness_verdict": VERDICTS[result.state.code],
        "readiness_failed_tests": [
            {
                "code": one.code,
                "title": one.title,
                "text": one.text,
                "count": one.count,
                "records": one.numbers,
                "blocks": one.blocks,
            }
            for one in result.obstacles
        ],
        "conformity": conformity(result.as_dict()),
    }


def registers(organisation: Organisation, user: Any, on: date) -> dict[str, list[str]]:
    """What the registers of clauses 6 and 7 amount to (ISO 42001 6.2, 7.2, 9.1)."""
    objectives = Objective.objects.visible_to(user).of(organisation)
    training = TrainingRecord.objects.visible_to(user).of(organisation)
    documents = Document.objects.visible_to(user).of(organisation)
    return {
        "documents_not_approved": references(documents.not_approved()),
        "documents_review_due_within_30_days": references(documents.filter(review_on__range=(on, on + SOON))),
        "objectives_reached": references(objectives.reached()),
        "objectives_not_reached": references(objectives.not_reached()),
        "training_not_completed": references(training.not_completed()),
    }


def findings(organisation: Organisation, user: Any) -> dict[str, int]:
    """How many findings of each kind are not verified or closed; kinds of which there is none are left out."""
    over = (FindingState.VERIFIED, FindingState.CLOSED)
    found = Finding.objects.visible_to(user).of(organisation).exclude(issued_on=None).exclude(state__in=over)
    grades = list(found.values_list("grade", flat=True))
    return {grade.value: grades.count(grade) for grade in Grade if grade in grades}


def systems(organisation: Organisation, user: Any) -> dict[str, Any]:
    in_use = AISystem.objects.visible_to(user).of(organisation).in_use()
    classes = list(in_use.values_list("risk_class", flat=True))
    return {
        "ai_systems_total": len(classes),
        "ai_systems_by_risk_class": {c.value: classes.count(c) for c in RiskClass if c in classes},
    }


def risks(seen: Seen, result: Readiness) -> dict[str, Any]:
    levels = {one.code: one.count for one in result.risks.by_level}
    processes = {one.code: one.count for one in result.risks.by_process}
    late = seen.of(Treatment).overdue(seen.on).order_by("treats__reference")
    return {
        "ai_systems_with_current_approved_impact_assessment": listed(seen, "assessed"),
        "ai_systems_without_current_approved_impact_assessment": listed(seen, "unassessed"),
        "risks_total": result.risks.open,
        "risks_by_level_of_assessment": {one.value: processes[one.value] for one in Process},
        "residual_levels": {level.value: levels[level.value] for level in LEVELS},
        "risks_without_acceptance": listed(seen, "unaccepted"),
        "overdue_treatments": list(dict.fromkeys(late.values_list("treats__reference", flat=True))),
        "incidents_open": listed(seen, "incidents-open"),
    }


def listed(seen: Seen, code: str) -> list[str]:
    return references(LISTS[code].rows(seen))


def conformity(result: dict[str, Any]) -> dict[str, Any]:
    return {
        "state": result["state"]["code"],
        "clauses": result["clauses"]["count"],
        "controls": result["controls"]["count"],
        "applicability": result["applicability"],
    }


def references(records: Any) -> list[str]:
    return list(records.order_by("reference").values_list("reference", flat=True))
