"""Verbs of a management review: prepare, speak about an input, decide, issue the minutes (ISO 42001 9.3).

Who keeps the records, or the chair, keeps the draft. The minutes are issued with the authority of designated
management: an officer without it writes them, and does not speak for top management.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.models import ManagementReview, ReviewDecision, ReviewInput, ReviewState, Topic
from clauses.asking.telling import handed_over
from clauses.asking.verbs import keeps_records
from clauses.models import Task
from organisations.authority import Authority, lacks
from organisations.models import User
from organisations.roles import ROLES_THAT_AUDIT
from records.actions import keep, locked, touch
from records.models import next_reference

from .figures import figures_of

# Actions that a review decided on are numbered on their own.
DECIDED = "MRA"


def keeps_draft(review: ManagementReview, user: User) -> bool:
    """Whether somebody may prepare a review and write in it: who keeps the records, and its chair."""
    if keeps_records(user, review.organisation):
        return True
    members = review.organisation.memberships.current().filter(user=user).exclude(role__in=ROLES_THAT_AUDIT)
    return user.pk == review.chair_id and members.exists()


def refusal(review: ManagementReview, user: User) -> str:
    """Why somebody may not issue the minutes; empty where they may."""
    return lacks(user, review.organisation, Authority.DESIGNATED)


def still_open(review: ManagementReview, seen: int | None = None) -> ManagementReview:
    """The review as it stands now, locked. Raises ValidationError once its minutes are issued."""
    review = locked(review, seen)
    if review.is_issued:
        raise ValidationError(_("Its minutes are issued: nothing in it changes any more."))
    return review


@transaction.atomic
def prepare(review: ManagementReview, *, by: User, topic: str = "") -> None:
    """Fills one input, or all, with what the records say now; what people wrote stays. Raises ValidationError."""
    review, now = still_open(review), timezone.now()
    for one in [Topic(topic)] if topic else list(Topic):
        filled = {"figures": figures_of(review, one, by), "filled_at": now}
        ReviewInput.objects.update_or_create(review=review, topic=one, defaults=filled)
    if not topic and review.state == ReviewState.PLANNED:
        review.state = ReviewState.PREPARED
        keep(review, by=by)
    else:
        touch(review, by=by)


@transaction.atomic
def speak(
    review: ManagementReview, topic: str, *, by: User, summary: str, remark: str, seen: tuple[str, str] | None = None
) -> None:
    """Keeps what the meeting said about an input, or why it passed over it; `seen` is what stood there when it was
    shown. Raises ValidationError.
    """
    review = still_open(review)
    one, _made = ReviewInput.objects.get_or_create(review=review, topic=Topic(topic))
    if seen is not None and seen != (one.summary, one.remark):
        raise ValidationError(_("Somebody else wrote here meanwhile. Look at it again, then keep yours."))
    one.summary, one.remark = summary.strip(), remark.strip()
    one.save(update_fields=["summary", "remark"])
    touch(review, by=by)


@transaction.atomic
def decide(decision: ReviewDecision, *, by: User) -> None:
    """Adds or changes a decision of the draft. Raises ValidationError."""
    review = still_open(decision.review)
    decision.save()
    touch(review, by=by)


@transaction.atomic
def take_out(decision: ReviewDecision, *, by: User) -> None:
    """Takes a decision out of the draft; history keeps it. Raises ValidationError."""
    review = still_open(decision.review)
    decision.delete()
    touch(review, by=by)


def missing(review: ManagementReview) -> list[str]:
    """What stands in the way of issuing the minutes, in words."""
    reasons, covered = [], {one.topic for one in review.inputs.all() if one.is_covered}
    blank = [str(topic.label) for topic in Topic if topic not in covered]
    if blank:
        words = _("Neither a summary nor a remark on: %(inputs)s.")
        reasons.append(words % {"inputs": "; ".join(blank)})
    if None in {review.suitable, review.adequate, review.effective} or not review.conclusion.strip():
        reasons.append(_("The conclusion is missing: suitable, adequate, effective, and why."))
    open_ones = [number for number, one in enumerate(review.decisions.all(), 1) if not (one.owner_id and one.due_on)]
    if open_ones:
        numbers = ", ".join(map(str, open_ones))
        reasons.append(_("Decisions without a person or a day: %(numbers)s.") % {"numbers": numbers})
    if review.held_on > review.organisation.today():
        reasons.append(_("It has not been held yet."))
    return reasons


@transaction.atomic
def issue(review: ManagementReview, *, by: User, seen: int | None) -> None:
    """Issues the minutes: nothing in the review changes any more, each decision is an action of its owner.

    Raises ValidationError with whatever stands in the way.
    """
    review = still_open(review, seen)
    if why := refusal(review, by):
        raise ValidationError(why)
    if reasons := missing(review):
        raise ValidationError(reasons)
    for decision in review.decisions.select_related("owner"):
        decision.task = asked(review, decision, by=by)
        decision.save(update_fields=["task"])
    review.state, review.issued_by, review.issued_on = ReviewState.ISSUED, by, review.organisation.today()
    keep(review, by=by)
    for decision in review.decisions.select_related("task__owner", "task__organisation"):
        handed_over(decision.task, former=None, by=by)


def asked(review: ManagementReview, decision: ReviewDecision, *, by: User) -> Task:
    """The action that a decision is from now on."""
    assert decision.due_on, "missing() lets no decision without a day pass"
    task = Task(
        organisation=review.organisation,
        reference=next_reference(review.organisation, DECIDED),
        title=decision.text.splitlines()[0][:200],
        what=decision.text,
        about=review,
        owner=decision.owner,
        due_on=decision.due_on,
        asked_by=by,
    )
    keep(task, by=by)
    return task
