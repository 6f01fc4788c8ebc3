"""The next version of an assessment: everything copied, to be looked at again (ISO 42001 6.1.4, 8.4)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from organisations.models import User
from records.actions import keep
from records.models import Record
from risks.impact.sections import COLUMNS
from risks.models import UNDECIDED, Consultation, Impact, ImpactAssessment, ImpactMeasure, ImpactRisk
from systems.models import AISystem

# Made anew in each version: which version of the system, who assessed, when, what they decided, until when it holds.
ANEW = ("trigger", "system_version", "assessed_on", "assessors", "decision", "review_on", "risks")


class AlreadyOpenError(ValidationError):
    """Another version of the system's assessment is not decided yet; `open` is that one."""

    def __init__(self, open_one: ImpactAssessment) -> None:
        self.open = open_one
        super().__init__(_("%(record)s of this system is not decided yet: go on with it.") % {"record": open_one})


def undecided(system: AISystem) -> ImpactAssessment | None:
    """The version that somebody is working on, or that waits for a decision: there is one at most."""
    found: Any = system.impact_assessments.filter(state__in=UNDECIDED).select_related("organisation")
    version: ImpactAssessment | None = found.order_by("number", "pk").last()
    return version


@transaction.atomic
def next_version(assessment: ImpactAssessment, *, by: User | None, trigger: str) -> ImpactAssessment:
    """A draft with all texts, impacts, measures, consultations and risks of an assessment.

    Who assessed, when, the decision and the next review are made anew. Raises AlreadyOpenError (a ValidationError)
    where a version of the system's assessment is not decided yet.
    """
    refuse_another(assessment.system)
    kept = {name: getattr(assessment, name) for name in COLUMNS if name not in ANEW}
    draft = ImpactAssessment(
        organisation=assessment.organisation,
        title=assessment.title,
        owner=assessment.owner,
        review_every=assessment.review_every,
        system=assessment.system,
        number=last_number(assessment.system) + 1,
        replaces=assessment,
        trigger=trigger,
        **kept,
    )
    keep(draft, by=by)
    for rows in (Impact, ImpactMeasure, Consultation, ImpactRisk):
        copy_rows(rows, assessment, draft)
    return draft


def refuse_another(system: AISystem) -> None:
    """Raises AlreadyOpenError; who begins one at the same time waits."""
    Record.objects.select_for_update().get(pk=system.pk)
    if found := undecided(system):
        raise AlreadyOpenError(found)


def last_number(system: AISystem) -> int:
    numbers = system.impact_assessments.order_by("-number").values_list("number", flat=True)
    return numbers.first() or 0


def copy_rows(model: type[Model], old: ImpactAssessment, new: ImpactAssessment) -> None:
    rows: list[Any] = list(model._default_manager.filter(assessment=old).order_by("pk"))
    for row in rows:
        row.pk, row._state.adding, row.assessment = None, True, new
    model._default_manager.bulk_create(rows)
