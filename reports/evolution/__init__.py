"""How the AIMS has changed between two days: the proof of continual improvement (ISO 42001 10.1)."""

from .compare import evolution
from .result import Evolution, Figure, Group, Line

__all__ = ["Evolution", "Figure", "Group", "Line", "evolution"]
