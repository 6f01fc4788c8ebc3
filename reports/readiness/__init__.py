"""Where an organisation stands, derived from its records: the same figures for Home, the report and the API."""

from .derive import missing, readiness
from .result import Count, Gap, Line, Obstacle, Part, Proof, Readiness, RiskFigures, Section, State, Tally

__all__ = [
    "Count",
    "Gap",
    "Line",
    "Obstacle",
    "Part",
    "Proof",
    "Readiness",
    "RiskFigures",
    "Section",
    "State",
    "Tally",
    "missing",
    "readiness",
]
