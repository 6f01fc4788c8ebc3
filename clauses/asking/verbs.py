"""Verbs on actions and evidence requests: finish, withdraw, deliver, accept, return."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clauses.models import Asking, EvidenceRequest, Task
from clauses.models.asking import WAITING, RequestState, TaskState
from evidence.actions import link
from evidence.models import Evidence
from organisations.models import OrganisationGrant, User
from organisations.roles import CHANGE_RECORDS, ROLES_THAT_AUDIT
from records.actions import keep
from records.models import Record

from .telling import let_see, tell


def keeps_records(user: Any, organisation: Any) -> bool:
    """Whether somebody keeps the organisation's records, so that they may ask, accept and withdraw."""
    held = OrganisationGrant.objects.filter(user=user, content_object=organisation, permission__codename=CHANGE_RECORDS)
    return held.exists() and organisation.memberships.current().filter(user=user).exists()


def may_answer(asked: Any, user: Any) -> bool:
    """Whether somebody may say that it is done: who was asked, whatever their role but for auditors, and an officer."""
    if user.pk != asked.owner_id:
        return keeps_records(user, asked.organisation)
    members = asked.organisation.memberships.current().filter(user=user)
    return bool(members.exclude(role__in=ROLES_THAT_AUDIT).exists())


def refusal(request: EvidenceRequest, user: Any) -> str:
    """Why somebody may not decide on what was delivered; empty where they may."""
    if not keeps_records(user, request.organisation):
        return _("Only who keeps the records may accept or return it.")
    if user.pk == request.delivered_by_id:
        return _("Who delivered it cannot accept it: somebody else must.")
    return ""


@transaction.atomic
def finish_task(task: Task, *, by: User, result: str) -> None:
    """Says that an action is done, and what came of it. Raises ValidationError."""
    task = open_task(task)
    if not result.strip():
        raise ValidationError(_("Say what came of it."))
    close(task, TaskState.DONE, by=by, text=result)


@transaction.atomic
def withdraw_task(task: Task, *, by: User, reason: str) -> None:
    """Gives an action up, with the reason. Raises ValidationError."""
    task = open_task(task)
    if not reason.strip():
        raise ValidationError(_("Say why it is withdrawn."))
    close(task, TaskState.WITHDRAWN, by=by, text=reason)


def open_task(task: Task) -> Task:
    task = locked(task)
    if not task.is_open:
        raise ValidationError(_("It is done or withdrawn already."))
    return task


def close(task: Task, state: TaskState, *, by: User, text: str) -> None:
    task.state, task.closed_by, task.closed_on = state, by, task.organisation.today()
    task.result = text.strip()
    keep(task, by=by)
    let_see(task, before=[task.owner], now=[])


@transaction.atomic
def deliver(request: EvidenceRequest, *, by: User, remark: str = "") -> None:
    """Says that the evidence linked to the request is what was asked for. Raises ValidationError."""
    request = locked(request)
    if request.state not in WAITING:
        raise ValidationError(_("It was delivered or settled already."))
    if not request.proved_by.exists():
        raise ValidationError(_("Add a file or a link as evidence first, then deliver it."))
    request.state, request.delivered_by = RequestState.DELIVERED, by
    request.delivered_on, request.remark = request.organisation.today(), remark.strip()
    request.decided_by, request.decided_on = None, None
    keep(request, by=by)
    tell(request, request.asked_by, Asking.Word.DELIVERED, by=by)


@transaction.atomic
def accept(request: EvidenceRequest, *, by: User, shown: Iterable[str], remark: str = "") -> None:
    """Accepts exactly the evidence that was `shown` (references); it then proves the requirement.

    Raises ValidationError with the reason where it is refused.
    """
    request = delivered(request, by)
    items = list(Evidence.objects.filter(proofs__record=request.pk).order_by("pk"))
    if not items or {one.reference for one in items} != set(shown):
        raise ValidationError(_("Its evidence changed after you opened it. Look at it again, then decide."))
    for item in items:
        link(item, request.about, by=by)
    decide(request, RequestState.ACCEPTED, by=by, remark=remark)


@transaction.atomic
def send_back(request: EvidenceRequest, *, by: User, reason: str) -> None:
    """Returns what was delivered, with the reason; it then waits for its owner again. Raises ValidationError."""
    request = delivered(request, by)
    if not reason.strip():
        raise ValidationError(_("Say why, so that it can be mended."))
    decide(request, RequestState.RETURNED, by=by, remark=reason)
    tell(request, request.owner, Asking.Word.RETURNED, by=by)


@transaction.atomic
def withdraw(request: EvidenceRequest, *, by: User, reason: str) -> None:
    """Gives a request up, with the reason; its owner loses sight of the requirement. Raises ValidationError."""
    request = locked(request)
    if request.is_settled:
        raise ValidationError(_("It is settled already."))
    if not reason.strip():
        raise ValidationError(_("Say why it is withdrawn."))
    decide(request, RequestState.WITHDRAWN, by=by, remark=reason)


def delivered(request: EvidenceRequest, by: User) -> EvidenceRequest:
    request = locked(request)
    if request.state != RequestState.DELIVERED:
        raise ValidationError(_("Nothing waits here to be accepted."))
    if why := refusal(request, by):
        raise ValidationError(why)
    return request


def decide(request: EvidenceRequest, state: RequestState, *, by: User, remark: str) -> None:
    request.state, request.decided_by, request.decided_on = state, by, request.organisation.today()
    request.remark = remark.strip()
    keep(request, by=by)
    if request.is_settled:
        let_see(request, before=[request.owner], now=[])


def locked(asked: Any) -> Any:
    """What was asked as it stands now; whoever acts at the same time waits."""
    Record.objects.select_for_update().get(pk=asked.pk)
    return type(asked)._default_manager.select_related("organisation", "owner", "asked_by").get(pk=asked.pk)
