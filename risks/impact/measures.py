"""Measures of an approved assessment: marked as done, while the rest stays as it was approved (ISO 42001 8.4)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import User
from records.actions import locked, touch
from risks.models import ImpactAssessment, ImpactMeasure


@transaction.atomic
def mark_done(assessment: ImpactAssessment, measure_id: int, *, by: User) -> ImpactMeasure:
    """Marks an open measure as done today. Raises ValidationError where the assessment is not the one in force."""
    assessment = locked(assessment)
    if not assessment.is_approved:
        raise ValidationError(_("Only measures of an approved assessment are marked as done. A draft says it itself."))
    measure: ImpactMeasure | None = assessment.measures.filter(pk=measure_id, done_on=None).first()
    if measure is None:
        raise ValidationError(_("It is done already."))
    measure.done_on = assessment.organisation.today()
    measure.save(update_fields=["done_on"])
    touch(assessment, by=by)
    return measure
