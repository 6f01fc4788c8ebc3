"""Risks and their treatment, impact on people, incidents and concerns, the Statement of Applicability."""

from records.approvable import SETTLED, Approvable, Standing, superseded
from risks.models.applicability import Statement
from risks.models.criteria import RiskCriteria, Size
from risks.models.impact import (
    Consultation,
    Dimension,
    GoLive,
    Impact,
    ImpactAssessment,
    ImpactAssessor,
    ImpactMeasure,
    ImpactRisk,
    Reversibility,
    Scale,
)
from risks.models.impact_sections import Decision, Output, Screening
from risks.models.incident import Concern, ConcernRisk, ConcernState, Incident, IncidentRisk, Notification
from risks.models.risk import RATED, Acceptance, Risk, RiskAssessment
from risks.models.scales import (
    LEVELS,
    Affected,
    Category,
    Confidence,
    Level,
    Option,
    Phase,
    Process,
    Source,
    Trigger,
)
from risks.models.treatment import (
    UNDER_WAY,
    OwnControl,
    Treatment,
    TreatmentControl,
    TreatmentPlan,
    TreatmentState,
)

__all__ = [
    "LEVELS",
    "RATED",
    "SETTLED",
    "UNDER_WAY",
    "Acceptance",
    "Affected",
    "Approvable",
    "Category",
    "Concern",
    "ConcernRisk",
    "ConcernState",
    "Confidence",
    "Consultation",
    "Decision",
    "Dimension",
    "GoLive",
    "Impact",
    "ImpactAssessment",
    "ImpactAssessor",
    "ImpactMeasure",
    "ImpactRisk",
    "Incident",
    "IncidentRisk",
    "Level",
    "Notification",
    "Option",
    "Output",
    "OwnControl",
    "Phase",
    "Process",
    "Reversibility",
    "Risk",
    "RiskAssessment",
    "RiskCriteria",
    "Scale",
    "Screening",
    "Size",
    "Source",
    "Standing",
    "Statement",
    "Treatment",
    "TreatmentControl",
    "TreatmentPlan",
    "TreatmentState",
    "Trigger",
    "superseded",
]
