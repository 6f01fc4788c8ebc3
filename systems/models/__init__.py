"""AI systems, what they are made of, whom they rest on, and what is kept of them over their life."""

from .data import CheckSubject, DataCheck, Dataset, DatasetUse, DataUse
from .inventory import (
    LIVE,
    MATERIAL,
    ActRole,
    AIRole,
    AISystem,
    AISystemQuerySet,
    Autonomy,
    ContractClause,
    Criticality,
    Material,
    Result,
    RiskClass,
    Stage,
    Supplier,
    SystemSupplier,
)
from .life_cycle import CLAUSES, Outcome, RecordKind, SystemRecord
from .resources import ResourceUse, SystemResource, SystemResourceKind
from .third_parties import Part, Responsibility, SupplierAssessment

__all__ = [
    "CLAUSES",
    "LIVE",
    "MATERIAL",
    "AIRole",
    "AISystem",
    "AISystemQuerySet",
    "ActRole",
    "Autonomy",
    "CheckSubject",
    "ContractClause",
    "Criticality",
    "DataCheck",
    "DataUse",
    "Dataset",
    "DatasetUse",
    "Material",
    "Outcome",
    "Part",
    "RecordKind",
    "ResourceUse",
    "Responsibility",
    "Result",
    "RiskClass",
    "Stage",
    "Supplier",
    "SupplierAssessment",
    "SystemRecord",
    "SystemResource",
    "SystemResourceKind",
    "SystemSupplier",
]
