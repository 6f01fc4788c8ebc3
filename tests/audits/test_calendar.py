"""The calendar of certification by the rules of ISO/IEC 17021-1, and the form of those rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from audits.models import AuditRules, Finding
from audits.programme.calendar import Road, road
from records.months import months_after
from tests.audits.making import issued, make_audit, make_finding
from tests.cast import somebody
from tests.pages import SeenPage, filled_in

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db
CERTIFIED = date(2024, 5, 10)


def at(organisation: Any) -> str:
    return f"/{organisation.slug}/certification/"


def rules(organisation: Any, **fields: Any) -> AuditRules:
    return AuditRules.objects.create(organisation=organisation, **{"certified_on": CERTIFIED} | fields)


def steps(found: Road) -> dict[str, Any]:
    return {one.key: one for one in found.steps}


def test_before_there_is_a_certificate_only_the_stages_have_days(organisation: Any, officer: Any) -> None:
    organisation.stage1_on, organisation.stage2_on = date(2027, 2, 9), date(2027, 3, 22)
    organisation.save()
    days = {"planned_from": date(2027, 2, 9), "planned_to": date(2027, 2, 10)}
    stage_1 = make_audit(organisation, audit_kind="certification_stage1", **days)
    found = steps(road(organisation, seen_by=officer, today=date(2026, 11, 23)))
    assert list(found) == ["stage_1", "stage_2", "surveillance_1", "surveillance_2", "recertification"]
    assert (found["stage_1"].deadline, found["stage_1"].audit) == (date(2027, 2, 9), stage_1)
    assert found["stage_2"].deadline == date(2027, 3, 22)
    assert found["surveillance_1"].deadline is found["recertification"].deadline is None
    assert found["stage_1"].state[0] == "Planned"
    assert found["stage_2"].state[0] == "Not planned"


def test_surveillance_and_recertification_are_counted_from_the_decision(organisation: Any, officer: Any) -> None:
    kept = rules(organisation)
    first = make_audit(organisation, audit_kind="surveillance", planned_from=date(2025, 4, 1))
    issued(first, officer)
    late = make_audit(organisation, audit_kind="recertification", planned_from=date(2027, 6, 1))
    make_audit(organisation, audit_kind="surveillance", planned_from=date(2024, 5, 1), title="Of the cycle before")
    road_ = road(organisation, seen_by=officer, today=date(2027, 1, 2))
    found = steps(road_)
    assert (found["surveillance_1"].deadline, found["surveillance_1"].audit) == (date(2025, 5, 10), first)
    assert found["surveillance_1"].state == ("Done", "good")
    assert (found["surveillance_2"].deadline, found["surveillance_2"].audit) == (date(2026, 12, 31), None)
    assert found["surveillance_2"].state == ("Late", "bad")
    assert found["recertification"].deadline == kept.expiry == date(2027, 5, 10)
    assert found["recertification"].audit == late
    assert found["recertification"].state == ("Planned after its deadline", "bad")
    assert road_.restorable_until == date(2027, 11, 10)


def test_the_rules_of_the_organisation_move_the_days(organisation: Any, officer: Any) -> None:
    rules(organisation, surveillance_months=10, certificate_years=4, restore_months=3)
    found = road(organisation, seen_by=officer, today=CERTIFIED)
    by_key = steps(found)
    assert by_key["surveillance_1"].deadline == date(2025, 3, 10)
    assert by_key["surveillance_3"].deadline == date(2027, 12, 31)
    assert by_key["recertification"].deadline == date(2028, 5, 10)
    assert found.restorable_until == date(2028, 8, 10)


def test_a_major_of_stage_2_that_is_not_verified_in_time_means_another_stage_2(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    today = organisation.today()
    ended = months_after(today, -7)
    audit = make_audit(organisation, audit_kind="certification_stage2", planned_from=ended, planned_to=ended)
    owner = somebody(organisation)
    major = make_finding(organisation, audit=audit, owner=owner, grade="major")
    make_finding(organisation, audit=audit, owner=owner)
    issued(audit, officer)
    found = road(organisation, seen_by=officer)
    assert (found.limit, found.again) == (months_after(ended, 6), [major])
    page = sign_in(officer).get(at(organisation)).content.decode()
    assert "Another stage 2 is needed." in page
    Finding.objects.filter(pk=major.pk).update(verified_on=months_after(ended, 5), verified_by=officer)
    assert not road(organisation, seen_by=officer).needs_another_stage_2
    Finding.objects.filter(pk=major.pk).update(verified_on=today)
    assert road(organisation, seen_by=officer).needs_another_stage_2, "it was verified too late"
    rules(organisation, certified_on=None, major_months=9)
    assert not road(organisation, seen_by=officer).needs_another_stage_2


def test_the_officer_keeps_the_rules(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    client, address = sign_in(officer), f"{at(organisation)}rules/"
    data = filled_in(client, address, certified_on="2024-05-10", closure_days="60", minor_word="Category 2")
    assert client.post(address, data).status_code == 302
    kept = AuditRules.objects.get(organisation=organisation)
    assert (kept.certified_on, kept.closure_days, kept.minor_word, kept.version) == (CERTIFIED, 60, "Category 2", 1)
    stale = client.post(address, data | {"closure_days": "61"})
    assert "Somebody else saved these rules meanwhile" in stale.content.decode()
    assert 'value="61"' in stale.content.decode()
    assert client.post(address, SeenPage(stale).form_with("version").data()).status_code == 302
    kept.refresh_from_db()
    assert (kept.closure_days, kept.version) == (61, 2)
    history = client.get(f"/{organisation.slug}/history/").content.decode()
    assert "rules of certification" in history.lower()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"closure_days": "0"}, "closure_days"),
        ({"certificate_years": "3000"}, "certificate_years"),
        ({"expires_on": "2027-01-01"}, "certified_on"),
        ({"certified_on": "9999-01-01"}, "certified_on"),
        ({"certified_on": "2024-05-10", "expires_on": "2024-05-10"}, "expires_on"),
        ({"certified_on": "2024-05-10", "expires_on": "9999-05-10"}, "expires_on"),
    ],
)
def test_impossible_rules_are_told_at_the_field(
    typed: dict[str, str], field: str, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client, address = sign_in(officer), f"{at(organisation)}rules/"
    answer = client.post(address, filled_in(client, address, **typed))
    assert field in answer.context["form"].errors
    assert not AuditRules.objects.exists()


def test_a_day_far_ahead_breaks_nothing(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    far = date(9999, 12, 31)
    make_audit(organisation, audit_kind="certification_stage2", planned_from=far, planned_to=far)
    assert sign_in(officer).get(at(organisation)).status_code == 200


def test_who_may_see_and_keep_them(
    organisation: Any, internal_auditor: Any, manager: Any, auditor: Any, contributor: Any, sign_in: SignIn
) -> None:
    for person in (internal_auditor, manager, auditor):
        assert sign_in(person).get(at(organisation)).status_code == 200
        assert sign_in(person).get(f"{at(organisation)}rules/").status_code == 403
        assert sign_in(person).post(f"{at(organisation)}rules/", {"closure_days": "1"}).status_code == 403
    assert sign_in(contributor).get(at(organisation)).status_code == 403
    assert not AuditRules.objects.exists()
