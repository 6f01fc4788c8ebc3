"""Scoring a risk by the criteria in force: dated, with a reason, beside all earlier scores (ISO 42001 6.1.2, 8.2)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from organisations.models import User
from records.actions import keep, locked
from records.months import months_after
from risks.criteria.in_force import criteria_in_force
from risks.models import LEVELS, RATED, Acceptance, Level, Option, Phase, Process, Risk, RiskAssessment, RiskCriteria
from risks.treatment.treating import is_ready_for_residual_score

# What remains is known once what was done is verified, or once it was decided to do nothing more.
NOTHING_TO_DO = (Option.ACCEPT, Option.AVOID, Option.TAKE)


@transaction.atomic
def assess(scored: RiskAssessment, *, by: User, seen: int | None = None) -> RiskAssessment:
    """Keeps a score. `scored` is unsaved, with risk, phase, day, likelihood, consequences and rationale.

    `seen` is the version of the risk that was before the person. The next review is set where none lies ahead, and
    what was accepted at a lower residual score lapses. Raises ValidationError with the errors at the fields.
    """
    risk = locked(scored.risk, seen)
    scored.risk, scored.criteria = risk, in_force(risk)
    scored.assessed_by = by
    refuse(scored)
    scored.save()
    # A trigger wrote the newest scores into the risk.
    risk.refresh_from_db()
    if scored.phase == rating_phase(risk):
        risk.assessed_facts = risk.system.facts if risk.system else ""
    if not risk.review_on or risk.review_on <= scored.assessed_on:
        risk.review_on = months_after(scored.assessed_on, risk.review_every or months_of(risk, scored.criteria))
    keep(risk, by=by)
    if scored.phase == Phase.RESIDUAL:
        lapse_acceptances(scored)
    return scored


def in_force(risk: Risk) -> RiskCriteria:
    criteria = criteria_in_force(risk.organisation)
    if criteria is None:
        raise ValidationError(_("There are no risk criteria yet. Make them first, then score."))
    return criteria


def refuse(scored: RiskAssessment) -> None:
    """Raises ValidationError where a score cannot be kept."""
    if not scored.risk.is_open:
        raise ValidationError(_("This risk is closed. Open it again before it is scored."))
    scored.full_clean(exclude=["score", "level", "risk", "criteria"])
    if not scored.rationale.strip():
        raise ValidationError({"rationale": _("Say why you scored it so.")})
    if scored.risk.process == Process.OPERATIONAL and not scored.trigger:
        raise ValidationError({"trigger": _("Say why this operational risk is looked at now (8.2).")})
    later = scored.risk.assessments.filter(phase=scored.phase, assessed_on__gt=scored.assessed_on)
    if later.exists():
        raise ValidationError({"assessed_on": _("There is a later score already, and the newest counts.")})
    if scored.phase == Phase.RESIDUAL and not has_a_residue(scored.risk):
        text = _(
            "Residual is what remains after treatment: first every treatment is verified or dropped, or the option is "
            "to retain, to avoid or to take the risk. Until then score it as current."
        )
        raise ValidationError({"phase": text})


def has_a_residue(risk: Risk) -> bool:
    return risk.option in NOTHING_TO_DO or is_ready_for_residual_score(risk)


def rating_phase(risk: Risk) -> str | None:
    """The phase whose score rates a risk: only a new one of that is another look at it."""
    return next((phase for phase in RATED if getattr(risk, f"{phase}_score") is not None), None)


def months_of(risk: Risk, criteria: RiskCriteria) -> int:
    """Months until a risk is looked at again: by its system's class, or those of planning."""
    is_planning = risk.process == Process.PLANNING
    return criteria.months_for(risk.system.risk_class if risk.system and not is_planning else None)


def lapse_acceptances(scored: RiskAssessment) -> None:
    """What was accepted at a lower score or level counts no more (ISO 42001 8.3)."""
    words = {"score": scored.score, "level": scored.get_level_display().lower()}
    # The level may rise where the score does not: by the override for individuals, or by new criteria.
    milder = LEVELS[: LEVELS.index(Level(scored.level))]
    outdone = Q(score__lt=scored.score) | Q(level__in=milder)
    Acceptance.objects.filter(outdone, risk=scored.risk, lapsed_on=None).update(
        lapsed_on=scored.risk.organisation.today(),
        lapsed_because=_("The residual risk rose to %(score)s, %(level)s.") % words,
    )
