"""What lies on an auditor's desk, for the overview of their room: requests, samples, drafts and findings, notes."""

from __future__ import annotations

from typing import Any

from audits.models import UNANSWERED, AuditRoom, Finding, InformationRequest, QuestionState, rules_of

from .finding_pages import drafts_of, line_of
from .question_pages import TONES
from .sample_pages import told

FEW = 10
# In the summary at the end nothing is left out that a person can have written.
ALL = 10_000


def desk_of(room: AuditRoom, most: int = FEW) -> dict[str, Any]:
    """`questions`, `open_questions` (a count), `samples`, `drafts`, `findings`, `notes`: the newest `most` of each.

    Shown to the person of the room and to nobody else: drafts, samples and notes are theirs.
    """
    questions = InformationRequest.objects.filter(in_room=room)
    newest = questions.select_related("organisation", "owner", "requirement").order_by("-pk")
    raised = Finding.objects.of(room.organisation).filter(raised_by=room.person_id, found_in=room.for_audit_id)
    findings = raised.select_related("organisation", "requirement", "found_in").order_by("-pk")
    rules = rules_of(room.organisation)
    return {
        "questions": [
            {"question": one, "state": {"word": one.get_state_display(), "tone": TONES[QuestionState(one.state)]}}
            for one in newest[:most]
        ],
        "open_questions": questions.filter(state__in=[*UNANSWERED, QuestionState.ANSWERED]).count(),
        "samples": told(room)[:most],
        "drafts": drafts_of(room)[:most],
        "findings": [line_of(one, rules) for one in findings[:most]],
        "notes": list(room.notes.select_related("about", "about__organisation", "requirement")[:most]),
    }
