"""Derives the result from records: one pass, the same number of queries however much there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from clauses.models import Position, Requirement, Status
from clauses.models.catalogue import ISO_42001
from clauses.scope.inventory import approved_scope
from clauses.standing import Standing, standings
from organisations.models import Organisation
from organisations.moment import now
from reports.due import due, record_url

from .absence import OF_REGISTERS as ABSENT_REGISTERS
from .absence import absence_of
from .all_lists import LISTS, OF_REGISTERS, OF_RISKS
from .documented import documented
from .inventory import inventory_of
from .library import NEAR, Shelf
from .list_result import RegisterFigures, RiskFigures
from .lists import Seen, lists_of
from .result import Applicability, Count, Documented, Gap, Library, Line, Part, Readiness, Section, Tally
from .risk_rules import figures_of
from .state import judged, state_of


def readiness(organisation: Organisation, user: Any, at: datetime | None = None, *, proofs: bool = True) -> Readiness:
    """Where `organisation` stands at a moment, as far as `user` may see it.

    "Today" is the day at the organisation. Nothing is written or remembered. Without `proofs` evidence, systems and
    what soon runs out are counted, not listed; documented information is left out. Every other figure is the same.
    """
    at = at or now()
    on = timezone.localdate(at, organisation.zone)
    visible = Position.objects.visible_to(user).of(organisation)
    positions = list(visible.in_order().select_related("requirement", "owner"))
    shelf = Shelf(organisation, user, on, proofs=proofs)
    lines = lines_of(organisation, positions, shelf, on)
    clauses, controls = parts_of(lines)
    index = shelf.index(line.proofs for line in lines)
    library = Library(expired=shelf.expired(), expiring=shelf.expiring(NEAR), index=index)
    (scope, scope_version), seen = scope_of(organisation), Seen(organisation, user, at, on)
    risks, registers = record_figures(seen, positions)
    obstacles, passed = judged(organisation, lines, library.expired, registers, risks)
    return Readiness(
        organisation=organisation.name,
        timezone=organisation.timezone,
        at=at,
        on=on,
        scope=scope,
        scope_version=scope_version,
        stage1_on=organisation.stage1_on,
        state=state_of(clauses.count, controls.count, obstacles),
        obstacles=obstacles,
        passed=passed,
        clauses=clauses,
        controls=controls,
        applicability=applicability_of(positions, lines),
        inventory=inventory_of(organisation, user, named=proofs),
        documents=documented(seen, lines) if proofs else (),
        gaps=gaps_of(lines),
        evidence=library,
        overdue=tuple(item for item in due(user, organisation, on) if item.is_late(on)),
        risks=risks,
        registers=registers,
    )


def documents_of(organisation: Organisation, user: Any, *, proofs: bool) -> tuple[Documented, ...]:
    """The documented information of `readiness` alone, for now; without `proofs` evidence is not named."""
    seen = Seen(organisation, user, now(), organisation.today())
    positions = Position.objects.visible_to(user).of(organisation).in_order().select_related("requirement", "owner")
    return documented(
        seen, lines_of(organisation, list(positions), Shelf(organisation, user, seen.on, proofs=proofs), seen.on)
    )


def record_figures(seen: Seen, positions: list[Position]) -> tuple[RiskFigures, RegisterFigures]:
    """What the lists of records find, and what is not there: those of risks, and those of the registers."""
    absence = absence_of(seen, positions)
    found = lists_of(seen, LISTS.values(), absence.empty)
    of_registers = tuple(code for code in absence.codes if code in ABSENT_REGISTERS)
    of_risks = tuple(code for code in absence.codes if code not in ABSENT_REGISTERS)
    registers = RegisterFigures(tuple(found[one.code] for one in OF_REGISTERS), of_registers)
    return figures_of(seen, [found[one.code] for one in OF_RISKS], of_risks), registers


def scope_of(organisation: Organisation) -> tuple[str, str]:
    """Text and version of the scope in force; before the first is approved, what the organisation's page says."""
    scope = approved_scope(organisation)
    return (scope.text, scope.label) if scope else (organisation.scope_statement, organisation.scope_version)


def lines_of(organisation: Organisation, positions: list[Position], shelf: Shelf, on: date) -> list[Line]:
    linked = shelf.linked([position.pk for position in positions])
    return [line_of(organisation, one, shelf.items(linked[one.position.pk])) for one in standings(positions, on=on)]


def line_of(organisation: Organisation, standing: Standing, proofs: Any) -> Line:
    position, facts, verdict = standing.position, standing.facts, standing.verdict
    requirement, is_expected = position.requirement, facts.applicable is not False
    return Line(
        number=requirement.number,
        title=requirement.title,
        section=requirement.section,
        is_control=requirement.is_control,
        mark=verdict.mark,
        reasons=verdict.reasons,
        status=str(Status(position.status).label) if position.status else "",
        applicable=position.applicable,
        justification=position.justification,
        basis=tuple(position.basis),
        owner=position.owner.name if position.owner else "",
        review_on=position.review_on,
        narrative=position.narrative,
        missing=facts.usual_missing if is_expected else (),
        missing_mandatory=facts.mandatory_missing if is_expected else (),
        expects_mandatory=facts.mandatory if is_expected else 0,
        is_evidenced=facts.evidence_valid > 0,
        proofs=proofs,
        url=record_url(organisation, Position.KIND, position.reference),
    )


def parts_of(lines: list[Line]) -> tuple[Part, Part]:
    """The clauses and the controls, each by section, in the order of the standard."""
    headings = Requirement.objects.filter(framework__code=ISO_42001, number__in={line.section for line in lines})
    titles = dict(headings.values_list("number", "title"))
    by_section: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_section[line.section].append(line)
    sections = [
        Section(number, titles.get(number, number), Count.over(found), tuple(found))
        for number, found in by_section.items()
    ]
    return part_of(s for s in sections if not s.lines[0].is_control), part_of(
        s for s in sections if s.lines[0].is_control
    )


def part_of(sections: Iterable[Section]) -> Part:
    found = tuple(sections)
    return Part(Count.over(line for section in found for line in section.lines), found)


def applicability_of(positions: list[Position], lines: list[Line]) -> Applicability:
    controls = [position for position in positions if position.requirement.is_control]
    included = [position for position in controls if position.applicable]
    statuses = [*(Status.IMPLEMENTED, Status.IN_PROGRESS, Status.NOT_STARTED), ""]
    labels = {status: str(Status(status).label) if status else "" for status in statuses}
    return Applicability(
        applicable=len(included),
        excluded=sum(position.applicable is False for position in controls),
        undecided=sum(position.applicable is None for position in controls),
        without_justification=sum(p.applicable is not None and not p.justification.strip() for p in controls),
        by_status=tuple(Tally(str(s), labels[s], sum(p.status == s for p in included)) for s in statuses),
    )


def gaps_of(lines: list[Line]) -> tuple[Gap, ...]:
    """What nothing valid shows: what the standard itself asks for first, then what is usual."""
    mandatory = [Gap(x.number, x.title, name, True, x.owner, x.url) for x in lines for name in x.missing_mandatory]
    usual = [Gap(x.number, x.title, name, False, x.owner, x.url) for x in lines for name in x.missing]
    return (*mandatory, *usual)


def missing(organisation: Organisation, user: Any) -> tuple[Gap, ...]:
    """The gaps alone, for today at the organisation: two queries."""
    positions = Position.objects.visible_to(user).of(organisation).in_order().select_related("owner")
    judged = standings(positions, on=organisation.today())
    return gaps_of([line_of(organisation, one, ()) for one in judged])
