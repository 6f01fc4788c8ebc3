"""Everything the clause page shows: what is expected at the left, the position and its proof at the right."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import F
from django.urls import reverse

from evidence.checking import ACCEPT
from evidence.lines import evidence_for, evidence_of, line_of, lines_of
from evidence.models import Evidence, Proof
from evidence.references import natural
from organisations.requests import MemberRequest
from records.forms import RecordForm
from systems.models import AISystem

from .actions import token
from .models import Basis, ExpectedProof, Position, PositionSystem, Question
from .models.position import GivenAnswer
from .standing import standings

# Of the evidence that a clause and a system have in common so many are named.
NAMED = 5


def clause_page(
    request: MemberRequest, position: Position, *, form: RecordForm | None, may_change: bool
) -> dict[str, Any]:
    """Context of the page and of the fragments that change with a save."""
    [standing] = standings([position], on=request.organisation.today())
    evidence = evidence_of(request, position)
    return {
        "verdict": standing.verdict,
        "facts": standing.facts,
        "form": form,
        "may_change": may_change,
        "requirement": position.requirement,
        "questions": questions_of(position),
        "expected": expected_of(request, position, evidence),
        **lines_of(request, position, evidence),
        "named": list(position.systems.all()),
        "systems": systems_of(request, position),
        **neighbours(request, position),
        "basis": ", ".join(str(Basis(value).label) for value in position.basis),
        "max_bytes": settings.EVIDENCE_MAX_BYTES,
        "accept": ACCEPT,
        **addresses(request, position),
    }


def systems_of(request: MemberRequest, position: Position) -> list[AISystem]:
    """AI systems the position names, and those its evidence is about, of which `by_evidence` names some."""
    evidence = Evidence.objects.visible_to(request.user).filter(proofs__record=position).values("pk")
    visible = AISystem.objects.visible_to(request.user).select_related("organisation")
    named = PositionSystem.objects.filter(position=position).values("aisystem")
    proved = Proof.objects.filter(evidence__in=evidence).values("record")
    systems = list(visible.filter(pk__in=named.union(proved)).order_by("reference"))
    pairs = Proof.objects.filter(record__in=systems, evidence__in=evidence).values_list("record", "evidence__reference")
    shown: dict[int, list[str]] = {}
    for record, reference in pairs:
        shown.setdefault(record, []).append(reference)
    for system in systems:
        found = sorted(shown.get(system.pk, []), key=natural)
        system.by_evidence = [*found[:NAMED], *(["…"] if len(found) > NAMED else [])]  # type: ignore[attr-defined]
    return systems


def addresses(request: MemberRequest, position: Position) -> dict[str, str]:
    here = {"organisation": request.organisation.slug, "reference": position.reference}
    return {
        "drop_url": reverse("position-evidence", kwargs=here),
        "link_url": reverse("evidence-link", kwargs=here),
        "save_url": reverse("position-save", kwargs=here),
    }


def questions_of(position: Position) -> list[dict[str, Any]]:
    answers = {answer.question_id: answer for answer in position.answers.select_related("answered_by")}
    asked = Question.objects.filter(requirement=position.requirement_id, is_withdrawn=False)
    is_control = position.requirement.is_control
    return [question_line(question, answers.get(question.pk), is_control=is_control) for question in asked]


def question_line(question: Question, answer: GivenAnswer | None, *, is_control: bool) -> dict[str, Any]:
    """One question as components/question.html wants it; only a control's can be answered “N/A”."""
    values = [value for value in GivenAnswer.Value if is_control or value != GivenAnswer.Value.NOT_APPLICABLE]
    return {
        "id": question.pk,
        "text": question.text,
        "choices": [(value.value, value.label) for value in values],
        "answer": answer.value if answer else "",
        "comment": answer.comment if answer else "",
        "answered_by": answer.answered_by if answer else None,
        "answered_at": answer.answered_at if answer else None,
        "version": token(answer),
    }


def expected_of(request: MemberRequest, position: Position, evidence: list[Evidence]) -> list[dict[str, Any]]:
    """Each expected item with the evidence counted for it, and the evidence that could be."""
    today = request.organisation.today()
    counted: dict[int, list[Evidence]] = {}
    by_id = {item.pk: item for item in evidence}
    proofs = list(ExpectedProof.objects.filter(position=position))
    if older := {proof.evidence_id for proof in proofs} - by_id.keys():
        by_id |= evidence_for(request, position).in_bulk(older)
    for proof in (one for one in proofs if one.evidence_id in by_id):
        counted.setdefault(proof.expected_id, []).append(by_id[proof.evidence_id])
    lines = []
    for item in position.requirement.expected_evidence.filter(is_withdrawn=False):
        present = counted.get(item.pk, [])
        states = {one.state(today).value for one in present}
        valid = states & {"current", "expiring"}
        lines.append(
            {
                "item": item,
                "evidence": [line_of(one, today) for one in present],
                "others": [one for one in evidence if one not in present],
                "tone": "good" if valid else "bad" if present or item.is_mandatory else "none",
                "state": "present" if valid else "expired" if present else "missing",
            }
        )
    return lines


def neighbours(request: MemberRequest, position: Position) -> dict[str, Position | None]:
    """The requirements before and after this one among those the person may see. One query."""
    here = position.requirement.order
    seen: Any = Position.objects.visible_to(request.user).filter(organisation=request.organisation)
    seen = seen.filter(requirement__is_withdrawn=False).annotate(place=F("requirement__order"))
    before, after = (
        seen.filter(place__lt=here).order_by("-place")[:1],
        seen.filter(place__gt=here).order_by("place")[:1],
    )
    found: dict[str, Position | None] = {"previous": None, "next": None}
    for other in before.union(after):
        other.organisation = request.organisation
        found["next" if other.place > here else "previous"] = other
    return found
