"""What stands in the way, and what all of it amounts to in words.

Tests of records are in `risk_lists`, `register_lists`, `audit_lists` and their like, those of what must be there in
`absence`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clauses.verdict import Mark
from organisations.models import Organisation

from .absence import ABSENT, obstacle_of
from .list_result import RegisterFigures, RiskFigures
from .lists import obstacles_of_lists
from .result import Count, Line, Obstacle, Place, Proof, State

RULE = gettext_lazy(
    "“Not ready” stands as long as evidence that the standard itself asks for is missing, a clause is not met or not "
    "answered, or a control is undecided or lacks its reason; as long as approved risk criteria, a treatment plan, a "
    "Statement of Applicability, any risk or any AI objective are missing, a risk is not scored, one above low is not "
    "treated, or a high one, or a medium one that remains, is not accepted by whoever the criteria ask; as long as "
    "an AI system in scope has no current approved impact assessment; and as long as a major nonconformity is open, or "
    "the last twelve months have no internal audit with an issued report, or no management review with issued minutes. "
    "All else that a test finds is a condition: "
    "clauses partly met, controls not in place, evidence that ran out, whatever is overdue, risks and assessments of "
    "systems that changed, a Statement that is no longer true, minor nonconformities, clauses that no internal audit "
    "covered, inputs that a management review passed over in silence, and what the registers of clauses 4 to 10 lack."
)
NAMES_SHOWN = 3
# What the state of the result is called as a verdict; where nothing is answered yet nothing is ready.
VERDICTS = {"clear": "ready", "conditions": "conditional", "not_ready": "not_ready", "empty": "not_ready"}


class Finder:
    """Looks for obstacles among the requirements; each names the list that shows the same things."""

    def __init__(self, organisation: Organisation, lines: Sequence[Line]) -> None:
        self.slug = {"organisation": organisation.slug}
        self.clauses = [line for line in lines if not line.is_control]
        self.controls = [line for line in lines if line.is_control and line.mark is not Mark.NOT_APPLICABLE]
        self.all_controls = [line for line in lines if line.is_control]

    def clauses_at(self, mark: Mark, title: str, *, blocks: bool) -> Obstacle:
        found = [line for line in self.clauses if line.mark is mark]
        return of_lines(f"clauses_{mark}", title, found, self.listed(kind="clause", mark=mark), blocks=blocks)

    def mandatory(self) -> Obstacle:
        found = [line for line in self.clauses if line.missing_mandatory]
        names = [name for line in found for name in line.missing_mandatory]
        url = reverse("gap-list", kwargs=self.slug) + "?mandatory=yes"
        return of_lines("mandatory", _("Mandatory evidence missing"), found, url, text=some(names), count=len(names))

    def undecided(self) -> Obstacle:
        found = [line for line in self.all_controls if line.applicable is None]
        title, url = _("Controls without a decision"), self.listed(kind="control", applicable="undecided")
        return of_lines("undecided", title, found, url, text=_("Does it apply, and why?"))

    def unjustified(self) -> Obstacle:
        found = [line for line in self.all_controls if line.applicable is not None and not line.justification.strip()]
        url = found[0].url if found else ""
        return of_lines("unjustified", _("Controls without a reason"), found, url)

    def not_in_place(self) -> Obstacle:
        found = [line for line in self.controls if line.mark is not Mark.MET and line.applicable is not None]
        url = self.listed(kind="control", applicable="yes", mark="open")
        return of_lines("not_in_place", _("Controls not in place"), found, url, blocks=False)

    def expired(self, proofs: Sequence[Proof]) -> Obstacle:
        url = reverse("evidence-list", kwargs=self.slug) + "?state=expired"
        return Obstacle(
            code="expired",
            title=_("Evidence has run out"),
            text=some([proof.title for proof in proofs]),
            count=len(proofs),
            places=tuple(Place(proof.reference, proof.url) for proof in proofs),
            owners=names_of(proof.owner for proof in proofs),
            by=min((proof.valid_until for proof in proofs if proof.valid_until), default=None),
            blocks=False,
            url=url,
        )

    def listed(self, **query: str) -> str:
        return reverse("position-list", kwargs=self.slug) + "?" + urlencode(query)


def judged(
    organisation: Organisation,
    lines: Sequence[Line],
    expired: Sequence[Proof],
    registers: RegisterFigures,
    risks: RiskFigures,
) -> tuple[tuple[Obstacle, ...], tuple[Obstacle, ...]]:
    """Every test: those that fail, what blocks before what is a condition, and those that pass, with a count of 0."""
    finder = Finder(organisation, lines)
    tests = [
        finder.mandatory(),
        finder.clauses_at(Mark.NOT_MET, _("Clauses not met"), blocks=True),
        finder.clauses_at(Mark.UNANSWERED, _("Clauses not answered"), blocks=True),
        finder.undecided(),
        finder.unjustified(),
        finder.clauses_at(Mark.PARTLY, _("Clauses partly met"), blocks=False),
        finder.not_in_place(),
        finder.expired(expired),
        *(obstacle_of(code, organisation) for code in (*risks.lacking, *registers.lacking)),
        *obstacles_of_lists(risks.lists),
        *obstacles_of_lists(registers.lists),
        *(passing(code, organisation) for code in ABSENT if code not in {*risks.lacking, *registers.lacking}),
    ]
    tests.sort(key=lambda test: not test.blocks)
    return tuple(test for test in tests if test.count), tuple(test for test in tests if not test.count)


def passing(code: str, organisation: Organisation) -> Obstacle:
    """A test of something that must be there, and is."""
    return replace(obstacle_of(code, organisation), count=0, places=(), text="")


def of_lines(
    code: str,
    title: str,
    lines: Sequence[Line],
    url: str,
    *,
    text: str = "",
    count: int | None = None,
    blocks: bool = True,
) -> Obstacle:
    return Obstacle(
        code=code,
        title=title,
        text=text or some([line.title for line in lines]),
        count=len(lines) if count is None else count,
        places=tuple(Place(line.number, line.url) for line in lines),
        owners=names_of(line.owner for line in lines),
        by=min((line.review_on for line in lines if line.review_on), default=None),
        blocks=blocks,
        url=url,
    )


def some(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    text = "; ".join(names[:NAMES_SHOWN])
    more = len(names) - NAMES_SHOWN
    if more <= 0:
        return text
    return text + " " + ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more}


def names_of(owners: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(owner for owner in owners if owner))


def state_of(clauses: Count, controls: Count, obstacles: Sequence[Obstacle]) -> State:
    """The verdict as far as it can be derived today, as a title and a sentence."""
    blocking = [obstacle for obstacle in obstacles if obstacle.blocks]
    if clauses.unanswered == clauses.of and controls.met + controls.partly + controls.not_met == 0:
        code, title = "empty", _("Nothing answered yet")
    elif blocking and clauses.open:
        words = ngettext("Not ready: %(n)s clause not yet met", "Not ready: %(n)s clauses not yet met", clauses.open)
        code, title = "not_ready", words % {"n": clauses.open}
    elif blocking:
        code, title = "not_ready", _("Not ready: %(what)s") % {"what": lower_first(blocking[0].title)}
    elif obstacles:
        words = ngettext("%(n)s condition remains", "%(n)s conditions remain", len(obstacles))
        code, title = "conditions", words % {"n": len(obstacles)}
    else:
        code, title = "clear", _("Nothing on record stands in the way")
    sentence = sentence_of(clauses, controls)
    if code == "empty":
        numbers = {"clauses": clauses.of, "controls": controls.of}
        sentence = _("None of the %(clauses)s clauses and %(controls)s controls has a status or an answer.") % numbers
    return State(code, title, sentence, str(RULE))


def sentence_of(clauses: Count, controls: Count) -> str:
    """Counts in words; what is zero is left out, unanswered clauses are never folded into another number."""
    parts = [_("%(met)s of %(all)s clauses are met") % {"met": clauses.met, "all": clauses.of}]
    if clauses.partly:
        parts.append(_("%(n)s partly met") % {"n": clauses.partly})
    if clauses.not_met:
        parts.append(_("%(n)s not met") % {"n": clauses.not_met})
    if clauses.unanswered:
        parts.append(_("%(n)s not answered") % {"n": clauses.unanswered})
    place = _("%(met)s of %(all)s applicable controls are in place") % {"met": controls.met, "all": controls.of}
    return f"{', '.join(parts)}. {place}."


def lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def days_until(day: date | None, today: date) -> int | None:
    """Days until an event that is still to come; None where there is none."""
    return (day - today).days if day and day >= today else None
