"""`create_api_key EMAIL ORGANISATION [--name N] [--days 90]`: a key for a member; printed alone on the last line."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from organisations.keys import make_key
from organisations.models import Membership
from organisations.origin import TrackedCommand


class Command(TrackedCommand):
    help = "Makes an API key for a member of an organisation (by its short name). The last line is the key alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("organisation")
        parser.add_argument("--name", default="command line")
        parser.add_argument("--days", type=int, default=90, help="how long it works, at most 365")

    def handle(self, *args: Any, email: str, organisation: str, name: str, days: int, **options: Any) -> None:
        current = Membership.objects.current().filter(user__email__iexact=email, organisation__slug=organisation)
        membership = current.filter(user__is_active=True).select_related("user", "organisation").first()
        if membership is None:
            raise CommandError(_("%(email)s is no member of %(name)s.") % {"email": email, "name": organisation})
        try:
            until = membership.organisation.today() + timedelta(days=days)
            _key, secret = make_key(membership.user, organisation=membership.organisation, name=name, expires_on=until)
        except (ValidationError, OverflowError) as error:
            raise CommandError(" ".join(getattr(error, "messages", [str(error)]))) from error
        self.stdout.write(_("A key for %(person)s, until %(day)s:") % {"person": membership.user, "day": until})
        self.stdout.write(secret)
