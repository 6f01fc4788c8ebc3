"""A score has a reason, a date and the criteria it was made with, and stands beside the earlier ones (6.1.2, 8.2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from records.models import Record
from records.months import months_after
from risks.models import Acceptance, Risk, RiskAssessment, Treatment
from risks.scoring.assessing import assess
from tests.cast import make_ai_system
from tests.pages import SeenPage
from tests.risk_cast import make_criteria, make_risk, score

SignIn = Callable[..., Client]
REASON = "Two complaints in a month"


@pytest.fixture
def criteria(organisation: Any) -> Any:
    return make_criteria(organisation, state="approved")


def scored(risk: Risk, by: Any, **fields: Any) -> RiskAssessment:
    given = {"phase": "inherent", "assessed_on": risk.organisation.today(), "trigger": "incident", "rationale": REASON}
    given |= {"likelihood": 4, "for_individuals": 4}
    return assess(RiskAssessment(risk=risk, **given | fields), by=by)


def words(answer: Any) -> str:
    return " ".join(SeenPage(answer).texts)


def posted(client: Client, risk: Risk, **typed: Any) -> Any:
    address = risk.url("assess")
    form = SeenPage(client.get(address)).form_with("version")
    given = {"phase": "inherent", "likelihood": "4", "for_individuals": "4", "rationale": REASON, "trigger": "incident"}
    return client.post(address, form.data(**given | typed))


def treated(risk: Risk, status: str = "verified") -> Treatment:
    return Treatment.objects.create(
        organisation=risk.organisation, treats=risk, title="Reasons", action="Reasons are given", status=status
    )


def test_score_is_likelihood_times_the_highest_consequence_and_told(
    organisation: Any, criteria: Any, officer: Any, sign_in: SignIn
) -> None:
    risk, client = make_risk(organisation), sign_in(officer)
    answer = posted(client, risk, for_organisation="2", for_society="1")
    assert answer["Location"] == risk.get_absolute_url()
    made = risk.assessments.get()
    assert (made.score, made.level, made.assessed_by, made.criteria) == (16, "critical", officer, criteria)
    shown = client.get(risk.get_absolute_url()).content.decode()
    assert "16 critical (inherent)" in shown
    assert REASON in shown


def test_the_scale_texts_stand_beside_each_step(
    organisation: Any, criteria: Any, officer: Any, sign_in: SignIn
) -> None:
    shown = words(sign_in(officer).get(make_risk(organisation).url("assess")))
    for number, text in enumerate(criteria.likelihood, 1):
        assert f"{number} · {text}" in shown


def test_without_criteria_nothing_is_scored_and_one_is_told_where_to_make_them(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    risk, client = make_risk(organisation), sign_in(officer)
    shown = client.get(risk.url("assess")).content.decode()
    assert "There are no risk criteria yet" in shown
    assert f"/{organisation.slug}/risk-criteria/" in shown
    assert client.post(risk.url("assess"), {"likelihood": "4"}).status_code == 409
    with pytest.raises(ValidationError, match="no risk criteria"):
        scored(risk, officer)
    assert not RiskAssessment.objects.exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"rationale": ""}, "Say why you scored it so."),
        ({"rationale": "   "}, "Say why you scored it so."),
        ({"likelihood": "6"}, "The scale goes from 1 to 5."),
        ({"likelihood": "0"}, "The scale goes from 1 to 5."),
        ({"likelihood": ""}, "Choose a step."),
        ({"for_individuals": "9"}, "The scale goes from 1 to 5."),
        ({"for_individuals": ""}, "Score at least one of the consequences."),
        ({"trigger": ""}, "Say why this operational risk is looked at now"),
        ({"assessed_on": "2999-01-01"}, "This day lies ahead."),
        ({"phase": "residual"}, "Residual is what remains after treatment"),
    ],
)
def test_a_level_needs_a_rationale_and_steps_of_the_scale(
    typed: dict[str, str], said: str, organisation: Any, criteria: Any, officer: Any, sign_in: SignIn
) -> None:
    risk = make_risk(organisation)
    answer = posted(sign_in(officer), risk, **{"for_society": "", "confidence": "high"} | typed)
    assert answer.status_code == 422
    page = SeenPage(answer)
    assert said in " ".join(page.texts)
    kept = page.form_with("version").data()
    assert kept["confidence"] == ["high"]
    assert kept["rationale"] == [typed.get("rationale", REASON)]
    assert not RiskAssessment.objects.exists()


def test_a_planning_risk_needs_no_trigger(organisation: Any, criteria: Any, officer: Any) -> None:
    assert scored(make_risk(organisation, process="planning"), officer, trigger="").score == 16


@pytest.mark.parametrize("status", ["planned", "in_progress", "implemented", "dropped"])
def test_residual_waits_for_a_treatment_that_was_verified(
    status: str, organisation: Any, criteria: Any, officer: Any
) -> None:
    risk = make_risk(organisation)
    treated(risk, status)
    with pytest.raises(ValidationError, match="after treatment"):
        scored(risk, officer, phase="residual")


@pytest.mark.parametrize("besides", [(), ("dropped",), ("verified", "dropped")])
def test_after_treatment_the_residual_is_scored(
    besides: tuple[str, ...], organisation: Any, criteria: Any, officer: Any
) -> None:
    risk = make_risk(organisation)
    for status in ("verified", *besides):
        treated(risk, status)
    scored(risk, officer, phase="residual", likelihood=2)
    risk.refresh_from_db()
    assert (risk.residual_score, risk.level) == (8, "medium")


@pytest.mark.parametrize("option", ["accept", "avoid", "take"])
def test_who_does_nothing_more_scores_what_remains(option: str, organisation: Any, criteria: Any, officer: Any) -> None:
    assert scored(make_risk(organisation, option=option), officer, phase="residual").score == 16


def test_old_scores_stay_readable_with_the_scale_they_were_made_with(
    organisation: Any, criteria: Any, officer: Any, sign_in: SignIn
) -> None:
    risk = make_risk(organisation)
    scored(risk, officer)
    type(criteria).objects.filter(pk=criteria.pk).update(state="superseded")
    names = ("likelihood", "organisation_scale", "individuals_scale", "society_scale")
    scales = {name: ["Faint: a", "Fair: b", "Fierce: c"] for name in names}
    thresholds = {"medium_from": 3, "high_from": 6, "critical_from": 9}
    make_criteria(organisation, number=2, state="approved", size=3, **scales, **thresholds)
    scored(risk, officer, likelihood=2, for_individuals=2)
    shown = words(sign_in(officer).get(risk.get_absolute_url()))
    assert "16 Critical" in shown
    assert f"{criteria.reference}, version 1" in shown
    assert "4 Medium" in shown
    assert "Fair × Fair" in shown


def test_a_score_of_before_the_newest_is_refused(organisation: Any, criteria: Any, officer: Any) -> None:
    risk, today = make_risk(organisation), organisation.today()
    scored(risk, officer)
    with pytest.raises(ValidationError, match="later score"):
        scored(risk, officer, assessed_on=today - timedelta(days=1))


def test_the_next_review_is_set_by_the_class_of_the_system(organisation: Any, criteria: Any, officer: Any) -> None:
    system = make_ai_system(organisation, risk_class="high")
    risks = [make_risk(organisation, system=system), make_risk(organisation, process="planning")]
    kept = make_risk(organisation, review_on=organisation.today() + timedelta(days=5))
    for risk in (*risks, kept):
        scored(risk, officer)
        risk.refresh_from_db()
    today = organisation.today()
    assert [risk.review_on for risk in risks] == [months_after(today, 6), months_after(today, 12)]
    assert kept.review_on == today + timedelta(days=5)


def test_months_end_where_the_month_does() -> None:
    assert months_after(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_after(date(2026, 12, 15), 12) == date(2027, 12, 15)


def test_scoring_again_is_the_other_look_a_changed_system_needs(
    organisation: Any, criteria: Any, officer: Any, sign_in: SignIn
) -> None:
    risk, client = make_risk(organisation), sign_in(officer)
    scored(risk, officer)
    assert risk.system
    risk.system.purpose = "Decides about people"
    risk.system.save()
    assert "The system changed since this was scored." in client.get(risk.get_absolute_url()).content.decode()
    scored(Risk.objects.get(pk=risk.pk), officer)
    assert "The system changed" not in client.get(risk.get_absolute_url()).content.decode()


def test_an_acceptance_lapses_when_the_residual_score_rises(organisation: Any, criteria: Any, officer: Any) -> None:
    risk, today = make_risk(organisation, option="accept"), organisation.today()
    first = scored(risk, officer, phase="residual", likelihood=2, for_individuals=3)
    accepted = Acceptance.objects.create(
        risk=risk,
        assessment=first,
        score=first.score,
        level=first.level,
        accepted_by=officer,
        accepted_on=today,
        until=today + timedelta(days=90),
        reason="Small",
    )
    scored(risk, officer, phase="residual", likelihood=2, for_individuals=3)
    accepted.refresh_from_db()
    assert accepted.lapsed_on is None
    scored(risk, officer, phase="residual", likelihood=3, for_individuals=4)
    accepted.refresh_from_db()
    assert (accepted.lapsed_on, accepted.lapsed_because) == (today, "The residual risk rose to 12, high.")


def test_two_people_score_one_risk_and_the_second_looks_again(
    organisation: Any, criteria: Any, officer: Any, sign_in: SignIn
) -> None:
    risk, client = make_risk(organisation), sign_in(officer)
    form = SeenPage(client.get(risk.url("assess"))).form_with("version")
    scored(risk, officer)
    answer = client.post(risk.url("assess"), form.data(likelihood="1", for_individuals="1", rationale="Rare"))
    assert answer.status_code == 422
    assert "It changed after you opened it" in answer.content.decode()
    assert "Rare" in answer.content.decode()
    assert risk.assessments.count() == 1


def test_criteria_that_changed_meanwhile_are_read_again(
    organisation: Any, criteria: Any, officer: Any, sign_in: SignIn
) -> None:
    risk, client = make_risk(organisation), sign_in(officer)
    form = SeenPage(client.get(risk.url("assess"))).form_with("version")
    type(criteria).objects.filter(pk=criteria.pk).update(state="superseded")
    make_criteria(organisation, number=2, state="approved")
    answer = client.post(risk.url("assess"), form.data(likelihood="1", for_individuals="1", rationale="Rare"))
    assert "The criteria changed after you opened this" in answer.content.decode()
    assert not risk.assessments.exists()


def test_a_closed_risk_is_not_scored(organisation: Any, criteria: Any, officer: Any, sign_in: SignIn) -> None:
    risk = make_risk(organisation, closed_on=organisation.today(), closed_because="Gone")
    assert sign_in(officer).get(risk.url("assess"))["Location"] == risk.get_absolute_url()
    with pytest.raises(ValidationError, match="closed"):
        scored(risk, officer)


@pytest.mark.parametrize("who", ["auditor", "internal_auditor", "manager"])
def test_readers_score_nothing(who: str, organisation: Any, criteria: Any, request: Any, sign_in: SignIn) -> None:
    risk, client = make_risk(organisation), sign_in(request.getfixturevalue(who))
    assert client.get(risk.url("assess")).status_code == 403
    assert client.post(risk.url("assess"), {"likelihood": "1"}).status_code == 403


def test_owners_score_their_own_risk_and_no_other(
    organisation: Any, criteria: Any, contributor: Any, sign_in: SignIn
) -> None:
    mine, other = make_risk(organisation, owner=contributor), make_risk(organisation)
    client = sign_in(contributor)
    assert client.get(other.url("assess")).status_code == 404
    assert posted(client, mine).status_code == 302
    assert mine.assessments.get().assessed_by == contributor


def test_a_score_is_a_change_of_the_risk_by_somebody(organisation: Any, criteria: Any, officer: Any) -> None:
    risk = make_risk(organisation)
    scored(risk, officer)
    record = Record.objects.get(pk=risk.pk)
    assert (record.version, record.changed_by) == (risk.version + 1, officer)


def test_scores_are_compared_within_a_phase(organisation: Any, criteria: Any) -> None:
    risk = make_risk(organisation)
    score(risk, phase="current", likelihood=3, for_individuals=4, assessed_on=organisation.today())
    score(risk, phase="inherent", likelihood=4, for_individuals=4, assessed_on=date(2020, 1, 1))
    risk.refresh_from_db()
    assert (risk.current_score, risk.inherent_score, risk.score) == (12, 16, 12)
