"""Meridia's impact assessments: who has a current approved one, and who has not (8.4)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from aims_portal import loading
from risks.impact.completeness import lacks
from risks.impact.rating import overall_of
from risks.models import ImpactAssessment, Level
from systems.models import AISystem

pytestmark = pytest.mark.django_db
AS_SHARED = Path(__file__).parent.parent / "aims_portal" / "sample-organisation.yaml"
OURS = Path(loading.__file__).parent / "sample" / "meridia.yaml"


@pytest.mark.parametrize("file", [AS_SHARED, OURS], ids=["shared", "ours"])
def test_two_systems_have_a_current_approved_assessment(file: Path) -> None:
    with time_machine.travel(datetime(2026, 11, 23, 12, tzinfo=UTC), tick=False):
        meridia = loading.load(file).organisation
        today = meridia.today()
    current = ImpactAssessment.objects.of(meridia).current(today)
    assert set(current.values_list("system__reference", flat=True)) == {"AIS-01", "AIS-03"}
    without = AISystem.objects.of(meridia).in_scope().exclude(pk__in=current.values("system"))
    assert set(without.values_list("reference", flat=True)) == {"AIS-02", "AIS-04", "AIS-05", "AIS-06"}
    assert not ImpactAssessment.objects.of(meridia).to_look_at_again().exists()
    states = dict(ImpactAssessment.objects.of(meridia).values_list("reference", "state"))
    assert states == {"IA-01": "approved", "IA-02": "in_review", "IA-03": "approved"}
    one = ImpactAssessment.objects.of(meridia).get(reference="IA-02")
    assert (one.number, overall_of(one), one.consultations.count()) == (2, Level.HIGH, 2)
    assert one.fria_groups.splitlines() == ["Low-income applicants", "Newcomers with thin credit files"]
    measures = set(one.measures.values_list("measure", "control__reference"))
    assert {("Reason codes", "A.8.2"), ("Reason codes", "A.8.5")} <= measures


def test_our_sample_is_complete_but_for_the_decision_that_is_asked_for() -> None:
    with time_machine.travel(datetime(2026, 11, 23, 12, tzinfo=UTC), tick=False):
        meridia = loading.load(OURS).organisation
    missing: dict[str, Any] = {
        one.reference: [lack.text for lack in lacks(one)] for one in ImpactAssessment.objects.of(meridia)
    }
    assert missing == {"IA-01": [], "IA-02": ["Decision is not said."], "IA-03": []}
