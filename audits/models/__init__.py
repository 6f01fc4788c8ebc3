"""Audits, findings, corrective action, management review, and the auditor's room."""

from .audit import EXTERNAL, Audit, AuditKind, AuditMember, AuditRequirement, AuditState, AuditSystem
from .checklist import ChecklistItem, ChecklistRecord, Conclusion
from .desk import (
    ANSWERING_IS_OVER,
    UNANSWERED,
    DraftFinding,
    InformationRequest,
    QuestionState,
    RoomNote,
    RoomSample,
)
from .finding import NONCONFORMITIES, Finding, FindingRecord, FindingState, Grade
from .impartiality import ImpartialityNote
from .improving import ActionState, CorrectiveAction, CorrectiveActionConcern, CorrectiveActionIncident
from .programme import AuditProgramme
from .review import ManagementReview, ReviewAttendee, ReviewState
from .room import AuditRoom, RoomRequirement, RoomSystem, RoomVisit
from .rules import AuditRules, rules_of

__all__ = [
    "ANSWERING_IS_OVER",
    "EXTERNAL",
    "NONCONFORMITIES",
    "UNANSWERED",
    "ActionState",
    "Audit",
    "AuditKind",
    "AuditMember",
    "AuditProgramme",
    "AuditRequirement",
    "AuditRoom",
    "AuditRules",
    "AuditState",
    "AuditSystem",
    "ChecklistItem",
    "ChecklistRecord",
    "Conclusion",
    "CorrectiveAction",
    "CorrectiveActionConcern",
    "CorrectiveActionIncident",
    "DraftFinding",
    "Finding",
    "FindingRecord",
    "FindingState",
    "Grade",
    "ImpartialityNote",
    "InformationRequest",
    "ManagementReview",
    "QuestionState",
    "ReviewAttendee",
    "ReviewState",
    "RoomNote",
    "RoomRequirement",
    "RoomSample",
    "RoomSystem",
    "RoomVisit",
    "rules_of",
]
