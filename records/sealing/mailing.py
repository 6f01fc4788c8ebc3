"""Mails a root to somebody who keeps it outside of the portal: that makes it proof."""

from __future__ import annotations

from uuid import UUID

from django.core.mail import EmailMessage
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from organisations.mail_jobs import absolute, deliver, message_id, send_after_commit
from organisations.mails import write_mail
from organisations.models import Organisation, User
from organisations.roles import ROLES_THAT_AUDIT, VIEW_RECORDS

from .models import Root, RootMail


def keepers(organisation: Organisation, *, besides: User | None = None) -> QuerySet[User]:
    """Who may be sent a root: those who audit, from outside and inside, and `besides` whoever asks."""
    auditors = organisation.memberships.current().filter(role__in=ROLES_THAT_AUDIT)
    wanted = Q(pk__in=auditors.values("user")) | Q(pk=besides.pk if besides else None)
    return User.objects.filter(wanted, is_active=True).order_by("name", "email")


def mail(root: Root, *, to: User, organisation: Organisation) -> RootMail:
    """Queues the mail."""
    now = timezone.now()
    job = RootMail.objects.create(organisation=organisation, person=to, root=root, try_at=now, queued_at=now)
    send_after_commit([job])
    return job


def send(mail_id: UUID | str) -> bool:
    """Sends one mail if it is this process's to send; says whether the mail server took it."""
    return deliver(RootMail, mail_id, mail_of)


def mail_of(job: RootMail) -> EmailMessage | None:
    """The mail; None where its reader has left in the meantime."""
    organisation, person = job.organisation, job.person
    member = organisation.memberships.current().with_rights().filter(user=person).first()
    if member is None:
        return None
    page = reverse("seal", kwargs={"organisation": organisation.slug})
    return write_mail(
        "root",
        to=person.email,
        organisation=organisation,
        context={
            "person": person,
            "root": job.root,
            "link": absolute(page) if VIEW_RECORDS in member.rights else "",
        },
        headers={"Message-ID": message_id(job), "Auto-Submitted": "auto-generated"},
    )
