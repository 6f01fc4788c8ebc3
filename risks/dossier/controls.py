"""Controls a system rests on and the evidence that proves them, for its dossier (ISO 42001 6.1.3, 9.1, A.6.2.6)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from clauses.models import Position, Status
from evidence.models import Evidence, EvidenceVersion, Proof, State
from evidence.references import natural
from evidence.tables import TONES
from records.models import Record
from risks.changes.another_look import with_organisation
from risks.dossier.parts import Asked, Line, Part
from risks.models import OwnControl, Risk, Treatment, TreatmentControl, TreatmentState

# So many items of evidence are named at each control, those that prove longest first.
PROOFS = 5
# Evidence listed of the system itself, and of its monitoring.
LISTED = 50
STATUS_TONES = {Status.IMPLEMENTED: "good", Status.IN_PROGRESS: "warn", Status.NOT_STARTED: "bad"}
# The tone of evidence that proves nothing today.
INVALID = "bad"
MONITORING = ("A.6.2.6", "9.1")


def controls_part(asked: Asked) -> Part:
    """Controls on which treatments of its open risks rest, and those whose position names the system."""
    treating, named = treating_controls(asked), named_controls(asked)
    visible = Record.objects.visible_to(asked.user).filter(Q(pk__in=treating) | Q(pk__in=named))
    controls = with_organisation(asked.system, sorted(visible, key=lambda one: natural(one.reference)))
    ids = [one.pk for one in controls]
    states, proofs = states_of(ids), proofs_of(asked, ids)
    lines = tuple(control_line(one, *states[one.pk], proofs[one.pk]) for one in controls)
    gaps = tuple(gap for one in controls if (gap := control_gap(one, *states[one.pk], proofs[one.pk])))
    return Part("controls", _("Controls"), "6.1.3", lines, gaps, total=len(lines))


def treating_controls(asked: Asked) -> Any:
    risks = asked.of_system(Risk).filter(closed_on=None).values("pk")
    treatments = Treatment.objects.visible_to(asked.user).filter(treats__in=risks)
    links = TreatmentControl.objects.filter(treatment__in=treatments.exclude(status=TreatmentState.DROPPED))
    return links.values("control")


def named_controls(asked: Asked) -> Any:
    return Position.objects.controls().filter(systems=asked.system).values("pk")


def states_of(controls: list[int]) -> dict[int, tuple[str, bool | None]]:
    """Status and applicability by control, Annex A or own."""
    annex = Position.objects.filter(pk__in=controls).values_list("pk", "status", "applicable")
    own = OwnControl.objects.filter(pk__in=controls).values_list("pk", "status")
    unknown: dict[int, tuple[str, bool | None]] = dict.fromkeys(controls, ("", None))
    known = {pk: (status, applies) for pk, status, applies in annex} | {pk: (status, True) for pk, status in own}
    return unknown | known


def control_line(control: Record, status: str, applies: bool | None, proofs: list[Line]) -> Line:
    words, tone = (str(Status(status).label), STATUS_TONES[Status(status)]) if status else (_("No status"), "none")
    if applies is False:
        words, tone = _("Excluded"), "bad"
    return Line(
        control.reference, control.title, control.get_absolute_url(), state=words, tone=tone, below=tuple(proofs)
    )


def control_gap(control: Record, status: str, applies: bool | None, proofs: list[Line]) -> str:
    """What an auditor would ask about a control."""
    names = {"control": control.reference}
    if applies is False:
        return _("%(control)s excluded, though this system rests on it") % names
    is_proved = any(proof.tone != INVALID for proof in proofs)
    lacks_proof = status == Status.IMPLEMENTED and not is_proved
    return _("%(control)s implemented without valid evidence") % names if lacks_proof else ""


def proofs_of(asked: Asked, controls: list[int]) -> dict[int, list[Line]]:
    """The evidence of each control that proves longest. Two queries, however many there are."""
    has_file = Exists(EvidenceVersion.objects.filter(evidence=OuterRef("evidence")))
    order = [F("has_file").desc(), F("evidence__valid_until").desc(nulls_first=True), F("evidence").asc()]
    links = Proof.objects.filter(
        record__in=controls, evidence__in=Evidence.objects.visible_to(asked.user).values("pk")
    ).annotate(has_file=has_file)
    ranked = links.annotate(place=Window(RowNumber(), partition_by=F("record"), order_by=order))
    found = ranked.filter(place__lte=PROOFS).select_related("evidence").prefetch_related("evidence__versions")
    lines: dict[int, list[Line]] = defaultdict(list)
    for proof in found.order_by("record", "place"):
        proof.evidence.organisation = asked.system.organisation
        lines[proof.record_id].append(evidence_line(proof.evidence, asked.on))
    return lines


def evidence_line(item: Evidence, on: date) -> Line:
    state = item.state(on)
    tone = INVALID if state in {State.EXPIRED, State.ABSENT, State.DAMAGED} else TONES[state] or "good"
    return Line(
        item.reference, item.title, item.get_absolute_url(), state=str(state.label), tone=tone, day=item.valid_until
    )


def evidence_part(asked: Asked) -> Part:
    """Evidence about the system itself."""
    mine = Evidence.objects.visible_to(asked.user).filter(pk__in=about(asked))
    total = mine.count()
    lines = evidence_lines(asked, mine)
    gaps = asked.gap(_("No evidence about this system"), if_missing=total)
    expired = [line for line in lines if line.tone == INVALID]
    gaps += tuple(_("%(item)s: %(state)s") % {"item": one.reference, "state": one.state.lower()} for one in expired)
    return Part("evidence", _("Evidence about the system"), "7.5, 8.1", lines, gaps, total=total)


def about(asked: Asked) -> Any:
    return Proof.objects.filter(record=asked.system.pk).values("evidence")


def monitoring_part(asked: Asked) -> Part:
    """What proves monitoring: evidence of those requirements, about the system or under a position that names it."""
    positions = Position.objects.filter(organisation=asked.system.organisation, reference__in=MONITORING)
    proving = Proof.objects.filter(record__in=positions.values("pk"))
    naming = Proof.objects.filter(record__in=positions.filter(systems=asked.system).values("pk"))
    mine = Evidence.objects.visible_to(asked.user).filter(pk__in=proving.values("evidence"))
    mine = mine.filter(Q(pk__in=about(asked)) | Q(pk__in=naming.values("evidence")))
    lines = evidence_lines(asked, mine)
    is_live = asked.system.has_gone_live and not asked.system.is_retired
    gaps = asked.gap(_("No monitoring record"), if_missing=lines or not is_live)
    return Part("monitoring", _("Monitoring"), "A.6.2.6, 9.1", lines, gaps, total=mine.count())


def evidence_lines(asked: Asked, items: Any) -> tuple[Line, ...]:
    newest = items.order_by(F("valid_until").desc(nulls_first=True), "-pk").prefetch_related("versions")[:LISTED]
    return tuple(evidence_line(one, asked.on) for one in with_organisation(asked.system, newest))
