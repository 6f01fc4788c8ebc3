"""What a version of an AI system needs before it goes live (ISO 42001 A.6.2.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from organisations.authority import Authority, held_by, suffices
from organisations.models import Organisation, User
from risks.changes.material import Past
from risks.golive.on_record import by_text, in_words, records_for
from risks.impact.screening import is_stopped
from risks.models import UNDECIDED, Decision, ImpactAssessment, Screening, Standing
from systems.models import AISystem, Outcome, SystemRecord

# What is said with the decision itself.
TEXTS = ("verification", "user_information")
GO = (Decision.GO, Decision.CONDITIONS)


@dataclass(frozen=True)
class Check:
    """One condition of going live: whether it is met, and what says so. `key` names it for programs."""

    key: str
    name: str
    clause: str
    passed: bool
    why: str
    url: str = ""


def decides(user: User, organisation: Organisation) -> bool:
    """Whether somebody may let a system go live: designated management, whatever their role."""
    held = held_by(user, organisation)
    return held is not None and suffices(held, Authority.DESIGNATED)


def checks_of(system: AISystem, version: str, given: Mapping[str, str] | None = None, *, user: Any) -> list[Check]:
    """The conditions for one version today; `given` are the texts said with the decision (see TEXTS).

    Tests and user information are there where life-cycle records of the version tell them, or the decision does. An
    assessment or a record is named only where `user` may see it.
    """
    texts, records = given or {}, by_text(system, version)
    seen = set(records_for(system, version).visible_to(user).values_list("pk", flat=True))
    return [
        assessment_check(system, version, user),
        *(
            told_check(key, name, clause, texts.get(key, ""), records[key], seen)
            for key, name, clause in (
                ("verification", _("Verification and validation results"), "A.6.2.4"),
                ("user_information", _("Information for users"), "A.8.2"),
            )
        ),
    ]


def told_check(key: str, name: str, clause: str, text: str, records: list[SystemRecord], seen: set[int]) -> Check:
    """A test that failed and was not done again is missing, whatever else is said. Only records `seen` are named."""
    if not records:
        is_given = bool(text.strip())
        return Check(key, name, clause, is_given, _("Given.") if is_given else _("Not given yet."))
    named = [in_words(one) if one.pk in seen else _("A life-cycle record that you may not see") for one in records]
    url, is_bad = records[0].get_absolute_url() if records[0].pk in seen else "", records[0].outcome == Outcome.FAILED
    again = _("%(record)s. Do it again, or say why it goes live all the same.") % {"record": named[0]}
    return Check(key, name, clause, not is_bad, again if is_bad else "; ".join(named), url)


def assessment_check(system: AISystem, version: str, user: Any) -> Check:
    assessment = assessment_for(system, version)
    is_seen = assessment is not None and ImpactAssessment.objects.visible_to(user).filter(pk=assessment.pk).exists()
    name = str(assessment) if is_seen else _("its impact assessment")
    why = lack_of(assessment, name, system, version)
    words = capfirst(why or _("%(record)s is approved and current.") % {"record": name})
    url = assessment.get_absolute_url() if assessment and is_seen else ""
    return Check("assessment", _("Impact assessment of this version"), "6.1.4, 8.4", not why, words, url)


def assessment_for(system: AISystem, version: str) -> ImpactAssessment | None:
    """The assessment that counts for a version: the approved one, else the newest that is on its way."""
    named = Q(system_version=version)
    if version == system.system_version:
        named |= Q(system_version="", state__in=UNDECIDED)
    found = list(
        ImpactAssessment.objects.filter(named, system=system)
        .exclude(state=Standing.SUPERSEDED)
        .select_related("organisation")
        .order_by("-number", "-pk")
    )
    return next((one for one in found if one.is_approved), found[0] if found else None) if version else None


def lack_of(assessment: ImpactAssessment | None, name: str, system: AISystem, version: str) -> str:
    """Why an assessment does not let a version go live; empty where it does."""
    names: dict[str, Any] = {"record": name, "version": version}
    if not version:
        return _("Say which version goes live.")
    if assessment is None:
        return _("There is no impact assessment of version %(version)s.") % names
    if not assessment.is_approved:
        state = str(assessment.get_state_display()).lower()
        return _("%(record)s is not approved: it is “%(state)s”.") % {**names, "state": state}
    if assessment.review_on and assessment.is_expired(system.organisation.today()):
        day = date_format(assessment.review_on, "j M Y")
        return _("%(record)s expired on %(day)s.") % {**names, "day": day}
    if why := ended_otherwise(assessment, names):
        return why
    if not assessment.facts:
        return _("It is not on record what the system was when %(record)s was approved.") % names
    if changes := Past(system).changes(assessment.facts, but_version=True):
        words = ", ".join(one.words for one in changes)
        return _("The system changed after %(record)s: %(changes)s.") % {**names, "changes": words}
    return ""


def ended_otherwise(assessment: ImpactAssessment, names: dict[str, Any]) -> str:
    """Why an approved assessment is no go; empty where it is. One that screening cut short needs no decision."""
    if is_stopped(assessment):
        return _("%(record)s names a prohibited practice (Art. 5).") % names
    if assessment.decision in GO or (not assessment.decision and assessment.screening == Screening.NONE):
        return ""
    decision = assessment.get_decision_display() or _("no decision")
    return _("%(record)s ended with: %(decision)s.") % {**names, "decision": str(decision).lower()}
