"""Design apart from operation, requirement by requirement (certification.md section 3: stage 1 against stage 2).

*Design*: what the requirement wants to exist does, and is approved: its documented information and its register; of a
control, the decision with its reason and how it is done. *Operation*: records dated within the period show that it is
done. Evidence that ran out, or only what is older than the period, lowers it. What does not apply is out of the count;
what nobody answered and nothing shows is told apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clauses.models import Position
from clauses.verdict import Mark
from evidence.models import Evidence, EvidenceVersion
from evidence.models import Proof as ProofRow
from records.months import months_after

from .absence import ABSENT
from .dated import Dated, dated_records
from .lists import Seen
from .result import Documented, Line, Readiness

PERIODS = (3, 6, 12)
# Whether these are there is a matter of operation, though nothing else of the clause is.
OF_OPERATION = frozenset({"no-audit", "no-review", "no-training", "statement-differs"})


@dataclass(frozen=True)
class Side:
    """One of the two, of one requirement: `words` say why it stands at its mark."""

    mark: Mark
    words: str

    @property
    def state(self) -> str:
        """The mark, under the name that `{% marks %}` reads."""
        return str(self.mark)


@dataclass(frozen=True)
class Point:
    """One requirement in both respects."""

    number: str
    title: str
    design: Side
    operation: Side
    url: str = ""


@dataclass(frozen=True)
class Share:
    """How many requirements of those that count stand at each mark."""

    of: int
    met: int
    partly: int
    not_met: int
    unanswered: int

    @classmethod
    def over(cls, sides: Iterable[Side]) -> Share:
        marks = [side.mark for side in sides]
        counted = [mark for mark in marks if mark is not Mark.NOT_APPLICABLE]
        return cls(
            of=len(counted),
            met=marks.count(Mark.MET),
            partly=marks.count(Mark.PARTLY),
            not_met=marks.count(Mark.NOT_MET),
            unanswered=marks.count(Mark.UNANSWERED),
        )


@dataclass(frozen=True)
class Marked:
    """A requirement at a mark, as `{% marks %}` reads it."""

    number: str
    mark: Mark

    @property
    def state(self) -> str:
        return str(self.mark)


@dataclass(frozen=True)
class Area:
    """A clause (4–10) or an area of Annex A in both respects."""

    number: str
    title: str
    is_control: bool
    design: Share
    operation: Share
    points: tuple[Point, ...]

    @property
    def designs(self) -> list[Marked]:
        """For `{% marks %}`."""
        return [Marked(point.number, point.design.mark) for point in self.points]

    @property
    def operations(self) -> list[Marked]:
        return [Marked(point.number, point.operation.mark) for point in self.points]


@dataclass(frozen=True)
class Practice:
    """Design and operation by area, with records dated from `since` to `until`, both days included."""

    months: int
    since: date
    until: date
    design: Share
    operation: Share
    areas: tuple[Area, ...]


@dataclass(frozen=True)
class Shown:
    """What evidence of one requirement there is: dated in the period, older but valid, run out."""

    fresh: bool = False
    older: bool = False
    expired: bool = False


def practice_of(seen: Seen, result: Readiness, documents: Sequence[Documented], months: int) -> Practice:
    """Two queries, however much there is."""
    since = months_after(seen.on, -months)
    entries, lacking = by_clause(documents), lacking_by_clause(result)
    shown, dated = shown_by(seen, since), dated_records(seen, since)
    areas = []
    for section in (*result.clauses.sections, *result.controls.sections):
        points = tuple(
            Point(
                line.number,
                line.title,
                design_of(line, entries[line.number], lacking[line.number]),
                operation_of(line, shown.get(line.number, Shown()), dated.get(line.number, Dated())),
                line.url,
            )
            for line in section.lines
        )
        is_control = section.lines[0].is_control
        areas.append(Area(section.number, section.title, is_control, *shares(points), points))
    every = tuple(point for area in areas for point in area.points)
    return Practice(months, since, seen.on, *shares(every), tuple(areas))


def shares(points: Sequence[Point]) -> tuple[Share, Share]:
    return Share.over(point.design for point in points), Share.over(point.operation for point in points)


def by_clause(documents: Iterable[Documented]) -> dict[str, list[Documented]]:
    found: dict[str, list[Documented]] = defaultdict(list)
    for one in documents:
        found[one.number].append(one)
    return found


def lacking_by_clause(result: Readiness) -> dict[str, list[str]]:
    """What is not there at all, under the number of its clause; nothing under a clause that has no such test."""
    found: dict[str, list[str]] = defaultdict(list)
    for code in (*result.risks.lacking, *result.registers.lacking):
        if code not in OF_OPERATION:
            found[ABSENT[code].clause].append(str(ABSENT[code].title))
    return found


TESTED = {test.clause for code, test in ABSENT.items() if code not in OF_OPERATION}


def design_of(line: Line, entries: list[Documented], lacking: list[str]) -> Side:
    if line.is_control:
        return design_of_control(line)
    missing = [*lacking, *(one.name for one in entries if one.state == "missing")]
    unsettled = [f"{one.name} ({one.words.lower()})" for one in entries if one.state in {"draft", "review_overdue"}]
    there = [one.name for one in entries if one.state == "present"]
    if missing and not there and not unsettled:
        return Side(Mark.NOT_MET, _("Missing: %(what)s") % {"what": "; ".join(missing)})
    if missing or unsettled:
        words = [_("Missing: %(what)s") % {"what": "; ".join(missing)}] if missing else []
        return Side(Mark.PARTLY, ". ".join([*words, *unsettled]))
    if there or line.number in TESTED:
        return Side(Mark.MET, "; ".join(there) or _("Its register is kept."))
    return described(line)


def described(line: Line) -> Side:
    """A clause of which the standard wants nothing documented, and no register is kept: how it is met is described."""
    if line.narrative.strip():
        return Side(Mark.MET, _("Described."))
    if line.mark is Mark.UNANSWERED:
        return Side(Mark.UNANSWERED, _("Nothing was said about it."))
    return Side(Mark.PARTLY, _("Stated, not described."))


def design_of_control(line: Line) -> Side:
    if line.applicable is False:
        return Side(Mark.NOT_APPLICABLE, _("Does not apply."))
    if line.applicable is None:
        return Side(Mark.UNANSWERED, _("Not decided."))
    if not line.justification.strip():
        return Side(Mark.NOT_MET, _("Included without a reason."))
    if line.narrative.strip() or line.is_evidenced:
        return Side(Mark.MET, _("Decided, with reason and description."))
    return Side(Mark.PARTLY, _("Decided, not described."))


def operation_of(line: Line, shown: Shown, dated: Dated) -> Side:
    if line.applicable is False:
        return Side(Mark.NOT_APPLICABLE, _("Does not apply."))
    words = ngettext("%(n)s dated record", "%(n)s dated records", dated.count) % {"n": dated.told}
    parts = [words] if dated.count else []
    parts += [_("evidence of the period")] if shown.fresh else []
    if parts and shown.expired:
        return Side(Mark.PARTLY, ", ".join([*parts, _("other evidence has run out")]))
    if parts:
        return Side(Mark.MET, ", ".join(parts))
    if shown.older or dated.older:
        return Side(Mark.PARTLY, _("Only what is older than the period."))
    if shown.expired:
        return Side(Mark.NOT_MET, _("Only evidence that has run out."))
    if line.mark is Mark.UNANSWERED:
        return Side(Mark.UNANSWERED, _("Nothing was said, nothing shows it."))
    return Side(Mark.NOT_MET, _("Nothing dated shows it."))


def shown_by(seen: Seen, since: date) -> dict[str, Shown]:
    """Evidence by the number of the requirement that it proves; the day is what it covers, else when it was made."""
    day = Coalesce("covers_to", "produced_on", "received_on")
    proving = Evidence.objects.filter(
        Exists(ProofRow.objects.filter(evidence=OuterRef("pk"), record=OuterRef(OuterRef("pk"))))
    )
    there = Exists(EvidenceVersion.objects.filter(evidence=OuterRef("pk")))
    holds = Q(valid_until=None) | Q(valid_until__gte=seen.on)
    dated = proving.alias(day=day).filter(there, received_on__lte=seen.on)
    rows = seen.of(Position).annotate(
        fresh=Exists(dated.filter(holds, day__range=(since, seen.on))),
        older=Exists(dated.filter(holds, day__lt=since)),
        expired=Exists(proving.filter(valid_until__lt=seen.on)),
    )
    return {row[0]: Shown(*row[1:]) for row in rows.order_by().values_list("reference", "fresh", "older", "expired")}
