"""Criteria come first, in versions: approved by designated management, then never changed (6.1.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from risks.criteria.in_force import criteria_in_force, starting_values
from risks.models import RiskCriteria
from tests.pages import SeenPage
from tests.record_types import criteria_form
from tests.risk_cast import make_criteria, make_risk, score

SignIn = Callable[..., Client]


def page(organisation: Any, end: str = "") -> str:
    return f"/{organisation.slug}/risk-criteria/{end}"


def with_authority(user: Any, organisation: Any, authority: str = "designated") -> Any:
    organisation.memberships.filter(user=user).update(authority=authority)
    return user


def test_without_any_there_are_none_to_score_by(organisation: Any) -> None:
    assert criteria_in_force(organisation) is None


def test_the_approved_version_is_in_force_else_the_newest_draft(organisation: Any, other_organisation: Any) -> None:
    make_criteria(other_organisation, state="approved")
    first, second = make_criteria(organisation), make_criteria(organisation, number=2)
    assert criteria_in_force(organisation) == second
    RiskCriteria.objects.filter(pk=first.pk).update(state="approved")
    assert criteria_in_force(organisation) == first
    RiskCriteria.objects.filter(pk=first.pk).update(state="superseded")
    assert criteria_in_force(organisation) == second


def test_new_ones_begin_with_the_scales_of_practice(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    client = sign_in(officer)
    form = SeenPage(client.get(page(organisation, "new/"))).form_with("version")
    assert client.post(page(organisation, "new/"), form.data()).status_code == 302
    made = RiskCriteria.objects.get(organisation=organisation)
    assert (made.size, made.number, made.state) == (5, 1, "draft")
    assert made.likelihood[3] == "Likely: several times a year"
    assert (made.medium_from, made.high_from, made.critical_from) == (5, 10, 15)


def test_three_steps_are_possible(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    client = sign_in(officer)
    form = SeenPage(client.get(page(organisation, "new/?size=3"))).form_with("version")
    assert client.post(page(organisation, "new/"), form.data()).status_code == 302
    made = RiskCriteria.objects.get(organisation=organisation)
    assert (made.size, len(made.society_scale)) == (3, 3)
    assert [made.level_of(*steps) for steps in ((1, 2), (1, 3), (2, 3), (3, 3))] == [
        "low",
        "medium",
        "high",
        "critical",
    ]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"size": "3"}, "Say what each of the 3 steps means."),
        ({"likelihood": "one\ntwo"}, "Say what each of the 5 steps means."),
        ({"high_from": "4"}, "The thresholds rise from medium to critical"),
        ({"critical_from": "26"}, "stay within 25, the highest score"),
        ({"society_scale": "\n".join(["x" * 201] * 5)}, "A step has at most 200 characters."),
        ({"months_high": "0"}, "At least one month."),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_typed_is_lost(
    typed: dict[str, str], said: str, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    given = criteria_form(organisation) | {"owner": officer.pk, "title": "Typed with care"} | typed
    answer = sign_in(officer).post(page(organisation, "new/"), given).content.decode()
    assert said in answer
    assert "Typed with care" in answer
    assert not RiskCriteria.objects.exists()


def test_designated_management_approves_and_the_earlier_version_is_superseded(
    organisation: Any, officer: Any, manager: Any, sign_in: SignIn
) -> None:
    old = make_criteria(organisation, state="approved")
    new = make_criteria(organisation, number=2)
    assert sign_in(officer).post(page(organisation, f"{new.reference}/submit/")).status_code == 302
    new.refresh_from_db()
    client = sign_in(with_authority(manager, organisation))
    assert client.post(page(organisation, f"{new.reference}/approve/"), {"version": new.version}).status_code == 302
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, new.state, new.decided_by) == ("superseded", "approved", manager)


@pytest.mark.parametrize(("who", "authority"), [("manager", ""), ("manager", "head"), ("officer", "designated")])
def test_nobody_else_approves_and_nobody_their_own(
    who: str, authority: str, organisation: Any, officer: Any, request: Any, sign_in: SignIn
) -> None:
    criteria = make_criteria(organisation)
    sign_in(officer).post(page(organisation, f"{criteria.reference}/submit/"))
    client = sign_in(with_authority(request.getfixturevalue(who), organisation, authority))
    assert client.post(page(organisation, f"{criteria.reference}/approve/"), {"version": 2}).status_code == 403
    criteria.refresh_from_db()
    assert criteria.state == "in_review"


@pytest.mark.parametrize("state", ["approved", "superseded", "in_review"])
def test_an_approved_version_is_not_edited(state: str, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    criteria, client = make_criteria(organisation, state=state), sign_in(officer)
    assert criteria.edit_url not in SeenPage(client.get(criteria.get_absolute_url())).links
    for answer in (
        client.get(criteria.edit_url, follow=True),
        client.post(criteria.edit_url, criteria_form(organisation) | {"owner": officer.pk, "version": 1}, follow=True),
    ):
        assert answer.redirect_chain == [(criteria.get_absolute_url(), 302)]
        assert "Make a new version" in answer.content.decode() or "in review" in answer.content.decode()
    assert RiskCriteria.objects.get(pk=criteria.pk).title == criteria.title


def test_a_draft_that_was_scored_with_stays_as_it_is(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    criteria = make_criteria(organisation)
    score(make_risk(organisation), likelihood=2, for_organisation=2)
    assert "Scores were made with it" in sign_in(officer).get(criteria.edit_url, follow=True).content.decode()


def test_a_new_version_begins_as_a_copy(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    values = starting_values(3)
    criteria = make_criteria(organisation, state="approved", method="Workshops", accepts_low="head", **values)
    answer = sign_in(officer).post(page(organisation, f"{criteria.reference}/new-version/"))
    draft = RiskCriteria.objects.get(state="draft")
    assert answer["Location"] == draft.edit_url
    assert (draft.number, draft.size, draft.likelihood) == (2, 3, values["likelihood"])
    assert (draft.method, draft.accepts_low, draft.critical_from) == ("Workshops", "head", 9)
    again = sign_in(officer).post(page(organisation, f"{criteria.reference}/new-version/"))
    assert again["Location"] == draft.edit_url, "the draft that waits already"


@pytest.mark.parametrize("who", ["auditor", "manager", "contributor"])
def test_only_who_keeps_records_makes_a_new_version(who: str, organisation: Any, request: Any, sign_in: SignIn) -> None:
    criteria = make_criteria(organisation, state="approved")
    answer = sign_in(request.getfixturevalue(who)).post(page(organisation, f"{criteria.reference}/new-version/"))
    assert answer.status_code in {403, 404}
    assert RiskCriteria.objects.count() == 1


def test_superseded_criteria_stay_superseded(organisation: Any) -> None:
    criteria = make_criteria(organisation, state="superseded")
    with pytest.raises(DatabaseError), transaction.atomic():
        RiskCriteria.objects.filter(pk=criteria.pk).update(state="approved")
