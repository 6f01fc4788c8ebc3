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
from .improvement import SETTLED_IMPROVEMENT, Improvement, ImprovementState
from .improving import (
    TO_DO,
    WHYS,
    ActionState,
    CorrectiveAction,
    CorrectiveActionConcern,
    CorrectiveActionIncident,
    DueExtension,
    EffectivenessCheck,
)
from .programme import AuditProgramme
from .review import (
    DecisionKind,
    ManagementReview,
    ReviewAttendee,
    ReviewDecision,
    ReviewInput,
    ReviewState,
    Topic,
)
from .room import AuditRoom, RoomRequirement, RoomSystem, RoomVisit
from .rules import AuditRules, rules_of

__all__ = [
    "ANSWERING_IS_OVER",
    "EXTERNAL",
    "NONCONFORMITIES",
    "SETTLED_IMPROVEMENT",
    "TO_DO",
    "UNANSWERED",
    "WHYS",
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
    "DecisionKind",
    "DraftFinding",
    "DueExtension",
    "EffectivenessCheck",
    "Finding",
    "FindingRecord",
    "FindingState",
    "Grade",
    "ImpartialityNote",
    "Improvement",
    "ImprovementState",
    "InformationRequest",
    "ManagementReview",
    "QuestionState",
    "ReviewAttendee",
    "ReviewDecision",
    "ReviewInput",
    "ReviewState",
    "RoomNote",
    "RoomRequirement",
    "RoomSample",
    "RoomSystem",
    "RoomVisit",
    "Topic",
    "rules_of",
]
