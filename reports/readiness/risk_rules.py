"""What stands in the way on the floor of risks (ISO 42001 6.1, 8.2–8.4, A.5), and its figures, in three queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, Subquery, Value, Window
from django.db.models.functions import JSONObject, Length
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from clauses.models import Position
from organisations.models import Organisation
from records.models import Record
from reports.due import record_url
from risks.models import LEVELS, OwnControl, Process, Risk, RiskCriteria, Standing, Statement, TreatmentPlan

from .result import Obstacle, Place
from .risk_lists import FIGURES, LISTS, TESTS, Listed, Seen
from .risk_result import RiskFigures, RiskItem, RiskList, Tally

# A list names so many; all of it is behind its page.
NAMED = 60
# What must be there: clause, title and reason of the test, and the records among which it would be.
ABSENT: dict[str, tuple[str, Any, Any, type[Record]]] = {
    "no-criteria": (
        "6.1.1",
        _l("No approved risk criteria"),
        _l("Without them no score means anything."),
        RiskCriteria,
    ),
    "no-risks": ("6.1.2", _l("No risk on record"), _l("The register is empty."), Risk),
    "no-plan": (
        "6.1.3",
        _l("No approved treatment plan"),
        _l("It is approved by designated management."),
        TreatmentPlan,
    ),
    "no-statement": (
        *("6.1.3", _l("No approved Statement of Applicability"), _l("It is approved by designated management.")),
        Statement,
    ),
    "statement-differs": (
        *("6.1.3", _l("The approved Statement of Applicability is no longer true")),
        *(_l("Controls were decided differently since."), Statement),
    ),
}


def figures_of(seen: Seen, positions: Sequence[Position]) -> RiskFigures:
    """Totals, lists and tests; the same number of queries however many risks there are."""
    groups = list(
        seen.of(Risk).order_by().values("process", "level", is_open=Q(closed_on=None)).annotate(many=Count("pk"))
    )
    openly = [group for group in groups if group["is_open"]]
    levels = [*((level.value, str(level.label)) for level in LEVELS), ("", _("Not scored"))]
    return RiskFigures(
        open=many(openly),
        closed=many(groups) - many(openly),
        by_process=tuple(
            Tally(one.value, str(one.label), many(g for g in openly if g["process"] == one)) for one in Process
        ),
        by_level=tuple(Tally(code, label, many(g for g in openly if g["level"] == code)) for code, label in levels),
        lists=lists_of(seen),
        lacking=lacking(seen, positions, has_risks=bool(groups)),
    )


def many(groups: Iterable[dict[str, Any]]) -> int:
    return sum(group["many"] for group in groups)


def rows_of(seen: Seen, listed: Listed) -> Any:
    """The records of one list as plain rows, in the order of their references; `day` is their day."""
    rows = listed.rows(seen).order_by(Length("reference"), "reference")
    # `day`, not `on`: a list may already have a column of that name.
    return rows.values("kind", "reference", "title", day=F(listed.day), owned_by=F("owner__name"))


def lists_of(seen: Seen) -> tuple[RiskList, ...]:
    """Every list with its length and its first records: one query."""
    parts = []
    for listed in LISTS.values():
        counted = {"code": Value(listed.code, CharField()), "many": Window(Count("pk"))}
        parts.append(rows_of(seen, listed).annotate(**counted)[:NAMED])
    found: dict[str, list[Any]] = defaultdict(list)
    for row in parts[0].union(*parts[1:], all=True):
        found[row["code"]].append(row)
    return tuple(list_of(seen, listed, found[listed.code]) for listed in (*TESTS, *FIGURES))


def list_of(seen: Seen, listed: Listed, rows: list[Any]) -> RiskList:
    rows.sort(key=lambda row: (len(row["reference"]), row["reference"]))
    return RiskList(
        code=listed.code,
        clause=listed.clause,
        title=str(listed.title),
        reason=str(listed.reason),
        blocks=listed.blocks,
        count=rows[0]["many"] if rows else 0,
        items=tuple(item_of(row, seen.organisation) for row in rows),
        url=list_url(seen.organisation, listed.code),
    )


def item_of(row: dict[str, Any], organisation: Organisation) -> RiskItem:
    return RiskItem(
        reference=row["reference"],
        title=row["title"],
        owner=row["owned_by"] or "",
        on=row["day"],
        url=record_url(organisation, row["kind"], row["reference"]),
    )


def list_url(organisation: Organisation, code: str) -> str:
    return reverse("readiness-list", kwargs={"organisation": organisation.slug, "code": code})


def lacking(seen: Seen, positions: Sequence[Position], *, has_risks: bool) -> tuple[str, ...]:
    """Codes of what is not there at all, or no longer true: one query."""

    def approved(kind: Any) -> Any:
        return kind.objects.filter(organisation=OuterRef("pk"), state=Standing.APPROVED)

    newest = approved(Statement).order_by("-number", "-pk").values(said=JSONObject(lines="content"))[:1]
    own = OwnControl.objects.filter(organisation=OuterRef("pk")).order_by()
    there = (
        Organisation.objects.filter(pk=seen.organisation.pk)
        .values(
            criteria=Exists(approved(RiskCriteria)),
            plan=Exists(approved(TreatmentPlan)),
            statement=Subquery(newest),
            own=Subquery(own.values("organisation").annotate(many=Count("pk")).values("many")),
        )
        .get()
    )
    statement = there["statement"]
    found = {
        "no-criteria": not there["criteria"],
        "no-risks": not has_risks,
        "no-plan": not there["plan"],
        "no-statement": statement is None,
        "statement-differs": bool(statement) and differs(statement["lines"], positions, there["own"] or 0),
    }
    return tuple(code for code, is_lacking in found.items() if is_lacking)


def differs(lines: list[dict[str, Any]], positions: Sequence[Position], own: int) -> bool:
    """Whether the approved Statement of Applicability says something else than positions do today."""
    today = {p.reference: (p.applicable, p.justification.strip()) for p in positions if p.requirement.is_control}
    said = {line["control"]: (line.get("applicable"), (line.get("justification") or "").strip()) for line in lines}
    annex = {control: what for control, what in said.items() if control in today}
    return annex != today or len(said) - len(annex) != own


def obstacles_of_risks(figures: RiskFigures, organisation: Organisation) -> list[Obstacle]:
    """Every failed test of this floor."""
    return [
        *(absent(code, organisation) for code in figures.lacking),
        *(failed(one) for one in figures.lists if one.blocks is not None and one.count),
    ]


def failed(one: RiskList) -> Obstacle:
    names = [item.title for item in one.items[:3]]
    more = one.count - len(names)
    return Obstacle(
        code=one.code,
        title=one.title,
        text="; ".join(names) + (" " + _("and %(n)s more") % {"n": more} if more else ""),
        count=one.count,
        places=tuple(Place(item.reference, item.url) for item in one.items),
        owners=tuple(dict.fromkeys(item.owner for item in one.items if item.owner)),
        by=min((item.on for item in one.items if item.on), default=None),
        blocks=bool(one.blocks),
        url=one.url,
        clause=one.clause,
    )


def absent(code: str, organisation: Organisation) -> Obstacle:
    """A test of something that must be there: its place is the list where it begins."""
    clause, title, text, kind = ABSENT[code]
    place = Place(clause, reverse(f"{kind.KIND}-list", kwargs={"organisation": organisation.slug}))
    blocks = code != "statement-differs"
    return Obstacle(code, str(title), str(text), 1, (place,), (), None, blocks=blocks, clause=clause)
