"""Whoever is asked may see what it is about, and hears of it at once by mail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.mail import EmailMessage
from django.db.models import Q
from django.utils import timezone

from clauses.documents.writing import people_who_read
from clauses.models import Asking, Document, Task
from clauses.models.asking import RequestState, is_open
from organisations import mail_jobs
from organisations.mail_jobs import absolute, message_id, send_after_commit
from organisations.mails import write_mail
from organisations.models import User
from records.actions import let_in, named_in
from records.grants import CHANGE, VIEW
from records.mentions import members, wants_mail_when_asked, who_sees
from records.models import Record

from .sight import asked_about


def let_see(asked: Any, *, before: Iterable[User | None], now: Iterable[User | None]) -> None:
    """Shows what something is about to whom it is asked of now; who was asked before loses sight of it.

    Nobody loses what another action or request, a right to change, a document they approve or read, being named in
    the record, or a grant with an end shows them: such a grant was not given by asking, which neither lengthens nor
    ends it.
    """
    about = asked.about_id and Record.objects.get(pk=asked.about_id)
    if not about:
        return
    keeping = asked_about(about, but=asked.pk) | shown_otherwise(about)
    has = {person for person in now if person and sees_already(about, person)}
    lost = {person for person in before if person and person.pk not in keeping}
    let_in(about, before=lost | has, now={person for person in now if person}, change=False)


def shown_otherwise(about: Record) -> set[int]:
    """Keys of the people whom something else than being asked lets see a record."""
    given = about.grants.filter(Q(permission__codename=CHANGE) | Q(until__isnull=False))
    people = set(given.values_list("user", flat=True))
    document = Document.objects.filter(pk=about.pk).select_related("organisation").first()
    if document:
        people |= {person.pk for person in people_who_read(document)}
        people |= {document.approver_id} if document.approver_id else set()
    return people | named_in(about)


def sees_already(about: Record, person: User) -> bool:
    """Whether a grant in force shows it to them. A role or being its owner may end before what is asked does."""
    today = about.organisation.today()
    given = about.grants.filter(user=person, permission__codename=VIEW)
    in_force = given.exclude(since__gt=today).exclude(until__lt=today)
    return bool(in_force.exists())


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
    """The mail; None where it holds no longer, or its reader left or lost sight of it."""
    organisation, person = job.organisation, job.person
    record = Record.objects.select_related("organisation").get(pk=job.record_id)
    model: Any = next(one for one in Record.__subclasses__() if record.kind == one.KIND)
    asked = model.objects.select_related("organisation", *model.TOLD_WITH).get(pk=record.pk)
    is_member = members(organisation).filter(pk=person.pk).exists()
    if not still_holds(asked, job) or not is_member or not who_sees(record, [person]):
        return None
    if not wants_mail_when_asked(person, organisation):
        return None
    return write_mail(
        model.MAIL,
        to=person.email,
        organisation=organisation,
        context={
            "person": person,
            "record": asked,
            "text": asked.what,
            "remark": "" if model is Task else asked.remark,
            "word": job.word,
            "link": absolute(asked.get_absolute_url()),
        },
        headers={"Message-ID": message_id(job), "Auto-Submitted": "auto-generated"},
    )


def still_holds(asked: Any, job: Asking) -> bool:
    """Whether what a mail says is still so: asked of that person, or still delivered or returned."""
    if not is_open(asked):
        return False
    if job.word == Asking.Word.DELIVERED:
        return bool(asked.state == asked.HANDED_IN)
    is_theirs = asked.owner_id == job.person_id
    return is_theirs and (job.word == Asking.Word.ASKED or asked.state == RequestState.RETURNED)
