"""What a report is asked with beside its kind and subject, as `Report.parameters` keeps it: each name checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clauses.models import OtherFramework
from organisations.models import Organisation, User

from .models import Report

ON_A_PAGE_OF_THEIR_OWN = frozenset({Report.Kind.EVOLUTION, Report.Kind.EVIDENCE_PACK})


def parameters_of(kind: str, given: Mapping[str, Any], *, organisation: Organisation, by: User) -> dict[str, Any]:
    """The parameters that a kind needs, out of what was given. Raises ValidationError at the name that is wrong."""
    if kind in ON_A_PAGE_OF_THEIR_OWN:
        raise ValidationError({"kind": _("This report is asked for on its own page.")})
    if kind == Report.Kind.COVERAGE:
        return {"framework": framework_in(given, organisation, by)}
    return person_in(given, organisation, by) if kind == Report.Kind.INTERVIEW else {}


def framework_in(given: Mapping[str, Any], organisation: Organisation, by: User) -> str:
    """The id of a framework that one sees."""
    found: Any = OtherFramework.objects.visible_to(by)
    framework = found.of(organisation).filter(code=str(given.get("framework", "")).replace("\0", "")).first()
    if framework is None:
        raise ValidationError({"framework": _("Say which framework this report is about.")})
    code: str = framework.code
    return code


def person_in(given: Mapping[str, Any], organisation: Organisation, by: User) -> dict[str, Any]:
    """The person whom an interview sheet is for, `by` if nobody is named."""
    members = organisation.memberships.current().filter(user__email__iexact=given.get("person") or by.email)
    member = members.select_related("user").first()
    if member is None:
        raise ValidationError({"person": _("Nobody here has this mail address.")})
    return {"person": member.user.email, "name": member.user.name}
