"""The words of risk and impact: levels, scales, sources, options (ISO 42001 6.1, 8.2–8.4; guided by ISO/IEC 23894)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Level(TextChoices):
    """How much it matters, the least first; thresholds are those of the criteria in force."""

    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")
    CRITICAL = "critical", _("Critical")


LEVELS = list(Level)


class Process(TextChoices):
    """The two processes the standard separates: planning the AIMS, and operating AI systems."""

    PLANNING = "planning", _("Planning (6.1.2)")
    OPERATIONAL = "operational", _("Operational (8.2)")


class Phase(TextChoices):
    """What a score is of: before controls, with those that work today, after the plan, after verified treatment."""

    INHERENT = "inherent", _("Inherent")
    CURRENT = "current", _("Current")
    TARGET = "target", _("Target")
    RESIDUAL = "residual", _("Residual")


class Trigger(TextChoices):
    """Why something was assessed."""

    SCHEDULED = "scheduled", _("Planned date")
    CHANGE = "change", _("Material change")
    INCIDENT = "incident", _("Incident")
    NEW_SYSTEM = "new_system", _("New AI system")
    SUPPLIER = "supplier", _("Supplier or its model")
    LEGAL = "legal", _("Law")


class Confidence(TextChoices):
    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")


class Category(TextChoices):
    """Kinds of AI risk, as the starter catalogue groups them."""

    FAIRNESS = "fairness", _("Fairness and bias")
    PRIVACY = "privacy", _("Privacy")
    SECURITY = "security", _("Security")
    SAFETY = "safety", _("Safety")
    ROBUSTNESS = "robustness", _("Robustness and drift")
    RELIABILITY = "reliability", _("Reliability")
    TRANSPARENCY = "transparency", _("Transparency and explainability")
    ACCOUNTABILITY = "accountability", _("Accountability")
    OVERSIGHT = "oversight", _("Human oversight")
    DATA = "data", _("Data quality and provenance")
    LEGAL = "legal", _("Legal and intellectual property")
    THIRD_PARTY = "third_party", _("Third parties and their models")
    MISUSE = "misuse", _("Misuse")
    ENVIRONMENT = "environment", _("Environment")
    WORKFORCE = "workforce", _("Workforce")
    REPUTATION = "reputation", _("Reputation")
    COMPETENCE = "competence", _("Competence")
    AIMS = "aims", _("The AIMS itself")


class Affected(TextChoices):
    """Whom a consequence falls on."""

    ORGANISATION = "organization", _("The organisation")
    INDIVIDUALS = "individuals", _("Individuals")
    GROUPS = "groups", _("Groups")
    SOCIETY = "society", _("Society")


class Source(TextChoices):
    """Objectives and risk sources of Annex C (informative): numbers and short titles."""

    ACCOUNTABILITY = "C.2.1", _("C.2.1 Accountability")
    EXPERTISE = "C.2.2", _("C.2.2 AI expertise")
    DATA = "C.2.3", _("C.2.3 Availability and quality of training and test data")
    ENVIRONMENT = "C.2.4", _("C.2.4 Environmental impact")
    FAIRNESS = "C.2.5", _("C.2.5 Fairness")
    MAINTAINABILITY = "C.2.6", _("C.2.6 Maintainability")
    PRIVACY = "C.2.7", _("C.2.7 Privacy")
    ROBUSTNESS = "C.2.8", _("C.2.8 Robustness")
    SAFETY = "C.2.9", _("C.2.9 Safety")
    SECURITY = "C.2.10", _("C.2.10 Security")
    TRANSPARENCY = "C.2.11", _("C.2.11 Transparency and explainability")
    COMPLEXITY = "C.3.1", _("C.3.1 Complexity of environment")
    OPACITY = "C.3.2", _("C.3.2 Lack of transparency and explainability")
    AUTOMATION = "C.3.3", _("C.3.3 Level of automation")
    LEARNING = "C.3.4", _("C.3.4 Risk sources related to machine learning")
    HARDWARE = "C.3.5", _("C.3.5 System hardware issues")
    LIFE_CYCLE = "C.3.6", _("C.3.6 System life cycle issues")
    READINESS = "C.3.7", _("C.3.7 Technology readiness")


class Option(TextChoices):
    """What is done about a risk (ISO 42001 6.1.3)."""

    REDUCE = "reduce", _("Reduce")
    AVOID = "avoid", _("Avoid")
    SHARE = "share", _("Share or transfer")
    ACCEPT = "accept", _("Retain")
    TAKE = "take", _("Take for an opportunity")
