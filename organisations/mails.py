"""The mails the portal writes for an organisation: plain text, the subject above the first empty line."""

import logging
from typing import Any

from django.core.mail import EmailMessage
from django.template import Context
from django.template.engine import Engine
from django.utils import timezone

from .models import Invitation, Organisation
from .outbox import ORGANISATION_HEADER

log = logging.getLogger(__name__)


def write_mail(
    name: str, *, to: str, organisation: Organisation, context: dict[str, Any], headers: dict[str, str] | None = None
) -> EmailMessage:
    """The mail that `mail/<name>.txt` makes of `context`, ready to be sent."""
    template = Engine.get_default().get_template(f"mail/{name}.txt")
    text = template.render(Context({"organisation": organisation, **context}, autoescape=False))
    subject, _gap, body = text.strip().partition("\n\n")
    every = {ORGANISATION_HEADER: organisation.slug, **(headers or {})}
    return EmailMessage(" ".join(subject.split()), body.strip() + "\n", to=[to], headers=every)


def send_mail(name: str, *, to: str, organisation: Organisation, context: dict[str, Any]) -> bool:
    """Sends `mail/<name>.txt` and says whether the mail server took it; a fault is logged, never raised.

    Call it from `transaction.on_commit`: a mail must not tell of what was rolled back.
    """
    mail = write_mail(name, to=to, organisation=organisation, context=context)
    try:
        return bool(mail.send())
    except Exception:  # whatever a mail server or its library may raise means the same here
        log.exception("A mail (%s) could not be sent", name)
        return False


def send_invitation(invitation: Invitation, link: str) -> bool:
    """Mails the link, and notes on the invitation when that worked."""
    context = {"invitation": invitation, "link": link}
    with timezone.override(invitation.organisation.zone):
        sent = send_mail("invitation", to=invitation.email, organisation=invitation.organisation, context=context)
    if sent:
        Invitation.objects.filter(pk=invitation.pk).update(sent_at=timezone.now())
    return sent
