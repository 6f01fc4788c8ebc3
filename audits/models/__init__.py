"""Audits, findings, corrective action, management review, and the auditor's room."""

from .audit import EXTERNAL, Audit, AuditKind, AuditMember, AuditRequirement, AuditState, AuditSystem
from .checklist import ChecklistItem, ChecklistRecord, Conclusion
from .finding import NONCONFORMITIES, Finding, FindingRecord, FindingState, Grade
from .impartiality import ImpartialityNote
from .improving import ActionState, CorrectiveAction, CorrectiveActionConcern, CorrectiveActionIncident
from .programme import AuditProgramme
from .review import ManagementReview, ReviewAttendee, ReviewState
from .room import AuditRoom, RoomRequirement, RoomSystem, RoomVisit
from .rules import AuditRules, rules_of

__all__ = [
    "EXTERNAL",
    "NONCONFORMITIES",
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
    "Finding",
    "FindingRecord",
    "FindingState",
    "Grade",
    "ImpartialityNote",
    "ManagementReview",
    "ReviewAttendee",
    "ReviewState",
    "RoomRequirement",
    "RoomSystem",
    "RoomVisit",
    "rules_of",
]
