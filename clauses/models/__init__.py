"""Clauses 4–10 and Annex A: the catalogue, and each organisation's position on every requirement."""

from .asking import Asking, EvidenceRequest, Task
from .catalogue import (
    ExpectedEvidence,
    Framework,
    MandatoryDocument,
    Question,
    Requirement,
)
from .context import ContextIssue, InterestedParty, LegalRequirement
from .crosswalks import Mapping, OtherFramework, OtherRequirement, Relationship, Strength
from .documents import Document, DocumentKind, DocumentPosition, DocumentReader, DocumentVersion, Reading
from .gaps import GapAnswer, GapProof, GapResult, GapRun
from .leadership import AIMSProcess, RoleAssignment
from .planning import Measurement, Objective, PlannedChange
from .position import Answer, Basis, ExpectedProof, Position, PositionSystem, Status
from .scope import ScopeStatement
from .support import Awareness, Communication, Competence, Resource, TrainingRecord

__all__ = [
    "AIMSProcess",
    "Answer",
    "Asking",
    "Awareness",
    "Basis",
    "Communication",
    "Competence",
    "ContextIssue",
    "Document",
    "DocumentKind",
    "DocumentPosition",
    "DocumentReader",
    "DocumentVersion",
    "EvidenceRequest",
    "ExpectedEvidence",
    "ExpectedProof",
    "Framework",
    "GapAnswer",
    "GapProof",
    "GapResult",
    "GapRun",
    "InterestedParty",
    "LegalRequirement",
    "MandatoryDocument",
    "Mapping",
    "Measurement",
    "Objective",
    "OtherFramework",
    "OtherRequirement",
    "PlannedChange",
    "Position",
    "PositionSystem",
    "Question",
    "Reading",
    "Relationship",
    "Requirement",
    "Resource",
    "RoleAssignment",
    "ScopeStatement",
    "Status",
    "Strength",
    "Task",
    "TrainingRecord",
]
