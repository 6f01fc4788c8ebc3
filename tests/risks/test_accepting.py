"""Residual risk is accepted by who has the authority, for a time, with a reason; and it lapses (6.1.3, 8.3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client

from organisations.actions import appoint
from organisations.models import Membership
from risks.models import Acceptance, Risk, RiskCriteria
from risks.treatment.accepting import accept_risk, ask_acceptance, standing_of, withdraw_acceptance
from tests.cast import person
from tests.pages import SeenPage, filled_in
from tests.risk_cast import make_criteria, make_risk, make_treatment, score

# Likelihood and consequence of a score of each level.
SCORED = {"low": (2, 2), "medium": (2, 3), "high": (3, 4), "critical": (4, 5)}


def scored(organisation: Any, level: str = "high", **fields: Any) -> Risk:
    """A risk with a residual score of that level, made by nobody in particular."""
    if not RiskCriteria.objects.filter(organisation=organisation).exists():
        make_criteria(organisation, state="approved")
    assessed_by = fields.pop("assessed_by", None)
    risk = make_risk(organisation, **fields)
    likelihood, consequence = SCORED[level]
    score(risk, likelihood=likelihood, for_organisation=consequence, assessed_by=assessed_by)
    return Risk.objects.get(pk=risk.pk)


def with_authority(user: Any, organisation: Any, authority: str) -> Any:
    """The person, who from now on holds that authority; `top` is top management."""
    place = {
        "top_management": authority == "top",
        "authority": authority if authority in {"head", "designated"} else "",
    }
    Membership.objects.filter(user=user, organisation=organisation).update(**place)
    return user


def accepted(risk: Risk, by: Any, **terms: Any) -> Acceptance:
    risk = Risk.objects.get(pk=risk.pk)
    until = risk.organisation.today() + timedelta(days=90)
    defaults = {"seen": risk.version, "reason": "Nothing more can be done this year", "until": until}
    return accept_risk(risk, by=by, **defaults | terms)


def refused(risk: Risk, by: Any, **terms: Any) -> str:
    """Why it was refused; nothing is kept."""
    with pytest.raises(ValidationError) as refusal:
        accepted(risk, by, **terms)
    assert not Acceptance.objects.filter(risk=risk).exists()
    return " ".join(refusal.value.messages)


def test_only_residual_risk_is_accepted(organisation: Any, manager: Any) -> None:
    with_authority(manager, organisation, "top")
    risk = make_risk(organisation)
    score(risk, phase="inherent", likelihood=2, for_organisation=2)
    score(risk, phase="current", likelihood=2, for_organisation=2)
    assert "residual" in refused(risk, manager)


def test_a_closed_risk_is_not_accepted(organisation: Any, manager: Any) -> None:
    risk = scored(organisation, closed_on=organisation.today())
    assert "closed" in refused(risk, with_authority(manager, organisation, "top"))


@pytest.mark.parametrize(
    ("level", "least", "too_little"),
    [("medium", "head", "owner"), ("high", "designated", "head"), ("critical", "top", "designated")],
)
def test_a_level_is_accepted_only_with_its_authority(
    level: str, least: str, too_little: str, organisation: Any, manager: Any
) -> None:
    risk = scored(organisation, level, owner=manager)
    assert "authority is too low" in refused(risk, with_authority(manager, organisation, too_little))
    made = accepted(risk, with_authority(manager, organisation, least))
    assert (made.authority, made.level, made.score) == (least, level, risk.residual_score)


def test_a_low_risk_is_accepted_by_its_owner_or_somebody_with_more_authority(
    organisation: Any, contributor: Any, manager: Any
) -> None:
    risk = scored(organisation, "low", owner=contributor)
    assert "authority is too low" in refused(risk, manager)
    assert accepted(risk, contributor).authority == "owner"
    assert accepted(risk, with_authority(manager, organisation, "head")).authority == "head"
    assert Risk.objects.get(pk=risk.pk).acceptances.standing(organisation.today()).count() == 1


def test_nobody_accepts_what_they_assessed(organisation: Any, manager: Any) -> None:
    with_authority(manager, organisation, "top")
    risk = scored(organisation, "high", assessed_by=manager)
    assert "You made this residual score" in refused(risk, manager)


@pytest.mark.parametrize("role", ["auditor", "internal_auditor", "officer", "administrator"])
def test_auditors_and_plain_officers_accept_nothing(
    role: str, organisation: Any, request: Any, sign_in: Callable[..., Client]
) -> None:
    user = request.getfixturevalue(role)
    if "auditor" in role:
        # Not even where the table of members says otherwise.
        Membership.objects.filter(user=user).update(top_management=True, authority="designated")
    risk = scored(organisation, "low")
    refused(risk, user)
    client = sign_in(user)
    data = {"reason": "x", "until": "2027-01-01", "version": risk.version, "score": risk.residual_score}
    for answer in (client.get(risk.url("accept")), client.post(risk.url("accept"), data)):
        assert answer.status_code == 403
    assert not Acceptance.objects.exists()


def test_it_needs_a_reason_and_a_last_day_ahead_of_at_most_two_years(organisation: Any, manager: Any) -> None:
    risk, today = scored(organisation), organisation.today()
    with_authority(manager, organisation, "designated")
    assert "Say why" in refused(risk, manager, reason=" ")
    assert "Say until when" in refused(risk, manager, until=None)
    assert "a day to come" in refused(risk, manager, until=today)
    assert "two years" in refused(risk, manager, until=today + timedelta(days=732))
    assert accepted(risk, manager, until=today + timedelta(days=731))


def test_a_stale_acceptance_is_refused(organisation: Any, manager: Any) -> None:
    with_authority(manager, organisation, "designated")
    risk = scored(organisation)
    assert "changed after you opened it" in refused(risk, manager, seen=risk.version - 1)
    assert "changed after you opened it" in refused(risk, manager, seen=None)
    assert "changed after you opened it" in refused(risk, manager, score=risk.residual_score - 1)


def test_it_lapses_on_its_last_day(organisation: Any, manager: Any) -> None:
    made = accepted(scored(organisation), with_authority(manager, organisation, "designated"))
    assert standing_of(made, made.until)[0]
    stands, words = standing_of(made, made.until + timedelta(days=1))
    assert not stands
    assert "Ended on" in words
    assert not Acceptance.objects.standing(made.until + timedelta(days=1)).exists()


def test_it_lapses_on_a_higher_score_and_says_so(organisation: Any, manager: Any) -> None:
    risk = scored(organisation, "medium")
    made = accepted(risk, with_authority(manager, organisation, "designated"))
    score(risk, likelihood=3, for_organisation=3)
    stands, words = standing_of(Acceptance.objects.get(pk=made.pk), organisation.today())
    assert (stands, words) == (False, "Lapsed: the residual score rose from 6 to 9")
    assert list(Risk.objects.unaccepted(organisation.today())) == [risk]
    score(risk, likelihood=1, for_organisation=3)
    assert standing_of(Acceptance.objects.get(pk=made.pk), organisation.today())[0]


def test_it_lapses_when_the_system_changes_materially_and_says_so(organisation: Any, manager: Any) -> None:
    risk = scored(organisation)
    made = accepted(risk, with_authority(manager, organisation, "designated"))
    assert risk.system
    risk.system.purpose = "Decides about people"
    risk.system.save()
    stands, words = standing_of(Acceptance.objects.get(pk=made.pk), organisation.today())
    assert (stands, words) == (False, "Lapsed: the AI system changed materially")
    assert not Acceptance.objects.standing(organisation.today()).exists()


def test_a_risk_scored_before_its_system_changed_is_scored_again_first(organisation: Any, manager: Any) -> None:
    risk = scored(organisation, assessed_facts="what it was before")
    assert "Score it again first" in refused(risk, with_authority(manager, organisation, "top"))


def test_an_acceptance_is_never_changed_or_deleted_only_lapsed(organisation: Any, manager: Any) -> None:
    made = accepted(scored(organisation), with_authority(manager, organisation, "designated"))
    rows = Acceptance.objects.filter(pk=made.pk)
    for change in ({"until": organisation.today()}, {"score": 1}, {"reason": "other"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()


def test_it_is_withdrawn_with_a_reason_by_who_gave_it(organisation: Any, manager: Any, officer: Any) -> None:
    made = accepted(scored(organisation), with_authority(manager, organisation, "designated"))
    with pytest.raises(ValidationError):
        withdraw_acceptance(made, by=officer, reason="I do not like it")
    with pytest.raises(ValidationError):
        withdraw_acceptance(made, by=manager, reason="")
    withdraw_acceptance(made, by=manager, reason="A customer complained")
    words = standing_of(Acceptance.objects.get(pk=made.pk), organisation.today())[1]
    assert words.endswith(f"withdrawn by {manager}: A customer complained")


def test_whoever_is_asked_may_read_the_risk_and_is_told(
    organisation: Any, officer: Any, sign_in: Callable[..., Client]
) -> None:
    head = person("head", organisation, "contributor", authority="head")
    risk, treatment = scored(organisation, "medium"), None
    treatment = make_treatment(organisation, treats=risk)
    client = sign_in(head)
    assert client.get(risk.url("accept")).status_code == 404
    ask_acceptance(risk, of=head, by=officer)
    risk.refresh_from_db()
    assert (risk.acceptance_asked_of, risk.acceptance_asked_on) == (head, organisation.today())
    page = client.get(risk.url("accept"))
    assert page.status_code == 200
    assert treatment.title in page.content.decode()
    assert client.get(f"/{organisation.slug}/mentions/").content.decode().count(risk.reference)
    accepted(risk, head)
    risk.refresh_from_db()
    assert risk.acceptance_asked_of is None


def test_only_who_has_the_authority_can_be_asked(organisation: Any, officer: Any, manager: Any) -> None:
    risk = scored(organisation, "high", assessed_by=manager)
    with_authority(manager, organisation, "top")
    for user in (officer, manager):
        with pytest.raises(ValidationError):
            ask_acceptance(risk, of=user, by=officer)


def test_the_page_accepts_what_it_shows_and_loses_nothing_typed(
    organisation: Any, manager: Any, sign_in: Callable[..., Client]
) -> None:
    risk = scored(organisation)
    client = sign_in(with_authority(manager, organisation, "designated"))
    data = filled_in(client, risk.url("accept"), reason="Vendor delivers in March", until="", conditions="Weekly check")
    answer = client.post(risk.url("accept"), data)
    assert answer.status_code == 422
    assert "Say until when" in answer.content.decode()
    again = SeenPage(answer).form_with("version").fields
    assert (again["reason"], again["conditions"]) == (["Vendor delivers in March"], ["Weekly check"])
    data["until"] = (organisation.today() + timedelta(days=30)).isoformat()
    assert client.post(risk.url("accept"), data).status_code == 302
    page = client.get(risk.get_absolute_url()).content.decode()
    assert "Stands until" in page
    assert "Designated management" in page


def test_who_may_not_accept_is_told_why(organisation: Any, contributor: Any, sign_in: Callable[..., Client]) -> None:
    risk = scored(organisation, owner=contributor)
    appoint(contributor, organisation=organisation, role="contributor", authority="head")
    answer = sign_in(contributor).get(risk.url("accept"))
    assert answer.status_code == 403
    assert "accepted by: designated management" in answer.content.decode()
