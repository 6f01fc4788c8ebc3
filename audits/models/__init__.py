"""Audits, findings, corrective action, management review, and the auditor's room."""

from .audit import EXTERNAL, Audit, AuditKind, AuditMember, AuditRequirement, AuditState, AuditSystem
from .checklist import ChecklistItem, ChecklistRecord, Conclusion
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
    "EXTERNAL",
    "NONCONFORMITIES",
    "SETTLED_IMPROVEMENT",
    "TO_DO",
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
    "DueExtension",
    "EffectivenessCheck",
    "Finding",
    "FindingRecord",
    "FindingState",
    "Grade",
    "ImpartialityNote",
    "Improvement",
    "ImprovementState",
    "ManagementReview",
    "ReviewAttendee",
    "ReviewDecision",
    "ReviewInput",
    "ReviewState",
    "RoomRequirement",
    "RoomSystem",
    "RoomVisit",
    "Topic",
    "rules_of",
]
