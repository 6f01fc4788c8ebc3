"""What a report is asked with beside kind and subject, as `Report.parameters` keeps it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from organisations.models import Organisation, User

from .models import Report


def parameters_of(organisation: Organisation, by: User, kind: str, person: str = "") -> dict[str, Any]:
    """Of an interview sheet the person whom it is for, `by` if nobody is named; of other kinds nothing."""
    if kind != Report.Kind.INTERVIEW:
        return {}
    members = organisation.memberships.current().filter(user__email__iexact=person or by.email)
    member = members.select_related("user").first()
    if member is None:
        raise ValidationError({"person": _("Nobody here has this mail address.")})
    return {"person": member.user.email, "name": member.user.name}
