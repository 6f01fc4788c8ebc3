"""Findings: the list, the page of one, and who may do what next with it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from audits.models import Audit, Finding, FindingState, Grade, rules_of
from audits.rights import AuditedViews, may_answer, no_judge
from clauses.models import Position
from organisations.requests import MemberRequest
from organisations.roles import ENTER_ROOM
from records.models import Record

from . import actions
from .actions import unchecked
from .forms import FindingForm
from .repeats import repeated_by
from .tables import GRADES, TONES, FindingFilter, FindingTable


class FindingViews(AuditedViews):
    model, form_class, table_class, filter_class = Finding, FindingForm, FindingTable, FindingFilter
    path = "findings"
    clause = "9.2.2, 10.2"
    lead = gettext_lazy("What audits found, who answers for it, and whether it was verified.")
    related = ("owner", "organisation", "requirement", "found_in", "raised_by", "repeats")
    chips = (
        (gettext_lazy("Open"), {"open": "yes"}),
        (gettext_lazy("Late"), {"open": "late"}),
        (gettext_lazy("Major"), {"grade": "major"}),
        (gettext_lazy("Minor"), {"grade": "minor"}),
    )

    def extra_context(self, request: MemberRequest, record: Finding) -> dict[str, Any]:
        rules = rules_of(request.organisation)
        return {
            "grade": {
                "word": rules.word_for(record.grade, record.found_in.audit_kind),
                "tone": GRADES[Grade(record.grade)],
            },
            "state": {"word": record.get_state_display(), "tone": TONES[FindingState(record.state)]},
            "major_word": rules.word_for(Grade.MAJOR, record.found_in.audit_kind),
            **links_of(request, record),
            **next_steps(request, record),
            "may_prove": self.may_prove(request, record),
        }


pages = FindingViews()


def links_of(request: MemberRequest, record: Finding) -> dict[str, Any]:
    """What a finding rests on and leads to, as far as one may see it."""
    audits: Any = Audit.objects.visible_to(request.user).select_related("organisation")
    cited: Any = Record.objects.visible_to(request.user).select_related("organisation")
    findings: Any = Finding.objects.visible_to(request.user).select_related("organisation", "found_in")
    positions: Any = Position.objects.visible_to(request.user).of(request.organisation)
    return {
        "position": positions.filter(requirement=record.requirement_id).select_related("organisation").first(),
        "audit": audits.filter(pk=record.found_in_id).first(),
        "cited": list(cited.filter(pk__in=record.cites.values("pk")).order_by("reference")),
        "repeats": findings.filter(pk=record.repeats_id).first() if record.repeats_id else None,
        "repeated_by": list(findings.filter(repeats=record).order_by("reference")),
        "earlier": repeated_by(record, seen_by=request.user),
    }


def next_steps(request: MemberRequest, record: Finding) -> dict[str, Any]:
    """Which verbs are offered to this person now, and why a judge may not judge."""
    is_issued, state = record.issued_on is not None, record.state
    answers = is_issued and may_answer(request.user, record)
    # Who is in a room decides on their own page of it.
    is_outside = ENTER_ROOM in request.permissions
    to_judge = is_issued and not is_outside and state in {FindingState.RESPONDED, FindingState.CORRECTED}
    why_not = no_judge(request.user, record) if to_judge else ""
    return {
        "may_respond": answers and record.is_nonconformity and state in actions.ANSWERABLE,
        "may_reply": answers and not record.is_nonconformity,
        "may_correct": answers and state == FindingState.PLAN_ACCEPTED,
        "may_judge_plan": to_judge and not why_not and state == FindingState.RESPONDED,
        "may_verify": to_judge and not why_not and state == FindingState.CORRECTED,
        "unchecked": unchecked(record) if to_judge and state == FindingState.CORRECTED else "",
        "is_judged_by_others": to_judge and bool(why_not),
    }
