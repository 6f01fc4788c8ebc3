"""Verbs of treatment: verified by somebody else, or found not to work (ISO 42001 6.1.3, 8.3)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import User
from records.actions import keep, let_in
from records.approving import locked
from records.events import Source
from records.models import Record
from risks.models import Acceptance, Risk, Treatment, TreatmentState

# Nothing more is to be done about these.
SETTLED_LINES = (TreatmentState.VERIFIED, TreatmentState.DROPPED)


def has_owned(user: User, treatment: Treatment) -> bool:
    """Whether somebody owns a treatment, or ever did: handing it over does not make one a second person."""
    events = Source(Record).table._default_manager.filter(pgh_obj_id=treatment.pk, owner_id=user.pk)
    return treatment.owner_id == user.pk or events.exists()


def why_not_verify(treatment: Treatment, user: User) -> str:
    """Why somebody cannot verify a treatment; empty where they can."""
    if treatment.status != TreatmentState.IMPLEMENTED:
        return _("Only what is implemented can be verified.")
    if has_owned(user, treatment):
        return _("Who owns or owned a treatment cannot verify it: somebody else must.")
    return ""


@transaction.atomic
def verify(treatment: Treatment, *, by: User, result: str, seen: int | None = None) -> None:
    """Keeps what verification showed, by somebody who never owned the treatment. `seen` is the version shown.

    Raises ValidationError.
    """
    treatment = as_shown(treatment, seen)
    if why := why_not_verify(treatment, by):
        raise ValidationError(why)
    if not result.strip():
        raise ValidationError({"result": _("Say what verification showed.")})
    treatment.status, treatment.result = TreatmentState.VERIFIED, result.strip()
    treatment.verified_by, treatment.verified_on = by, treatment.organisation.today()
    keep(treatment, by=by)


@transaction.atomic
def fail_verification(treatment: Treatment, *, by: User, result: str, seen: int | None = None) -> None:
    """Sends a treatment that does not do what it should back to work, with the reason. Raises ValidationError."""
    treatment = as_shown(treatment, seen)
    if treatment.status not in {TreatmentState.IMPLEMENTED, TreatmentState.VERIFIED}:
        raise ValidationError(_("Only what is implemented can be verified."))
    if not result.strip():
        raise ValidationError({"result": _("Say what failed, so that it can be mended.")})
    treatment.status = TreatmentState.IN_PROGRESS
    treatment.result = _("Verification failed: %(reason)s") % {"reason": result.strip()}
    treatment.verified_by, treatment.verified_on = None, None
    keep(treatment, by=by)
    # What was accepted rested on a treatment that does not do what it should.
    accepted = Acceptance.objects.filter(risk=treatment.treats_id, lapsed_on=None)
    words = _("%(treatment)s was found not to work.") % {"treatment": treatment.reference}
    accepted.update(lapsed_on=treatment.organisation.today(), lapsed_because=words)


def as_shown(treatment: Treatment, seen: int | None) -> Treatment:
    """The treatment, locked. Raises ValidationError where it is not the version that was shown."""
    found: Treatment = locked(treatment)
    if seen is not None and seen != found.version:
        raise ValidationError(_("It changed after you opened it. Look at it again, then decide."))
    return found


def let_both_in(risk: Risk, *, former: set[User]) -> None:
    """Whoever answers for a risk sees and may change what is done about it; whoever does it sees the risk.

    `former` are owners of the risk or of a treatment until now, who lose what they were given as such.
    """
    treatments = list(risk.treatments.select_related("owner"))
    doers = {one.owner for one in treatments if one.owner}
    owner = {risk.owner} if risk.owner else set()
    let_in(risk, before=former - doers - owner, now=doers - owner, change=False)
    for treatment in treatments:
        let_in(treatment, before=former - owner - {treatment.owner}, now=owner - {treatment.owner})


def is_ready_for_residual_score(risk: Risk) -> bool:
    """All treatments of a risk are settled and at least one is verified: what remains can be scored (8.3)."""
    states = set(risk.treatments.values_list("status", flat=True))
    return TreatmentState.VERIFIED in states and states <= set(SETTLED_LINES)
