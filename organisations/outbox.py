"""Keeps mail in the database instead of sending it, where no mail server is set: the demo's outbox."""

from collections.abc import Sequence
from email.utils import parseaddr

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from .models import Organisation, SentMail

# Says on whose behalf a mail goes out; a real mail server passes it on, which lets people filter by it.
ORGANISATION_HEADER = "X-AIMS-Organisation"


class OutboxBackend(BaseEmailBackend):
    """Django mail backend; returns how many messages were kept."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        slugs = {mail.extra_headers.get(ORGANISATION_HEADER, "") for mail in email_messages}
        organisations = {found.slug: found for found in Organisation.objects.filter(slug__in=slugs)}
        SentMail.objects.bulk_create(
            SentMail(
                organisation=organisations.get(mail.extra_headers.get(ORGANISATION_HEADER, "")),
                sender=mail.from_email,
                recipient=parseaddr(recipient)[1].lower(),
                subject=str(mail.subject),
                body=str(mail.body),
            )
            for mail in email_messages
            for recipient in mail.recipients()
        )
        return len(email_messages)
