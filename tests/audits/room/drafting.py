"""What is typed into a draft finding, and where the pages of a room are."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from audits.models import AuditRoom
from clauses.models import Requirement

PRIVATE = "Zanzibar"


def page(room: AuditRoom, name: str, **kwargs: Any) -> str:
    return reverse(name, kwargs={"organisation": room.organisation.slug, **kwargs})


def typed(**fields: Any) -> dict[str, Any]:
    requirement = Requirement.objects.get(number="8.3")
    given = {
        "version": 1,
        "grade": "minor",
        "requirement": requirement.pk,
        "demands": "Treatment is carried out as planned",
        "observed": f"{PRIVATE}: the treatment of R-09 is overdue",
        "objective_evidence": "R-09, seen on 9 February with the head of credit",
        "rests_on": "",
    }
    return given | fields
