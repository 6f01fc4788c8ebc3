"""The lines of a Statement of Applicability: one for each control of Annex A and each of our own (ISO 42001 6.1.3).

Page, export, API and PDF all read `lines_of`. A line is about the whole organisation: who may read a statement reads
all of it.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from clauses.models import Basis, Position, Status
from evidence.models import Evidence, Proof
from evidence.references import natural
from organisations.models import Organisation
from records.approving import OPEN
from risks.models import Level, OwnControl, Statement, TreatmentControl, TreatmentState


@dataclass(frozen=True)
class Treated:
    """An open risk that a control treats, with its level as it then was."""

    reference: str
    level: str

    @property
    def words(self) -> str:
        return f"{self.reference} {str(Level(self.level).label).lower()}" if self.level else self.reference


@dataclass(frozen=True)
class Line:
    """What a statement says of one control. `evidence` are references of what was valid on its day."""

    control: str
    title: str
    is_own: bool
    applicable: bool | None
    justification: str
    basis: tuple[str, ...]
    status: str
    owner: str
    risks: tuple[Treated, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def area(self) -> str:
        """`A.6` for A.6.2.4, `X` for X.1."""
        return OwnControl.PREFIX if self.is_own else ".".join(self.control.split(".")[:2])

    @property
    def applicable_words(self) -> str:
        return {True: _("Yes"), False: _("No"), None: _("Not decided")}[self.applicable]

    @property
    def basis_words(self) -> str:
        return ", ".join(str(Basis(value).label) for value in self.basis)

    @property
    def status_words(self) -> str:
        if self.applicable is False:
            return _("Not applicable")
        return str(Status(self.status).label) if self.status else _("Not set")

    @property
    def risk_words(self) -> str:
        return ", ".join(risk.words for risk in self.risks)

    @property
    def evidence_words(self) -> str:
        return ", ".join(self.evidence)

    @property
    def warnings(self) -> list[str]:
        """What does not keep a statement from being approved, and an auditor will ask about: implemented without valid
        evidence, because of a risk without one that is linked, not started, without a status.
        """
        if not self.applicable:
            return []
        found = []
        if self.status == Status.IMPLEMENTED and not self.evidence:
            found.append(_("No valid evidence"))
        if Basis.RISK in self.basis and not self.risks:
            found.append(_("No risk linked"))
        if self.status == Status.NOT_STARTED:
            found.append(_("Not started"))
        if not self.status:
            found.append(_("No status set"))
        return found


def lines_of(statement: Statement) -> list[Line]:
    """An open draft says what positions and own controls say today; any other version what it said when submitted."""
    if statement.state in OPEN:
        return live_lines(statement.organisation, on=statement.organisation.today())
    return [from_content(row) for row in statement.content]


def from_content(row: dict[str, Any]) -> Line:
    risks = tuple(Treated(**risk) for risk in row["risks"])
    return Line(**row | {"basis": tuple(row["basis"]), "risks": risks, "evidence": tuple(row["evidence"])})


def content_of(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Lines as they are kept: plain JSON."""
    kept: list[dict[str, Any]] = json.loads(json.dumps([asdict(line) for line in lines]))
    return kept


def fingerprint_of(content: list[dict[str, Any]]) -> str:
    """SHA-256 of the content as canonical JSON (sorted keys, no spaces, UTF-8), in hexadecimal."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def live_lines(organisation: Organisation, *, on: date) -> list[Line]:
    """What is on record now, with the evidence received and valid on a day. Four queries, whatever there is."""
    positions = Position.objects.of(organisation).controls().filter(requirement__is_withdrawn=False)
    controls = list(positions.in_order().select_related("owner", "requirement"))
    own = sorted(
        OwnControl.objects.of(organisation).select_related("owner"), key=lambda control: natural(control.reference)
    )
    ids = [record.pk for record in (*controls, *own)]
    treated, shown = treated_by(ids), shown_by(organisation, ids, on=on)
    return [
        *(annex_line(one, treated[one.pk], shown[one.pk]) for one in controls),
        *(own_line(one, treated[one.pk], shown[one.pk]) for one in own),
    ]


def annex_line(position: Position, risks: Iterable[tuple[str, str]], evidence: Iterable[str]) -> Line:
    return Line(
        control=position.reference,
        title=position.title,
        is_own=False,
        applicable=position.applicable,
        justification=position.justification,
        basis=tuple(position.basis) if position.applicable else (),
        status=position.status if position.applicable else "",
        owner=str(position.owner or ""),
        risks=in_order(risks),
        evidence=tuple(sorted(evidence, key=natural)),
    )


def own_line(control: OwnControl, risks: Iterable[tuple[str, str]], evidence: Iterable[str]) -> Line:
    return Line(
        control=control.reference,
        title=control.title,
        is_own=True,
        applicable=True,
        justification=control.justification,
        basis=(control.basis,),
        status=control.status,
        owner=str(control.owner or ""),
        risks=in_order(risks),
        evidence=tuple(sorted(evidence, key=natural)),
    )


def in_order(risks: Iterable[tuple[str, str]]) -> tuple[Treated, ...]:
    return tuple(Treated(*risk) for risk in sorted(risks, key=lambda risk: natural(risk[0])))


def treated_by(controls: list[int]) -> dict[int, set[tuple[str, str]]]:
    """References and levels of the open risks that each control treats."""
    links = TreatmentControl.objects.filter(control__in=controls, treatment__treats__closed_on=None)
    links = links.exclude(treatment__status=TreatmentState.DROPPED)
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for control, *risk in links.values_list("control_id", "treatment__treats__reference", "treatment__treats__level"):
        found[control].add((risk[0], risk[1]))
    return found


def shown_by(organisation: Organisation, controls: list[int], *, on: date) -> dict[int, set[str]]:
    """References of the evidence that each control had on that day."""
    valid = Evidence.objects.of(organisation).valid(on).filter(received_on__lte=on)
    found: dict[int, set[str]] = defaultdict(set)
    proofs = Proof.objects.filter(record__in=controls, evidence__in=valid)
    for control, reference in proofs.values_list("record_id", "evidence__reference"):
        found[control].add(reference)
    return found
