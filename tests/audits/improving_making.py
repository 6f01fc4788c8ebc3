"""Corrective actions, improvements and management reviews for tests, and what is typed into their forms."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from audits.models import (
    Audit,
    CorrectiveAction,
    EffectivenessCheck,
    Finding,
    Improvement,
    ManagementReview,
    ReviewDecision,
    ReviewInput,
    Topic,
)
from clauses.models import Requirement
from organisations.models import Organisation, User
from tests.cast import somebody

number = count(1)


def make_corrective_action(organisation: Organisation, **fields: Any) -> CorrectiveAction:
    defaults: dict[str, Any] = {
        "title": f"Problem {next(number)}",
        "problem": "It went wrong",
        "due_on": organisation.today() + timedelta(days=20),
    }
    return CorrectiveAction.objects.create(organisation=organisation, **defaults | fields)


def corrective_action_form(organisation: Organisation) -> dict[str, Any]:
    return {
        "title": "Nobody was told",
        "problem": "The notice went nowhere",
        "due_on": (organisation.today() + timedelta(days=30)).isoformat(),
    }


def found_out(organisation: Organisation, **fields: Any) -> CorrectiveAction:
    """One with correction, cause and measure written down, in progress."""
    written = {"correction": "Told them", "root_cause": "No list", "measure": "Keep a list", "state": "in_progress"}
    return make_corrective_action(organisation, **written | fields)


def closed_one(organisation: Organisation, **fields: Any) -> CorrectiveAction:
    """One that was done by one person and closed by another."""
    return made_closed(found_out(organisation, outcome="Done", **fields))


def made_closed(action: Any) -> CorrectiveAction:
    """Says of one that it is done, by one person, and effective, by another."""
    doer, judge, today = somebody(action.organisation), somebody(action.organisation), action.organisation.today()
    EffectivenessCheck.objects.create(
        corrective_action=action, checked_by=judge, checked_on=today, is_effective=True, result="It holds"
    )
    for name, text in (("correction", "Mended"), ("root_cause", "No list"), ("measure", "Keep a list")):
        setattr(action, name, getattr(action, name) or text)
    action.done_by, action.done_on = doer, today
    action.state, action.closed_by, action.closed_on = "closed", judge, today
    action.save()
    closed: CorrectiveAction = action
    return closed


def make_improvement(organisation: Organisation, **fields: Any) -> Improvement:
    defaults = {"title": f"Improvement {next(number)}", "what": "One list instead of three"}
    return Improvement.objects.create(organisation=organisation, **defaults | fields)


def improvement_form(organisation: Organisation) -> dict[str, Any]:
    return {"title": "One calendar", "what": "Audits and reviews in one calendar"}


def make_review(organisation: Organisation, **fields: Any) -> ManagementReview:
    if "chair" not in fields:
        fields["chair"] = somebody(organisation)
    defaults = {"title": f"Management review {next(number)}", "held_on": organisation.today()}
    return ManagementReview.objects.create(organisation=organisation, **defaults | fields)


def review_form(organisation: Organisation) -> dict[str, Any]:
    return {
        "title": "Review of the autumn",
        "held_on": (organisation.today() + timedelta(days=10)).isoformat(),
        "chair": somebody(organisation).pk,
    }


def spoken(review: ManagementReview) -> ManagementReview:
    """The review with every input spoken about and a conclusion, so that its minutes can be issued."""
    for topic in Topic:
        ReviewInput.objects.create(review=review, topic=topic, summary=f"Looked at {topic.value}")
    review.suitable, review.adequate, review.effective = True, False, True
    review.conclusion, review.state = "More hands are needed", "prepared"
    review.save()
    return review


def one_of_each(organisation: Organisation) -> dict[str, str]:
    """The reference of a new one of each type, by its address."""
    made = {
        "corrective-actions": make_corrective_action(organisation),
        "improvements": make_improvement(organisation),
        "management-reviews": make_review(organisation),
    }
    return {path: record.reference for path, record in made.items()}


def decided(review: ManagementReview, owner: User | None, **fields: Any) -> ReviewDecision:
    defaults = {"text": "Hire a validator", "due_on": review.organisation.today() + timedelta(days=40)}
    return ReviewDecision.objects.create(review=review, owner=owner, **defaults | fields)


def make_finding(organisation: Organisation, reference: str = "9.1", **fields: Any) -> Finding:
    """A minor nonconformity of an audit of its own."""
    defaults: dict[str, Any] = {
        "title": f"Finding {next(number)}",
        "grade": "minor",
        "demands": "It is measured",
        "observed": "It was not measured",
        "objective_evidence": "No measurement since May",
    }
    if "found_in" not in fields:
        fields["found_in"] = Audit.objects.create(organisation=organisation, title=f"Audit {next(number)}")
    if "requirement" not in fields:
        fields["requirement"] = Requirement.objects.filter(number=reference)[0]
    return Finding.objects.create(organisation=organisation, **defaults | fields)
