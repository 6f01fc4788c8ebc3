"""The next version of an impact assessment: a draft with everything that was written, for somebody to go on with."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Field, Model

from organisations.models import User
from records.actions import keep
from risks.models import Approvable, Consultation, Impact, ImpactAssessment, ImpactMeasure

# What belongs to one version alone: when and by whom it was assessed, until when it is current, what it was made of.
ITS_OWN = {"replaces", "trigger", "criteria", "assessed_on", "facts", "system_version"}
PARTS: tuple[type[Model], ...] = (Impact, ImpactMeasure, Consultation)


@transaction.atomic
def next_version(assessment: ImpactAssessment, *, by: User | None, trigger: str) -> ImpactAssessment:
    """Makes the draft that follows `assessment`, of the system as it is now; the texts are copied."""
    system = type(assessment.system)._default_manager.get(pk=assessment.system_id)
    draft = ImpactAssessment(
        organisation=assessment.organisation,
        title=assessment.title,
        owner=assessment.owner,
        review_every=assessment.review_every,
        number=assessment.number + 1,
        replaces=assessment,
        trigger=trigger,
        system_version=system.system_version,
        **{item.attname: getattr(assessment, item.attname) for item in texts(ImpactAssessment)},
    )
    keep(draft, by=by)
    for part in PARTS:
        for row in part._default_manager.filter(assessment=assessment).order_by("pk"):
            row.pk = None
            row._state.adding = True
            setattr(row, "assessment", draft)  # noqa: B010
            row.save()
    return draft


def texts(model: type[Model]) -> list[Field[Any, Any]]:
    """The columns of the sections, and the system: what a next version begins with."""
    left_out = ITS_OWN | {item.name for item in Approvable._meta.local_fields}
    return [item for item in model._meta.local_concrete_fields if not item.primary_key and item.name not in left_out]
