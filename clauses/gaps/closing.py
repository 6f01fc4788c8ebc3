"""Verbs on a gap analysis run: name evidence, set a priority, close it for good."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clauses.models import GapAnswer, GapProof, GapResult, GapRun, Question, Requirement
from clauses.models.gaps import Priority
from evidence.models import Evidence
from organisations.models import User
from records.actions import keep, touch
from records.models import Record

from .findings import Finding, findings


def still_open(run: GapRun) -> GapRun:
    """The run as it stands now, locked. Raises ValidationError once it is closed."""
    Record.objects.select_for_update().get(pk=run.pk)
    run = GapRun.objects.select_related("organisation").get(pk=run.pk)
    if not run.is_open:
        raise ValidationError(_("This gap analysis is closed: nothing in it changes any more."))
    return run


@transaction.atomic
def look_at(run: GapRun, requirement: Requirement, evidence: Evidence, *, by: User) -> None:
    """Says that this evidence was looked at for a requirement. Raises ValidationError."""
    run = still_open(run)
    GapProof.objects.get_or_create(run=run, requirement=requirement, evidence=evidence, defaults={"added_by": by})
    touch(run, by=by)


@transaction.atomic
def take_out(run: GapRun, requirement: Requirement, evidence: Evidence, *, by: User) -> None:
    """Says that it was not. Raises ValidationError."""
    run = still_open(run)
    GapProof.objects.filter(run=run, requirement=requirement, evidence=evidence).delete()
    touch(run, by=by)


@transaction.atomic
def prioritise(run: GapRun, requirement: Requirement, *, priority: str, by: User) -> None:
    """Sets the priority of a gap; an empty one leaves it to the rule. Raises ValidationError."""
    run = still_open(run)
    if priority and priority not in Priority:
        raise ValidationError(_("Choose one of the priorities."))
    GapResult.objects.update_or_create(run=run, requirement=requirement, defaults={"priority": priority})
    touch(run, by=by)


@transaction.atomic
def close_run(run: GapRun, *, by: User, seen: int | None) -> GapRun:
    """Keeps what was found and freezes it. Raises ValidationError where it is closed, empty, or not what was shown."""
    run = still_open(run)
    if seen != run.version:
        raise ValidationError(_("It changed after you opened it. Look at it again, then close it."))
    found = findings(run)
    if not any(one.answered for one in found):
        raise ValidationError(_("Nothing is answered yet, so there is nothing to close."))
    keep_questions(run)
    keep_findings(run, found)
    run.closed_on, run.closed_by = run.organisation.today(), by
    keep(run, by=by)
    return run


def keep_questions(run: GapRun) -> None:
    """An empty answer for every question that nobody answered: a run tells later what it asked."""
    missing = Question.objects.asked().exclude(gapanswers__run=run)
    GapAnswer.objects.bulk_create(GapAnswer(run=run, question=question) for question in missing)


def keep_findings(run: GapRun, found: list[Finding]) -> None:
    GapResult.objects.filter(run=run).delete()
    GapResult.objects.bulk_create(
        GapResult(
            run=run,
            requirement=one.requirement,
            outcome=one.outcome,
            priority=one.priority or "",
            **one.counts,
        )
        for one in found
    )
