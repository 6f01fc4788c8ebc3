"""What a version of an AI system needs before it goes live (ISO 42001 A.6.2.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organisations.authority import Authority, held_by, suffices
from organisations.models import Organisation, User
from risks.changes.material import Past
from risks.golive.on_record import by_text, in_words
from risks.models import Decision, ImpactAssessment, Standing
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


def checks_of(system: AISystem, version: str, given: Mapping[str, str] | None = None) -> list[Check]:
    """The conditions for one version today; `given` are the texts said with the decision (see TEXTS).

    Tests and user information are there where life-cycle records of the version tell them, or the decision does.
    """
    texts, records = given or {}, by_text(system, version)
    return [
        assessment_check(system, version, system.organisation.today()),
        *(
            told_check(key, name, clause, texts.get(key, ""), records[key])
            for key, name, clause in (
                ("verification", _("Verification and validation results"), "A.6.2.4"),
                ("user_information", _("Information for users"), "A.8.2"),
            )
        ),
    ]


def told_check(key: str, name: str, clause: str, text: str, records: list[SystemRecord]) -> Check:
    """A test that failed and was not done again is missing, whatever else is said."""
    first = records[0] if records else None
    url = first.get_absolute_url() if first else ""
    if first and first.outcome == Outcome.FAILED:
        why = _("%(record)s. Do it again, or say why it goes live all the same.") % {"record": in_words(first)}
        return Check(key, name, clause, passed=False, why=why, url=url)
    if first:
        return Check(key, name, clause, passed=True, why="; ".join(map(in_words, records)), url=url)
    is_given = bool(text.strip())
    return Check(key, name, clause, is_given, _("Given.") if is_given else _("Not given yet."))


def assessment_check(system: AISystem, version: str, on: date) -> Check:
    assessment = assessment_for(system, version)
    why = lack_of(assessment, system, version, on)
    words = why or _("%(record)s is approved and current.") % {"record": assessment}
    url = assessment.get_absolute_url() if assessment else ""
    return Check("assessment", _("Impact assessment of this version"), "6.1.4, 8.4", not why, words, url)


def assessment_for(system: AISystem, version: str) -> ImpactAssessment | None:
    """The assessment that counts for a version: the approved one, else the newest that is on its way."""
    found = list(
        ImpactAssessment.objects.filter(system=system, system_version=version)
        .exclude(state=Standing.SUPERSEDED)
        .select_related("organisation")
        .order_by("-number", "-pk")
    )
    return next((one for one in found if one.is_approved), found[0] if found else None) if version else None


def lack_of(assessment: ImpactAssessment | None, system: AISystem, version: str, on: date) -> str:
    """Why an assessment does not let a version go live; empty where it does."""
    names: dict[str, Any] = {"record": assessment, "version": version}
    if not version:
        return _("Say which version goes live.")
    if assessment is None:
        return _("There is no impact assessment of version %(version)s.") % names
    if not assessment.is_approved:
        state = str(assessment.get_state_display()).lower()
        return _("%(record)s is not approved: it is “%(state)s”.") % {**names, "state": state}
    if assessment.review_on and assessment.is_expired(on):
        day = date_format(assessment.review_on, "j M Y")
        return _("%(record)s expired on %(day)s.") % {**names, "day": day}
    if assessment.decision not in GO:
        decision = assessment.get_decision_display() or _("no decision")
        return _("%(record)s ended with: %(decision)s.") % {**names, "decision": str(decision).lower()}
    if not assessment.facts:
        return _("It is not on record what the system was when %(record)s was approved.") % names
    if changes := Past(system).changes(assessment.facts, but_version=True):
        words = ", ".join(one.words for one in changes)
        return _("The system changed after %(record)s: %(changes)s.") % {**names, "changes": words}
    return ""
