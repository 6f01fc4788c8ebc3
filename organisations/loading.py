"""Loads an organisation and its people from a file's `organisation` and `people`."""

from __future__ import annotations

import unicodedata
import zoneinfo
from datetime import date, datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.utils.text import slugify
from django.utils.translation import gettext as _

from .actions import AUDITORS_DECIDE_NOTHING, appoint
from .authority import Given
from .models import Membership, Organisation, User, free_slug
from .roles import ROLES_THAT_AUDIT, ROLES_WITH_END_DATE, Role
from .rows import Intake, Row

# What a file may say of the scope beside its text and version.
SCOPE = ("approved", "approved_by", "boundaries", "sites", "interfaces", "owner", "review_due", "note")
DEFAULT_ZONE: str = Organisation._meta.get_field("timezone").default
# Letters that Unicode does not take apart.
FOLDED = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})


def today_in(intake: Intake) -> date:
    """The day it is at the organisation of a file that was read but not loaded."""
    row = intake.root.get("organisation")
    name = row.get("timezone") if isinstance(row, Row) else None
    known = isinstance(name, str) and name in zoneinfo.available_timezones()
    return datetime.now(zoneinfo.ZoneInfo(str(name) if known else DEFAULT_ZONE)).date()


def load_organisation(intake: Intake) -> None:
    """Sets `intake.organisation`. Raises BadFileError at once, because all the rest hangs on it."""
    row = intake.root.row("organisation", needed=True)
    if intake.attempt(row, organisation) is None:
        intake.stop_if_bad()


def organisation(row: Row) -> Organisation:
    scope, target = row.row("aims_scope"), row.row("certification_target")
    name = row.text("name", needed=True)
    if name and Organisation.objects.filter(name__iexact=name).exists():
        row.refuse("name", _("“%(name)s” has been loaded already") % {"name": name})
    # See clauses.scope.loading, which comes after the people and the AI systems.
    scope.read.update(SCOPE)
    made = Organisation(
        name=name,
        slug=free_slug(name) if name else "",
        legal_form=row.text("legal_form"),
        country=row.text("country").upper(),
        business=row.text("business"),
        sites=row.lines_of("sites"),
        jurisdictions=row.lines_of("jurisdictions"),
        employees=row.number("employees"),
        timezone=row.text("timezone") or DEFAULT_ZONE,
        scope_statement=scope.text("text"),
        scope_version=scope.text("version"),
        certification_body=target.text("body"),
        stage1_on=target.day("stage1"),
        stage2_on=target.day("stage2"),
    )
    row.check(
        made,
        scope_statement="aims_scope/text",
        scope_version="aims_scope/version",
        certification_body="certification_target/body",
        stage1_on="certification_target/stage1",
        stage2_on="certification_target/stage2",
    )
    made.save()
    row.intake.organisation = made
    return made


def load_people(intake: Intake) -> None:
    """Makes users and memberships. Nobody gets a password: an invitation, or the demo, gives one."""
    intake.each("people", person, needed=True)


def person(row: Row) -> User:
    name, role = row.text("name", needed=True), row.choice("portal_role", Role)
    function, top_management = row.text("function"), row.flag("top_management")
    authority = row.choice("authority", Given, needed=False)
    is_external, until = row.flag("external"), row.day("until") or invited_until(row)
    if not until and (is_external or role in ROLES_WITH_END_DATE):
        row.refuse("until", _("is missing: somebody from outside needs a last day of access"))
    if role in ROLES_THAT_AUDIT and (authority or top_management):
        row.refuse("authority" if authority else "top_management", str(AUDITORS_DECIDE_NOTHING))
    email = row.text("email").lower() or address(name, row.intake.organisation)
    if name and not email:
        row.refuse("email", _("is missing, and no address can be made of this name"))
    if Membership.objects.filter(organisation=row.intake.organisation, user__email=email).exists():
        row.refuse("email", _("“%(email)s” belongs to another person of this file") % {"email": email})
    row.close()
    user = User.objects.filter(email=email).first()
    if user is None:
        row.check(User(name=name, email=email), without=["password"])
        user = User.objects.create_user(email, name=name)
    appoint(
        user,
        organisation=row.intake.organisation,
        role=role,
        function=function,
        top_management=top_management,
        authority=authority,
        until=until,
    )
    EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    return user


def invited_until(row: Row) -> Any:
    """The last day of the invitation to an audit, where it invites this person."""
    invitation = row.intake.root.get("external_audit_invitation")
    if isinstance(invitation, Row) and invitation.get("invited") == row.get("id"):
        return invitation.day("valid_to")
    return None


def address(name: str, organisation: Organisation) -> str:
    """`first.last@<slug>.example` in ASCII, or nothing where the name has no Latin letters."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(FOLDED))
    words = [slug for word in plain.replace("’", "'").split() if (slug := slugify(word.replace("'", "")))]
    return f"{'.'.join(dict.fromkeys([words[0], words[-1]]))}@{organisation.slug}.example" if words else ""
