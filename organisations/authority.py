"""What somebody may decide for the organisation, beside what their role lets them keep (ISO 42001 5.3, 6.1.3)."""

from __future__ import annotations

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .roles import ROLES_THAT_AUDIT


class Authority(TextChoices):
    """Levels of authority, the lowest first: each may decide what those before it may."""

    OWNER = "owner", _("Owner of the record")
    HEAD = "head", _("Head of department")
    DESIGNATED = "designated", _("Designated management")
    TOP = "top", _("Top management")


ORDER = list(Authority)


class Given(TextChoices):
    """The authority that an administrator gives to a member; top management holds every authority."""

    HEAD = Authority.HEAD.value, Authority.HEAD.label
    DESIGNATED = Authority.DESIGNATED.value, Authority.DESIGNATED.label


def suffices(held: Authority, needed: Authority | str) -> bool:
    return ORDER.index(held) >= ORDER.index(Authority(needed))


def held_by(user: Any, organisation: Any) -> Authority | None:
    """The authority somebody holds in an organisation today; None for who is no member, and for auditors.

    Whoever was given none decides on what they own.
    """
    member = organisation.memberships.current().filter(user=user).exclude(role__in=ROLES_THAT_AUDIT).first()
    if member is None:
        return None
    return Authority.TOP if member.top_management else Authority(member.authority or Authority.OWNER)


def lacks(user: Any, organisation: Any, needed: Authority) -> str:
    """Says that somebody has not the authority for something; empty where they have."""
    held = held_by(user, organisation)
    if held is not None and suffices(held, needed):
        return ""
    return gettext("This needs the authority of: %(authority)s.") % {"authority": str(needed.label).lower()}
