"""The class of an AI system under the EU AI Act, derived from answers (Art. 5, Art. 6, Annex III, Art. 50).

The questions are our own words for what those articles ask. Whoever answers them is not a court: the class is stored
with the reason, both can be changed in the form of the system, and the history keeps who said what.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import RiskClass


class Area(TextChoices):
    """Areas of Annex III, by their numbers."""

    NONE = "0", gettext_lazy("None of these")
    BIOMETRICS = "1", gettext_lazy("Biometrics")
    INFRASTRUCTURE = "2", gettext_lazy("Critical infrastructure")
    EDUCATION = "3", gettext_lazy("Education and vocational training")
    WORK = "4", gettext_lazy("Recruitment, work and the management of workers")
    SERVICES = "5", gettext_lazy("Essential services: benefits, credit, life and health insurance, emergency calls")
    POLICE = "6", gettext_lazy("Law enforcement")
    MIGRATION = "7", gettext_lazy("Migration, asylum and border control")
    JUSTICE = "8", gettext_lazy("Justice and democratic processes")


class Exemption(TextChoices):
    """What keeps a system of Annex III from being high-risk (Art. 6(3)); never one that profiles people."""

    NONE = "none", gettext_lazy("None of these")
    NARROW = "narrow", gettext_lazy("A narrow procedural task")
    IMPROVES = "improves", gettext_lazy("It improves what a person finished before")
    PATTERNS = "patterns", gettext_lazy("It finds patterns and replaces no human review")
    PREPARES = "prepares", gettext_lazy("It prepares an assessment that a person makes")


@dataclass(frozen=True)
class Answers:
    """What was answered. `profiles` and `exemption` matter only where an area of Annex III was named."""

    prohibited: bool
    product: bool
    area: str
    profiles: bool
    exemption: str
    transparency: bool


def class_of(given: Answers) -> tuple[RiskClass, str]:
    """The class, the strictest that applies, and the reason in words."""
    if given.prohibited:
        return RiskClass.PROHIBITED, _("Art. 5: it does something that is forbidden.")
    also = [_("Art. 50 applies as well: people are told.")] if given.transparency else []
    if given.product:
        product = _("Art. 6(1), Annex I: a product, or a safety component of one, that a third party has to assess.")
        return RiskClass.HIGH, " ".join([product, *also])
    exempt = exempted(given)
    if given.area != Area.NONE and not exempt:
        return RiskClass.HIGH, " ".join([annex_iii(given), *also])
    if given.transparency:
        told = _("Art. 50: people are told that they deal with AI, or that what they see or hear was made by it.")
        return RiskClass.LIMITED, " ".join([*exempt, told])
    return RiskClass.MINIMAL, " ".join(exempt or [_("Neither Art. 5, Art. 6 with Annexes I and III, nor Art. 50.")])


def annex_iii(given: Answers) -> str:
    words = {"no": given.area, "area": Area(given.area).label}
    text = _("Art. 6(2), Annex III no. %(no)s: %(area)s.") % words
    return f"{text} {_('It profiles people, so Art. 6(3) exempts nothing.')}" if given.profiles else text


def exempted(given: Answers) -> list[str]:
    """Why it is not high-risk although an area of Annex III was named; nothing where that is not so."""
    if given.area == Area.NONE or given.profiles or given.exemption == Exemption.NONE:
        return []
    words = {"no": given.area, "area": Area(given.area).label, "why": Exemption(given.exemption).label}
    return [
        _("Annex III no. %(no)s (%(area)s), but not high-risk by Art. 6(3): %(why)s. Art. 6(4) wants that documented.")
        % words
    ]
