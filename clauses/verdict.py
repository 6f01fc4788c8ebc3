"""What a position amounts to: derived from status, answers and evidence, never typed.

The rule, in words. A control that does not apply is out of the count. Where nothing was said, the requirement is
unanswered. What people state stands, lowered to the weight of the questions they answered (met 1, partly ½, not met 0).
Without a stated status the questions speak alone, and one that is not answered counts as not met. A clause that lacks
valid evidence for what the standard wants documented is not more than partly met. A control said to be in place
without valid evidence keeps its mark and is warned about: evidence proves it, its absence does not disprove it.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .models import Answer, Status


class Mark(StrEnum):
    """How a requirement is counted everywhere: page, rail, Home, report, API."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    UNANSWERED = "unanswered"
    NOT_APPLICABLE = "not_applicable"


STATED: dict[str, Mark] = {
    Status.MET: Mark.MET,
    Status.PARTLY: Mark.PARTLY,
    Status.NOT_MET: Mark.NOT_MET,
    Status.IMPLEMENTED: Mark.MET,
    Status.IN_PROGRESS: Mark.PARTLY,
    Status.NOT_STARTED: Mark.NOT_MET,
}
WEIGHT = {Mark.MET: 1.0, Mark.PARTLY: 0.5, Mark.NOT_MET: 0.0}


@dataclass(frozen=True)
class Facts:
    """What is on record about one position, counted on one day."""

    is_control: bool
    applicable: bool | None
    status: str = ""
    questions: int = 0
    answers: dict[str, int] = field(default_factory=dict)
    expected: int = 0
    expected_present: int = 0
    mandatory: int = 0
    mandatory_missing: tuple[str, ...] = ()
    usual_missing: tuple[str, ...] = ()
    evidence_valid: int = 0
    evidence_expired: int = 0
    evidence_expiring: int = 0

    @property
    def answered(self) -> int:
        return sum(self.answers.values())

    @property
    def unanswered(self) -> int:
        return max(self.questions - self.answered, 0)


@dataclass(frozen=True)
class Reason:
    """One line under a verdict. Tones: good, warn, bad, none."""

    tone: str
    lead: str
    text: str


@dataclass(frozen=True)
class Verdict:
    mark: Mark
    reasons: tuple[Reason, ...]

    @property
    def words(self) -> str:
        return words_for(self.mark)

    @property
    def tone(self) -> str:
        return {Mark.MET: "good", Mark.PARTLY: "warn", Mark.NOT_MET: "bad"}.get(self.mark, "none")


def words_for(mark: Mark) -> str:
    return {
        Mark.MET: _("Met"),
        Mark.PARTLY: _("Partly met"),
        Mark.NOT_MET: _("Not met"),
        Mark.UNANSWERED: _("Not answered"),
        Mark.NOT_APPLICABLE: _("Not applicable"),
    }[mark]


def judge(facts: Facts) -> Verdict:
    """The verdict on one position with every reason that led to it (ISO 42001 clauses 4–10, 6.1.3)."""
    mark = mark_of(facts)
    if mark is Mark.NOT_APPLICABLE:
        return Verdict(mark, (Reason("none", _("Excluded."), _("Left out with a reason.")),))
    return Verdict(mark, (*status_reasons(facts), *answer_reasons(facts), *evidence_reasons(facts)))


def mark_of(facts: Facts) -> Mark:
    """The mark alone, for where no reason is shown."""
    if facts.is_control and facts.applicable is False:
        return Mark.NOT_APPLICABLE
    stated = STATED.get(facts.status)
    mark = lowest(stated, weigh_answers(facts, alone=stated is None))
    return Mark.PARTLY if mark is Mark.MET and facts.mandatory_missing else mark


def weigh_answers(facts: Facts, *, alone: bool) -> Mark | None:
    """The mark the answered questions carry; None where none was answered. Alone, unanswered ones count as not met."""
    not_applicable = facts.answers.get(Answer.Value.NOT_APPLICABLE, 0)
    counted = (facts.questions if alone else facts.answered) - not_applicable
    if not facts.answered or counted <= 0:
        return None
    total = sum(WEIGHT[Mark(value)] * n for value, n in facts.answers.items() if value in set(WEIGHT))
    if total == counted:
        return Mark.MET
    return Mark.PARTLY if total else Mark.NOT_MET


def lowest(*marks: Mark | None) -> Mark:
    known = [mark for mark in marks if mark is not None]
    return min(known, key=WEIGHT.__getitem__) if known else Mark.UNANSWERED


def status_reasons(facts: Facts) -> list[Reason]:
    stated = STATED.get(facts.status)
    if facts.is_control and facts.applicable is None:
        return [Reason("warn", _("Applicability."), _("Not decided yet."))]
    if stated is None:
        return [Reason("none", _("Status."), _("Nobody has set it yet."))]
    tone = {Mark.MET: "good", Mark.PARTLY: "warn", Mark.NOT_MET: "bad"}[stated]
    return [Reason(tone, _("Status."), _("Stated as “%(status)s”.") % {"status": Status(facts.status).label})]


def answer_reasons(facts: Facts) -> list[Reason]:
    if not facts.questions:
        return []
    short = {value: facts.answers.get(value, 0) for value in (Answer.Value.NOT_MET, Answer.Value.PARTLY)}
    parts = []
    if short[Answer.Value.NOT_MET]:
        parts.append(_("%(n)s not met") % {"n": short[Answer.Value.NOT_MET]})
    if short[Answer.Value.PARTLY]:
        parts.append(_("%(n)s partly met") % {"n": short[Answer.Value.PARTLY]})
    if facts.unanswered:
        parts.append(_("%(open)s of %(all)s not answered") % {"open": facts.unanswered, "all": facts.questions})
    if not parts:
        return [Reason("good", _("Questions."), _("All %(n)s answered as met.") % {"n": facts.questions})]
    tone = "bad" if short[Answer.Value.NOT_MET] else "warn" if short[Answer.Value.PARTLY] else "none"
    return [Reason(tone, _("Questions."), ", ".join(parts) + ".")]


def evidence_reasons(facts: Facts) -> list[Reason]:
    reasons = []
    if facts.mandatory_missing:
        missing = "; ".join(facts.mandatory_missing)
        reasons.append(Reason("bad", _("Mandatory evidence."), _("Missing: %(names)s.") % {"names": missing}))
    if facts.evidence_valid:
        text = ngettext("%(n)s valid item.", "%(n)s valid items.", facts.evidence_valid) % {"n": facts.evidence_valid}
        if facts.evidence_expiring:
            text += " " + _("%(n)s of them expiring.") % {"n": facts.evidence_expiring}
        reasons.append(Reason("warn" if facts.evidence_expiring else "good", _("Evidence."), text))
    else:
        expired = _("Only expired evidence.") if facts.evidence_expired else _("None linked yet.")
        reasons.append(Reason("warn", _("Evidence."), expired))
    return reasons
