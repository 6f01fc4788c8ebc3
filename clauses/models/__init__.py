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
from .gaps import GapAnswer, GapProof, GapResult, GapRun
from .leadership import AIMSProcess, RoleAssignment
from .planning import Measurement, Objective, PlannedChange
from .position import Answer, Basis, ExpectedProof, Position, PositionSystem, Status
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
    "Measurement",
    "Objective",
    "PlannedChange",
    "Position",
    "PositionSystem",
    "Question",
    "Requirement",
    "Resource",
    "RoleAssignment",
    "Status",
    "Task",
    "TrainingRecord",
]
