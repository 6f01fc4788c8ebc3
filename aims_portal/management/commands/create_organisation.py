"""`create_organisation NAME ADMIN_EMAIL [--name PERSON]`: a new organisation, its first administrator invited."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from clauses.actions import open_positions
from organisations.invitations import invite, renew
from organisations.mails import send_invitation
from organisations.models import Invitation, Organisation
from organisations.origin import TrackedCommand
from organisations.roles import Role


class Command(TrackedCommand):
    help = (
        "Makes an organisation with a position on every requirement, and invites its first administrator by mail. "
        "While it has no administrator yet, running it again sends a new link."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("admin_email")
        parser.add_argument("--name", dest="person", default="", help="the administrator's name")
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="where people reach the portal")

    def handle(self, *args: Any, name: str, admin_email: str, person: str, url: str, **options: Any) -> None:
        name, email = name.strip(), admin_email.strip().lower()
        with transaction.atomic():
            organisation = found(name)
            try:
                validate_email(email)
                invitation, token = invited(organisation, email, person or email.partition("@")[0])
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
        link = url.rstrip("/") + reverse("invitation-accept", kwargs={"token": token})
        sent = send_invitation(invitation, link)
        self.stdout.write(
            _("%(name)s is at %(url)s/%(slug)s/.")
            % {"name": organisation, "url": url.rstrip("/"), "slug": organisation.slug}
        )
        told = _("The invitation was mailed to %(email)s.") if sent else _("The mail to %(email)s could not be sent.")
        self.stdout.write(told % {"email": email})
        self.stdout.write(_("The link works once, for 14 days: %(link)s") % {"link": link})


def found(name: str) -> Organisation:
    """A new organisation of that name, or the one that still waits for its first administrator."""
    if not name or len(name) > 150:
        raise CommandError(_("The name must have 1 to 150 characters."))
    organisation = Organisation.objects.filter(name=name).first()
    if organisation is None:
        organisation = Organisation.objects.create(name=name)
    elif organisation.memberships.current().filter(role=Role.ADMINISTRATOR).exists():
        raise CommandError(_("%(name)s exists and has an administrator, who can invite others.") % {"name": name})
    open_positions(organisation)
    return organisation


def invited(organisation: Organisation, email: str, person: str) -> tuple[Invitation, str]:
    pending = organisation.invitations.filter(email=email, accepted_at=None, withdrawn_at=None).first()
    if pending and pending.role == Role.ADMINISTRATOR:
        return renew(pending)
    return invite(organisation=organisation, email=email, name=person, role=Role.ADMINISTRATOR)
