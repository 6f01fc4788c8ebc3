"""Loads a file's `soa`, `gap_assessment` and `positions`, and which evidence is what the catalogue expects."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from organisations.rows import Intake, Row
from records.bulk import create_records
from systems.models import AISystem

from .actions import unopened_positions
from .gaps.loading import gap_run
from .models import Basis, ExpectedEvidence, ExpectedProof, Position, PositionSystem
from .models.position import CLAUSE_STATUSES, CONTROL_STATUSES


def load_positions(intake: Intake) -> None:
    """Opens all positions and fills them; `intake.known["requirements"]` has them by number for what comes after."""
    known = {position.reference: position for position in unopened_positions(intake.organisation)}
    intake.known["requirements"] = known
    load_statement(intake)
    load_gap_assessment(intake)
    named = load_own_words(intake)
    create_records(list(known.values()))
    PositionSystem.objects.bulk_create(
        PositionSystem(position=position, aisystem=system) for position, systems in named for system in systems
    )


def load_statement(intake: Intake) -> None:
    """The Statement of Applicability: a default for all controls, then its exceptions (ISO 42001 6.1.3)."""
    statement = intake.root.row("soa")
    # See risks.applicability.loading, which comes after the risks.
    statement.read.update(("version", "status", "approved_by", "custom_controls", "note"))
    on, default = statement.day("approved_on"), statement.row("default")
    told: set[str] = set()
    for row in statement.rows("exceptions"):
        intake.attempt(row, lambda row: decide(row, one_control(row, told), on))
    for row in statement.rows("not_applicable"):
        intake.attempt(row, lambda row: decide(row, one_control(row, told), on, applicable=False))
    if default:
        controls = [made for made in intake.known["requirements"].values() if made.requirement.is_control]
        rest = [made for made in controls if made.reference not in told]
        intake.attempt(default, lambda row: decide(row, rest, on))
    intake.attempt(statement, Row.close)


def one_control(row: Row, told: set[str]) -> list[Position]:
    """The control of an exception, which no other exception may speak of."""
    found = row.one("control", "requirements", needed=True)
    if found and not found.requirement.is_control:
        row.refuse("control", _("“%(number)s” is not a control") % {"number": found.reference})
    elif found and found.reference in told:
        row.refuse("control", _("“%(number)s” is given twice") % {"number": found.reference})
    told.add(row.text("control"))
    return [found] if found else []


def decide(row: Row, positions: list[Position], on: date | None, *, applicable: bool | None = None) -> None:
    """Writes applicability, its reason and the state into unsaved positions."""
    applies = row.flag("applicable", default=True) if applicable is None else applicable
    status = one_of(row, "status", row.text("status"), CONTROL_STATUSES if applies else ("not_applicable",))
    values = {
        "applicable": applies,
        "status": status if applies else "",
        "status_on": on if status and applies else None,
        "basis": row.choices("basis", Basis),
        "justification": row.text("justification", needed=True),
    }
    row.read.add("applicable")
    row.close()
    for position in positions:
        assign(position, values)


def load_gap_assessment(intake: Intake) -> None:
    """The status of each clause, as of the day of the assessment, which is also kept as a closed gap analysis run."""
    gap = intake.root.row("gap_assessment")
    if not gap:
        return
    on, results = gap.day("on", needed=True), gap.row("results", needed=True)
    outcomes: dict[int, str] = {}
    for number in results:
        position = results.find(number, number, "requirements")
        status = one_of(results, number, results.text(number, needed=True), CLAUSE_STATUSES)
        if position and position.requirement.is_control:
            results.refuse(number, _("“%(number)s” is not a clause") % {"number": number})
        elif position:
            assign(position, {"status": status, "status_on": on})
            outcomes[position.requirement_id] = status
    intake.attempt(gap, lambda row: gap_run(row, on, outcomes))


def load_own_words(intake: Intake) -> list[tuple[Position, list[AISystem]]]:
    """`positions`: owner, next review and narrative of requirements; returns the AI systems each names."""
    rows = [(row, intake.attempt(row, own_words)) for row in intake.root.rows("positions")]
    return [described for _row, described in rows if described]


def own_words(row: Row) -> tuple[Position, list[AISystem]]:
    position = row.one("requirement", "requirements", needed=True)
    values = {
        "owner": row.one("owner", "people"),
        "review_on": row.day("review_on"),
        "review_every": row.number("review_every"),
        "narrative": row.text("narrative"),
    }
    systems = [system for system in row.many("ai_systems", "ai_systems") if system]
    row.close()
    assign(position, values)
    return position, systems


def one_of(row: Row, key: str, value: str, offered: tuple[str, ...]) -> str:
    if value and value not in offered:
        words = {"value": value, "offered": ", ".join(offered)}
        row.refuse(key, _("“%(value)s” is not one of %(offered)s") % words)
    return value


def assign(position: Position, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(position, name, value)


def load_expected_proofs(intake: Intake) -> None:
    """`counts_as: {'5.2': name}`: that an item is what the catalogue expects for a requirement it proves."""
    expected = {(item.requirement_id, item.name): item for item in ExpectedEvidence.objects.filter(is_withdrawn=False)}
    proofs = []
    for row, made in intake.made["evidence"]:
        counts_as = row.row("counts_as")
        for number in counts_as:
            position, name = counts_as.find(number, number, "requirements"), counts_as.text(number, needed=True)
            item = position and expected.get((position.requirement_id, name))
            if position and number not in row.texts("refs"):
                counts_as.refuse(number, _("“%(number)s” is not among its refs") % {"number": number})
            elif position and not item:
                words = {"name": name, "number": number}
                counts_as.refuse(number, _("“%(name)s” is not expected for %(number)s") % words)
            elif position:
                proofs.append(ExpectedProof(position=position, expected=item, evidence=made, added_by=made.owner))
    ExpectedProof.objects.bulk_create(proofs)
