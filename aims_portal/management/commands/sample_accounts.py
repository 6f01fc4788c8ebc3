"""`sample_accounts`: who can sign in to the demo, and with what."""

from typing import Any

from django.utils.translation import gettext as _

from aims_portal.sample.accounts import SAMPLES, require_demo, sample_password
from organisations.models import Membership
from organisations.origin import TrackedCommand


class Command(TrackedCommand):
    help = "Prints the sample accounts and their password."

    def handle(self, *args: Any, **options: Any) -> None:
        require_demo()
        members = Membership.objects.current().filter(organisation__name__in=SAMPLES)
        rows = [
            (
                f"{member.organisation} (/{member.organisation.slug}/)",
                member.user.name,
                str(member.get_role_display()),
                member.user.email,
            )
            for member in members.select_related("user", "organisation").order_by("organisation__name", "pk")
        ]
        if not rows:
            self.stdout.write(_("No sample organisation is loaded."))
            return
        widths = [max(len(row[column]) for row in rows) for column in (1, 2)]
        heading = ""
        for organisation, name, role, email in rows:
            if organisation != heading:
                self.stdout.write(heading := organisation)
            self.stdout.write(f"  {name:{widths[0]}}  {role:{widths[1]}}  {email}")
        self.stdout.write(_("Password of all of them: %(password)s") % {"password": sample_password()})
