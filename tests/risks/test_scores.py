"""Scores follow the criteria they were made with (6.1.2)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from risks.models import Risk, RiskAssessment, RiskCriteria
from tests.cast import make_ai_system
from tests.risk_cast import make_criteria, make_risk, score


def test_the_highest_consequence_counts_never_the_average(organisation: Any) -> None:
    risk = make_risk(organisation)
    made = score(risk, likelihood=3, for_organisation=1, for_individuals=4, for_society=2)
    assert (made.score, made.level) == (12, "high")


def test_the_gravest_consequence_for_individuals_is_at_least_high(organisation: Any) -> None:
    risk = make_risk(organisation)
    assert score(risk, likelihood=1, for_individuals=5).level == "high"
    assert score(risk, likelihood=1, for_organisation=5).level == "medium"


def test_a_risk_knows_its_newest_score_of_each_phase_whatever_wrote_it(organisation: Any) -> None:
    risk = make_risk(organisation)
    score(risk, phase="inherent", likelihood=4, for_individuals=4)
    risk.refresh_from_db()
    assert (risk.score, risk.level) == (16, "critical")
    score(risk, phase="residual", likelihood=2, for_individuals=3)
    risk.refresh_from_db()
    assert (risk.inherent_level, risk.residual_level, risk.score, risk.level) == ("critical", "medium", 6, "medium")


@pytest.mark.parametrize("verb", ["update", "delete"])
def test_a_score_is_never_changed_or_deleted(organisation: Any, verb: str) -> None:
    made = score(make_risk(organisation), likelihood=2, for_organisation=2)
    rows = RiskAssessment.objects.filter(pk=made.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(score=1) if verb == "update" else rows.delete()


def test_approved_criteria_stay_as_they_were_approved(organisation: Any) -> None:
    criteria = make_criteria(organisation, state="approved")
    rows = RiskCriteria.objects.filter(pk=criteria.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(high_from=9)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(state="draft")
    rows.update(state="superseded")


def test_a_system_that_changed_materially_has_its_risks_looked_at_again(organisation: Any) -> None:
    system = make_ai_system(organisation)
    system.refresh_from_db()
    risk = make_risk(organisation, system=system, assessed_facts=system.facts)
    assert not Risk.objects.to_look_at_again().exists()
    system.purpose = "Decides about people"
    system.save()
    assert list(Risk.objects.to_look_at_again()) == [risk]
