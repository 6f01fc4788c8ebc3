"""Audits, findings, corrective action, management review, and the auditor's room."""

from .audit import EXTERNAL, Audit, AuditKind, AuditMember, AuditRequirement, AuditState, AuditSystem
from .finding import NONCONFORMITIES, Finding, FindingRecord, FindingState, Grade
from .improving import ActionState, CorrectiveAction, CorrectiveActionConcern, CorrectiveActionIncident
from .programme import AuditProgramme
from .review import ManagementReview, ReviewAttendee, ReviewState
from .room import AuditRoom, RoomRequirement, RoomSystem, RoomVisit

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
    "AuditState",
    "AuditSystem",
    "CorrectiveAction",
    "CorrectiveActionConcern",
    "CorrectiveActionIncident",
    "Finding",
    "FindingRecord",
    "FindingState",
    "Grade",
    "ManagementReview",
    "ReviewAttendee",
    "ReviewState",
    "RoomRequirement",
    "RoomSystem",
    "RoomVisit",
]
