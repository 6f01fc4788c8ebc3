"""Audits, findings, corrective action, management review, and the auditor's room."""

from .audit import EXTERNAL, Audit, AuditKind, AuditMember, AuditRequirement, AuditState, AuditSystem
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
from .improving import ActionState, CorrectiveAction, CorrectiveActionConcern, CorrectiveActionIncident
from .programme import AuditProgramme
from .review import ManagementReview, ReviewAttendee, ReviewState
from .room import AuditRoom, RoomRequirement, RoomSystem, RoomVisit

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
    "AuditState",
    "AuditSystem",
    "CorrectiveAction",
    "CorrectiveActionConcern",
    "CorrectiveActionIncident",
    "DraftFinding",
    "Finding",
    "FindingRecord",
    "FindingState",
    "Grade",
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
]
