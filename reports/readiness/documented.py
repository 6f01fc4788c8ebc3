"""Documented information the standard asks for, and what there is of it: documents, records, evidence (ISO 42001 7.5).

How the entries are cut is the catalogue's; published lists differ, so nothing here says how many there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Exists, OuterRef, Q, Value
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from audits.models import Audit, AuditState, CorrectiveAction, ManagementReview, ReviewState
from clauses.models import (
    AIMSProcess,
    Competence,
    Document,
    DocumentKind,
    MandatoryDocument,
    Measurement,
    Objective,
    ScopeStatement,
    TrainingRecord,
)
from evidence.models import State
from organisations.counting import HowMany, told
from organisations.models import Organisation
from records.approvable import Standing
from reports.due import record_url
from risks.models import (
    GoLive,
    ImpactAssessment,
    Process,
    Risk,
    RiskAssessment,
    RiskCriteria,
    Statement,
    Treatment,
    TreatmentPlan,
    TreatmentState,
)

from .result import Backing, Documented, Line
from .risk_lists import Seen

ALL = Q()
APPROVED = Q(state=Standing.APPROVED)
OPEN = Q(state__in=[Standing.DRAFT, Standing.IN_REVIEW, Standing.RETURNED])
SCORED = Exists(RiskAssessment.objects.filter(risk=OuterRef("pk")))
MEASURED = Exists(Measurement.objects.filter(objective=OuterRef("pk")))
REPORTED = Q(state=AuditState.REPORT_ISSUED)
ISSUED = Q(state=ReviewState.ISSUED)
DONE = Q(status__in=[TreatmentState.IMPLEMENTED, TreatmentState.VERIFIED])


@dataclass(frozen=True)
class Register:
    """A record type whose records are documented information: which of them show it, and which are only begun."""

    kind: Any
    there: Any = ALL
    begun: Any = None
    # Whether one whose review has passed no longer counts as kept current.
    is_reviewed: bool = False
    # The filter by which its list shows just those that are there; without one no number is told.
    query: str = ""


def in_versions(kind: Any, query: str = "?state=approved") -> Register:
    """One whose approved version holds, until its review is late."""
    return Register(kind, there=APPROVED, begun=OPEN, is_reviewed=True, query=query)


REGISTERS: dict[str, Register] = {
    "scope": in_versions(ScopeStatement),
    "processes": Register(AIMSProcess, query="?q="),
    "risks": Register(Risk, query="?q="),
    "criteria": in_versions(RiskCriteria, query=""),
    "statement": in_versions(Statement),
    "plan": in_versions(TreatmentPlan),
    "impact": Register(ImpactAssessment, there=APPROVED, begun=OPEN, query="?state=approved"),
    "objectives": Register(Objective, query="?q="),
    "training": Register(TrainingRecord, there=Q(completed_on__isnull=False), begun=Q(completed_on=None)),
    "competences": Register(Competence, query="?q="),
    "go-lives": Register(GoLive, query="?q="),
    "scored": Register(Risk, there=Q(SCORED) & Q(process=Process.OPERATIONAL)),
    "treated": Register(Treatment, there=DONE, begun=~DONE),
    "audits": Register(Audit, there=REPORTED, begun=~REPORTED, query="?state=report_issued"),
    "reviews": Register(ManagementReview, there=ISSUED, begun=~ISSUED, query="?state=issued"),
    "corrective": Register(CorrectiveAction, query="?q="),
    "measured": Register(Objective, there=Q(MEASURED), begun=~Q(MEASURED)),
}
# By the code of the catalogue's entry: which registers show it.
SHOWN_BY: dict[str, tuple[str, ...]] = {
    "MD01": ("scope",),
    "MD02": ("processes",),
    "MD04": ("risks",),
    "MD05": ("criteria",),
    "MD07": ("statement",),
    "MD08": ("statement",),
    "MD09": ("plan",),
    "MD10": ("impact",),
    "MD11": ("objectives",),
    "MD12": ("training", "competences"),
    "MD15": ("go-lives",),
    "MD16": ("scored",),
    "MD17": ("treated",),
    "MD18": ("impact",),
    "MD19": ("measured",),
    "MD20": ("audits",),
    "MD21": ("reviews",),
    "MD22": ("corrective",),
}
# Entries that no document of its clause shows by itself: they are records, or one of several of the same clause.
NO_PAPER = {"MD07", "MD08", "MD09", "MD14", *(f"MD{n}" for n in (16, 17, 18, 19))}
OF_KIND = {"MD14": DocumentKind.EXTERNAL}


def documented(seen: Seen, lines: Iterable[Line]) -> tuple[Documented, ...]:
    """Each entry of the catalogue with its state, and what shows it. Three queries, however much there is."""
    by_number = {line.number: line for line in lines}
    counts = counted(seen)
    papers = papers_of(seen)
    entries = MandatoryDocument.objects.filter(is_withdrawn=False).select_related("requirement").order_by("order")
    return tuple(
        entry_of(seen, entry, by_number[entry.requirement.number], counts, papers)
        for entry in entries
        if entry.requirement.number in by_number
    )


def counted(seen: Seen) -> dict[str, int]:
    """How many records of each register there are, begun, and late for review: one query."""
    asked: dict[str, Any] = {}
    for name, register in REGISTERS.items():
        rows = seen.of(register.kind)
        asked[f"{name}_there"] = rows.filter(register.there)
        if register.begun is not None:
            asked[f"{name}_begun"] = rows.filter(register.begun)
        if register.is_reviewed:
            asked[f"{name}_late"] = rows.filter(register.there, review_on__lt=seen.on)
    found: Any = Organisation.objects.filter(pk=seen.organisation.pk)
    named = {f"n_{name.replace('-', '_')}": HowMany(rows) for name, rows in asked.items()}
    row = found.values(**named).get()
    return {name: row[f"n_{name.replace('-', '_')}"] for name in asked}


def papers_of(seen: Seen) -> dict[str, list[tuple[Any, Backing]]]:
    """The documents of each requirement, by its number; under an empty number all of them. One query."""
    found: dict[str, list[tuple[Any, Backing]]] = defaultdict(list)
    numbers = ArrayAgg("positions__reference", filter=Q(positions__isnull=False), default=Value([]))
    for document in seen.of(Document).with_versions(seen.on).annotate(numbers=numbers).order_by("reference"):
        backing = paper(seen, document)
        for number in ["", *document.numbers]:
            found[number].append((document.document_kind, backing))
    return found


def paper(seen: Seen, document: Any) -> Backing:
    url = record_url(seen.organisation, Document.KIND, document.reference)
    if document.holds is None:
        state = "draft" if document.newest_state else "missing"
        return Backing(document.reference, document.title, url, state)
    is_late = bool(document.review_on and document.review_on < seen.on)
    title = f"{document.title} {document.holds}"
    return Backing(document.reference, title, url, "review_overdue" if is_late else "present")


def entry_of(
    seen: Seen, entry: MandatoryDocument, line: Line, counts: dict[str, int], papers: dict[str, Any]
) -> Documented:
    wanted = OF_KIND.get(entry.code)
    listed = papers[""] if wanted or entry.code == "MD13" else [] if entry.code in NO_PAPER else papers[line.number]
    backed = [one for kind, one in listed if wanted is None or kind == wanted]
    for name in SHOWN_BY.get(entry.code, ()):
        backed += register_backing(seen, name, counts)
    backed += proofs_of(line)
    return Documented(
        name=entry.name,
        number=line.number,
        kind=str(entry.get_kind_display()),
        state=state_of(backed),
        proofs=tuple(one.reference for one in backed if one.reference),
        owner=line.owner,
        url=line.url,
        backed=tuple(backed),
    )


def register_backing(seen: Seen, name: str, counts: dict[str, int]) -> list[Backing]:
    """What a register shows: its records that are there, or else those begun."""
    register, there = REGISTERS[name], counts[f"{name}_there"]
    plural = capfirst(str(register.kind._meta.verbose_name_plural))
    url = reverse(f"{register.kind.KIND}-list", kwargs={"organisation": seen.organisation.slug})
    if there:
        state = "review_overdue" if counts.get(f"{name}_late") else "present"
        title = f"{plural}: {told(there)}" if register.query else plural
        return [Backing("", title, url + register.query, state)]
    if counts.get(f"{name}_begun"):
        return [Backing("", plural, url, "draft")]
    return []


def proofs_of(line: Line) -> list[Backing]:
    """The evidence of the clause: it shows an entry where everything mandatory is assigned, else it is a beginning."""
    is_whole = line.expects_mandatory > 0 and not line.missing_mandatory
    state = "present" if is_whole else "linked"
    valid = (one for one in line.proofs if one.state in {State.CURRENT, State.EXPIRING})
    shown = [Backing(one.reference, one.title, one.url, state) for one in valid]
    if not shown and (is_whole or line.is_evidenced):
        # Home counts evidence without naming it.
        shown = [Backing("", _("Evidence of the clause"), f"{line.url}#evidence", state)]
    return shown


def state_of(backed: list[Backing]) -> str:
    """`review_overdue` where something that shows it is; else `present`, `draft` or `missing`."""
    states = {one.state for one in backed}
    found = next((state for state in ("review_overdue", "present", "draft", "linked") if state in states), "missing")
    return "draft" if found == "linked" else found
