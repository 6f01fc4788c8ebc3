"""The lines of a statement as its page shows them: filtered by state and area, with counts and addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from clauses.models import Position, Status
from evidence.models import Evidence
from organisations.requests import MemberRequest
from records.addresses import record_address
from records.views import chip
from risks.applicability.difference import fields_of
from risks.applicability.statement import Line
from risks.applicability.tables import STATUS_TONES
from risks.models import OwnControl, Risk

# So many references of a line stand on the page, and so many more behind them; the export has all.
FIRST, MOST = 6, 50

# Each state counts controls of Annex A only, but the two that say otherwise.
STATES: dict[str, Callable[[Line], bool]] = {
    "applicable": lambda line: not line.is_own and line.applicable is True,
    "implemented": lambda line: has_status(line, Status.IMPLEMENTED),
    "in_progress": lambda line: has_status(line, Status.IN_PROGRESS),
    "not_started": lambda line: has_status(line, Status.NOT_STARTED),
    "excluded": lambda line: not line.is_own and line.applicable is False,
    "undecided": lambda line: not line.is_own and line.applicable is None,
    "own": lambda line: line.is_own,
    "warned": lambda line: bool(line.warnings),
}


def has_status(line: Line, status: str) -> bool:
    return not line.is_own and line.applicable is True and line.status == status


def state_words() -> dict[str, str]:
    return {
        "applicable": _("Applicable"),
        "implemented": _("Implemented"),
        "in_progress": _("In progress"),
        "not_started": _("Not started"),
        "excluded": _("Not applicable"),
        "undecided": _("Not decided"),
        "own": _("Own controls"),
        "warned": _("With a warning"),
    }


def counts_of(lines: Iterable[Line]) -> dict[str, int]:
    """How many lines each state has; a number is the length of the list behind it."""
    lines = list(lines)
    return {state: sum(map(belongs, lines)) for state, belongs in STATES.items()}


def filtered(request: MemberRequest, lines: Iterable[Line]) -> list[Line]:
    """Lines of the state and the area asked for; a value that makes no sense filters nothing."""
    belongs, area = STATES.get(request.GET.get("state", "")), request.GET.get("area", "")
    lines = list(lines)
    areas = {line.area for line in lines}
    return [line for line in lines if (not belongs or belongs(line)) and (area not in areas or line.area == area)]


def state_chips(request: MemberRequest, lines: list[Line]) -> list[dict[str, Any]]:
    counts = counts_of(lines)
    return [
        chip(request, label, {"state": state}) | {"count": counts[state]}
        for state, label in state_words().items()
        if counts[state] or state not in {"undecided", "warned"}
    ]


def area_chips(request: MemberRequest, lines: list[Line]) -> list[dict[str, Any]]:
    areas = dict.fromkeys(line.area for line in lines)
    return [chip(request, area, {"area": area}) | {"count": sum(line.area == area for line in lines)} for area in areas]


def drawn(request: MemberRequest, lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Lines with the addresses of what they name, for templates/risks/statement_lines.html."""
    slug = request.organisation.slug
    return [
        {
            "line": line,
            "url": control_address(slug, line),
            "tone": STATUS_TONES.get(line.status, "") if line.applicable else "warn" if line.applicable is None else "",
            "risks": named((one.words, record_address(Risk.KIND, slug, one.reference)) for one in line.risks[:MOST])
            | {"left": len(line.risks[MOST:])},
            "evidence": named((one, record_address(Evidence.KIND, slug, one)) for one in line.evidence[:MOST])
            | {"left": len(line.evidence[MOST:])},
        }
        for line in lines
    ]


def named(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Words with their addresses for templates/risks/named.html: the `first`, and `more` that are opened on demand."""
    found = [{"words": words, "url": url} for words, url in pairs]
    return {"first": found[:FIRST], "more": found[FIRST:]}


def control_address(slug: str, line: Line) -> str:
    return record_address(OwnControl.KIND if line.is_own else Position.KIND, slug, line.control)


def as_table(lines: Iterable[Line]) -> Iterator[list[Any]]:
    """The same lines as rows for a spreadsheet, the head first."""
    lines = list(lines)
    head = [name for name, _value in fields_of(lines[0])] if lines else []
    yield [_("Control"), *head, _("To look at")]
    for line in lines:
        yield [line.control, *(value for _name, value in fields_of(line)), "; ".join(line.warnings)]
