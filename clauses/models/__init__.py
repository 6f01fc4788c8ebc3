"""Clauses 4–10 and Annex A: the catalogue, and each organisation's position on every requirement."""

from .catalogue import (
    ExpectedEvidence,
    Framework,
    MandatoryDocument,
    Question,
    Requirement,
)
from .position import Answer, Basis, ExpectedProof, Position, PositionSystem, Status

__all__ = [
    "Answer",
    "Basis",
    "ExpectedEvidence",
    "ExpectedProof",
    "Framework",
    "MandatoryDocument",
    "Position",
    "PositionSystem",
    "Question",
    "Requirement",
    "Status",
]
