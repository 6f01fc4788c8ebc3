"""Whom an incident is usually told, and within how many hours: suggestions to be edited, not legal advice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Duty:
    """One suggestion: who, on what ground, within how many hours of knowing."""

    key: str
    label: Any
    recipient: Any
    basis: Any
    hours: int

    @property
    def initial(self) -> dict[str, Any]:
        """What it types into the form."""
        return {"recipient": str(self.recipient), "basis": str(self.basis), "hours": self.hours}


AUTHORITY = _("Market surveillance authority")

DUTIES = (
    Duty("contract", _("Customer, by contract: 48 h"), _("Customer"), _("Contract"), 48),
    Duty("privacy", _("Data protection authority: 72 h"), _("Data protection authority"), _("GDPR Art. 33"), 72),
    Duty("serious", _("Serious incident: 15 days"), AUTHORITY, _("EU AI Act Art. 73(2)"), 15 * 24),
    Duty(
        "wide",
        _("Widespread, or critical infrastructure: 2 days"),
        AUTHORITY,
        _("EU AI Act Art. 73(3)"),
        2 * 24,
    ),
    Duty("death", _("Death of a person: 10 days"), AUTHORITY, _("EU AI Act Art. 73(4)"), 10 * 24),
)
