"""Whoever is asked may see what it is about, and hears of it at once by mail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.mail import EmailMessage
from django.db.models import Q
from django.utils import timezone

from clauses.models import Asking, EvidenceRequest, Task
from clauses.models.asking import SETTLED, TaskState, is_open
from organisations import mail_jobs
from organisations.mail_jobs import absolute, message_id, send_after_commit
from organisations.mails import write_mail
from organisations.models import User
from records.actions import let_in
from records.grants import CHANGE
from records.mentions import members, who_sees
from records.models import Record, RecordGrant


def let_see(asked: Any, *, before: Iterable[User | None], now: Iterable[User | None]) -> None:
    """Shows what something is about to whom it is asked of now; who was asked before loses sight of it.

    Nobody loses what another action or request, or a right to change, shows them.
    """
    about = asked.about_id and Record.objects.get(pk=asked.about_id)
    if not about:
        return
    held = RecordGrant.objects.filter(content_object=about, permission__codename=CHANGE).values_list("user", flat=True)
    # What is done or withdrawn asks nothing of anybody any more.
    open_tasks = Task.objects.filter(about=about, state=TaskState.OPEN)
    open_requests = EvidenceRequest.objects.filter(about=about.pk).exclude(state__in=SETTLED)
    others = Q(pk__in=open_tasks) | Q(pk__in=open_requests)
    asked_otherwise = Record.objects.filter(others).exclude(pk=asked.pk).values_list("owner", flat=True)
    keeping = {*held, *asked_otherwise}
    lost = {person for person in before if person and person.pk not in keeping}
    let_in(about, before=lost, now={person for person in now if person}, change=False)


def tell(asked: Any, person: User | None, word: str, *, by: User | None) -> None:
    """Queues one mail; nobody is told of what they did themselves."""
    if person is None or person == by:
        return
    now = timezone.now()
    job = Asking.objects.create(
        organisation=asked.organisation, person=person, record_id=asked.pk, word=word, try_at=now, queued_at=now
    )
    send_after_commit([job])


def handed_over(asked: Any, *, former: User | None, by: User | None) -> None:
    """After it was asked of somebody else: they see what it is about and are told."""
    if not is_open(asked) or asked.owner == former:
        return
    let_see(asked, before=[former], now=[asked.owner])
    tell(asked, asked.owner, Asking.Word.ASKED, by=by)


def send(job_id: UUID | str) -> bool:
    """Sends one mail if it is this process's to send; says whether the mail server took it."""
    return mail_jobs.deliver(Asking, job_id, mail_of)


def mail_of(job: Asking) -> EmailMessage | None:
    """The mail; None where it was settled in the meantime, or its reader left or lost sight of it."""
    organisation, person = job.organisation, job.person
    record = Record.objects.select_related("organisation").get(pk=job.record_id)
    model: Any = Task if record.kind == Task.KIND else EvidenceRequest
    asked = model.objects.select_related(
        "organisation", "about", "asked_by", "owner", "decided_by" if model is EvidenceRequest else "closed_by"
    ).get(pk=record.pk)
    is_member = members(organisation).filter(pk=person.pk).exists()
    if not is_open(asked) or not is_member or not who_sees(record, [person]):
        return None
    return write_mail(
        "asking",
        to=person.email,
        organisation=organisation,
        context={
            "person": person,
            "record": asked,
            "text": asked.what if model is Task else asked.asks,
            "remark": "" if model is Task else asked.remark,
            "word": job.word,
            "link": absolute(asked.get_absolute_url()),
        },
        headers={"Message-ID": message_id(job), "Auto-Submitted": "auto-generated"},
    )
