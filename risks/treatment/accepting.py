"""Acceptance of residual risk: asked for, given by who has the authority, withdrawn (ISO 42001 6.1.3, 8.3)."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organisations.authority import Authority, held_by, suffices
from organisations.models import User
from organisations.roles import ROLES_THAT_AUDIT
from records.actions import give, keep
from records.approving import locked
from records.commenting import say
from records.models import Record
from risks.models import Acceptance, Level, Phase, Risk, RiskAssessment
from risks.treatment.acceptance_forms import NO_END, NO_REASON

# Nobody decides for longer than that: within two years a system, its data and the law have changed.
AT_MOST = timedelta(days=731)


def residual_of(risk: Risk) -> RiskAssessment | None:
    """The newest residual score, which is what an acceptance accepts."""
    newest = risk.assessments.filter(phase=Phase.RESIDUAL).order_by("-pk")
    return newest.select_related("criteria", "assessed_by").first()


def needed_for(score: RiskAssessment | None) -> Authority:
    """The least authority that may accept a residual score, by the criteria it was made with."""
    return score.criteria.acceptor_of(score.level) if score else Authority.OWNER


def may_decide(risk: Risk, user: User, held: Authority, needed: Authority) -> bool:
    """Whether an authority is enough for a risk; that of an owner is for the owner of this one alone."""
    return suffices(held, needed) and (held != Authority.OWNER or risk.owner_id == user.pk)


def refusal(risk: Risk, user: User, score: RiskAssessment | None) -> str:
    """Why somebody may not accept a risk of that residual score; empty where they may."""
    held, needed = held_by(user, risk.organisation), needed_for(score)
    if held is None:
        return _("Auditors accept no risk.")
    is_enough = may_decide(risk, user, held, needed)
    if not is_enough and score is None:
        return _("A risk is accepted by its owner, or by somebody with more authority.")
    if not is_enough:
        words = {"level": Level(score.level).label.lower(), "needed": needed.label.lower()}  # type: ignore[union-attr]
        return _("Your authority is too low: a risk that is %(level)s is accepted by: %(needed)s.") % words
    if score and score.assessed_by_id == user.pk:
        return _("You made this residual score. Somebody else must accept it.")
    return ""


def obstacle(risk: Risk, score: RiskAssessment | None) -> str:
    """Why nobody can accept a risk as it stands; empty where somebody can."""
    if not risk.is_open:
        return _("This risk is closed.")
    if score is None:
        return _("Score the residual risk first.")
    if not score.criteria.is_settled:
        return _("The criteria it was scored by are not approved yet (6.1.1).")
    if risk.system and risk.assessed_facts not in {"", risk.system.facts}:
        return _("The AI system changed materially since the risk was scored. Score it again first.")
    return ""


def acceptors_of(risk: Risk, score: RiskAssessment | None) -> QuerySet[User]:
    """Those who have the authority to accept a residual score today, by name; never who made it."""
    needed = needed_for(score)
    enough = [level.value for level in Authority if level != Authority.OWNER and suffices(level, needed)]
    can = Q(top_management=True) | Q(authority__in=enough)
    if needed == Authority.OWNER:
        can |= Q(user=risk.owner_id)
    members = risk.organisation.memberships.current().filter(can, user__is_active=True)
    members = members.exclude(role__in=ROLES_THAT_AUDIT)
    people = User.objects.filter(pk__in=members.values("user")).order_by("name", "email")
    return people.exclude(pk=score.assessed_by_id) if score and score.assessed_by_id else people


@transaction.atomic
def accept_risk(
    risk: Risk, *, by: User, seen: int | None, reason: str, until: date | None, conditions: str = "", score: int = 0
) -> Acceptance:
    """Accepts the residual risk that was shown: `seen` is the record's version, `score` the score it had (0: any).

    Raises ValidationError with the reason, at the field where there is one.
    """
    risk = locked(risk)
    accepted = residual_of(risk)
    if why := refusal(risk, by, accepted) or obstacle(risk, accepted):
        raise ValidationError(why)
    assert accepted
    if seen != risk.version or score not in {0, accepted.score}:
        raise ValidationError(_("It changed after you opened it. Look at it again, then decide."))
    today = risk.organisation.today()
    check_terms(today, reason, until)
    assert until
    earlier = risk.acceptances.filter(lapsed_on=None, until__gte=today)
    earlier.update(lapsed_on=today, lapsed_because=_("replaced by a new decision"))
    made = Acceptance.objects.create(
        risk=risk,
        assessment=accepted,
        score=accepted.score,
        level=accepted.level,
        accepted_by=by,
        authority=held_by(by, risk.organisation) or "",
        accepted_on=today,
        until=until,
        reason=reason.strip(),
        conditions=conditions.strip(),
        facts=risk.system.facts if risk.system else "",
    )
    risk.acceptance_asked_of, risk.acceptance_asked_on = None, None
    keep(risk, by=by)
    return made


def check_terms(today: date, reason: str, until: date | None) -> None:
    faults: dict[str, str] = {}
    if not reason.strip():
        faults["reason"] = str(NO_REASON)
    if until is None:
        faults["until"] = str(NO_END)
    elif until <= today:
        faults["until"] = _("It ends on a day to come.")
    elif until > today + AT_MOST:
        faults["until"] = _("At most two years ahead: by then a system, its data and the law have changed.")
    if faults:
        raise ValidationError(faults)


@transaction.atomic
def ask_acceptance(risk: Risk, *, of: User, by: User) -> None:
    """Asks somebody who may accept a risk to do so: they may read it from now on, and are told.

    Raises ValidationError.
    """
    risk = locked(risk)
    score = residual_of(risk)
    if why := obstacle(risk, score):
        raise ValidationError(why)
    if not acceptors_of(risk, score).filter(pk=of.pk).exists():
        raise ValidationError({"of": _("%(name)s has not the authority to accept it.") % {"name": of}})
    for record in [risk, *risk.treatments.all()]:
        if not Record.objects.visible_to(of).filter(pk=record.pk).exists():
            give(record, to=of, change=False)
    risk.acceptance_asked_of, risk.acceptance_asked_on = of, risk.organisation.today()
    keep(risk, by=by)
    words = {"person": of.email, "level": risk.get_residual_level_display(), "score": risk.residual_score}
    text = _("@%(person)s Please decide whether the residual risk can be accepted: %(level)s, %(score)s.") % words
    say(risk, text=text, to={of: of.email}, by=by)


def may_withdraw(acceptance: Acceptance, user: User, risk: Risk) -> bool:
    """Whoever accepted may take it back, and whoever could have."""
    held = held_by(user, risk.organisation)
    if held is None:
        return False
    needed = acceptance.assessment.criteria.acceptor_of(acceptance.level) if acceptance.assessment else Authority.TOP
    return user.pk == acceptance.accepted_by_id or may_decide(risk, user, held, needed)


@transaction.atomic
def withdraw_acceptance(acceptance: Acceptance, *, by: User, reason: str) -> None:
    """Ends an acceptance that stands today, with the reason. Raises ValidationError."""
    risk = locked(acceptance.risk)
    today = risk.organisation.today()
    if not risk.acceptances.standing(today).filter(pk=acceptance.pk).exists():
        raise ValidationError(_("This acceptance does not stand any more."))
    if not may_withdraw(acceptance, by, risk):
        raise ValidationError(_("Who accepted it withdraws it, or somebody with the same authority."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is withdrawn.")})
    words = _("withdrawn by %(name)s: %(reason)s") % {"name": by, "reason": reason.strip()}
    risk.acceptances.filter(pk=acceptance.pk).update(lapsed_on=today, lapsed_because=words[:300])
    keep(risk, by=by)


def standing_of(acceptance: Acceptance, on: date) -> tuple[bool, str]:
    """Whether an acceptance stands on a day, and the words for it: the same rule as `Acceptance.objects.standing`."""
    risk = acceptance.risk
    until, lapsed = acceptance.until, acceptance.lapsed_on
    if lapsed and lapsed <= until:
        words = {"day": date_format(lapsed, "j M Y"), "why": acceptance.lapsed_because}
        return False, _("Lapsed on %(day)s: %(why)s") % words
    if until < on:
        return False, _("Ended on %(day)s") % {"day": date_format(until, "j M Y")}
    if risk.residual_score is not None and risk.residual_score > acceptance.score:
        scores = {"old": acceptance.score, "new": risk.residual_score}
        return False, _("Lapsed: the residual score rose from %(old)s to %(new)s") % scores
    if acceptance.facts and (risk.system is None or risk.system.facts != acceptance.facts):
        return False, _("Lapsed: the AI system changed materially")
    return True, _("Stands until %(day)s") % {"day": date_format(until, "j M Y")}
