"""Verbs on the scope: a draft from the version in force, and what it takes to submit it (ISO 42001 4.3)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clauses.models import ScopeStatement
from organisations.models import Organisation, User
from records.actions import keep
from records.approvable import OPEN, Standing
from records.labels import next_label

from .inventory import freeze, systems_today

FIRST = "1.0"
CARRIED_OVER = ("text", "boundaries", "sites", "interfaces", "owner", "review_every")


@transaction.atomic
def draft_scope(organisation: Organisation, *, by: User) -> ScopeStatement:
    """The next version as a draft, with the words of the last. Raises ValidationError while another one is open."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    versions = ScopeStatement.objects.of(organisation).order_by("number")
    if is_open := versions.filter(state__in=(*OPEN, Standing.IN_REVIEW)).last():
        raise ValidationError(_("%(record)s is still open: finish it first.") % {"record": is_open})
    last = versions.last()
    label = next_label(last.label) if last else FIRST
    words = {name: getattr(last, name) for name in CARRIED_OVER} if last else {"sites": organisation.sites}
    draft = ScopeStatement(
        organisation=organisation,
        label=label,
        title=title_of(label),
        number=last.number + 1 if last else 1,
        **{"owner": by} | words,
    )
    keep(draft, by=by)
    return draft


def title_of(label: str) -> str:
    return _("Scope of the AIMS %(version)s") % {"version": label}


def complete(scope: ScopeStatement) -> None:
    """Keeps what is reviewed. Raises ValidationError with everything that is missing."""
    missing = []
    if not scope.text.strip():
        missing.append(_("It does not say what the AIMS covers."))
    missing += [
        _("%(system)s has no reason for being in or out of scope.") % {"system": one.reference}
        for one in systems_today(scope.organisation)
        if not one.reason.strip()
    ]
    if missing:
        raise ValidationError(missing)
    freeze(scope)
