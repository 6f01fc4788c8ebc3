"""The gate knows from life-cycle records what was tested and what users are told; a failed test stops it (A.6.2.5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from organisations.models import Membership
from risks.golive.gate import checks_of
from risks.golive.going_live import go_live
from risks.models import GoLive
from systems.models import AISystem, Stage
from tests.cast import make_ai_system
from tests.pages import SeenPage
from tests.risk_cast import approved
from tests.systems.making import make_system_record

SignIn = Callable[..., Client]


@pytest.fixture
def system(organisation: Any, officer: Any) -> AISystem:
    made = make_ai_system(
        organisation, title="ShiftCast", system_version="0.9", stage=Stage.VERIFICATION, owner=officer
    )
    return AISystem.objects.get(pk=made.pk)


@pytest.fixture
def decider(organisation: Any, manager: Any) -> Any:
    Membership.objects.filter(user=manager, organisation=organisation).update(authority="designated")
    return manager


def verified(system: AISystem, **fields: Any) -> Any:
    return make_system_record(system.organisation, system=system, **{"system_version": "0.9"} | fields)


def informed(system: AISystem, **fields: Any) -> Any:
    given = {"record_kind": "user_information", "outcome": "", "audience": "Planners", "done_on": None}
    return verified(system, **given | fields)


def told(system: AISystem, version: str = "0.9", **given: str) -> dict[str, tuple[bool, str]]:
    return {one.key: (one.passed, one.why) for one in checks_of(system, version, given, user=system.owner)[1:]}


def live(system: AISystem, by: Any, **changes: Any) -> GoLive:
    values = {"seen": system.version, "version": "0.9", "live_on": system.organisation.today(), "given": {}}
    return go_live(system, by=by, **{**values, "stage": Stage.OPERATION, **changes})


def test_what_is_on_record_need_not_be_typed_again(system: AISystem, decider: Any, sign_in: SignIn) -> None:
    approved(system)
    test, notes = verified(system, title="Load test"), informed(system, title="Notes for planners", system_version="")
    assert told(system) == {
        "verification": (True, f"{test.reference} Load test: passed, 15 Jan 2026"),
        "user_information": (True, f"{notes.reference} Notes for planners"),
    }
    page = SeenPage(sign_in(decider).get(f"{system.get_absolute_url()}go-live/"))
    assert "Nothing is missing" in page.texts
    assert {test.get_absolute_url(), notes.get_absolute_url()} <= set(page.links)
    answer = sign_in(decider).post(f"{system.get_absolute_url()}go-live/", page.form_with("override_reason").data())
    decision = GoLive.objects.get()
    assert answer["Location"] == decision.get_absolute_url()
    assert decision.verification == f"{test.reference} Load test: passed, 15 Jan 2026"
    assert decision.user_information == f"{notes.reference} Notes for planners"


def test_what_is_typed_stands_beside_what_is_on_record(system: AISystem, decider: Any) -> None:
    approved(system)
    verified(system, title="Load test")
    decision = live(system, decider, given={"verification": "Also tried by hand", "user_information": "A talk"})
    assert decision.verification.splitlines()[0] == "Also tried by hand"
    assert "Load test: passed" in decision.verification
    assert decision.user_information == "A talk"


def test_tests_and_information_of_another_version_do_not_count(system: AISystem) -> None:
    verified(system, system_version="0.8")
    verified(system, system_version="0.8", outcome="failed")
    informed(system, system_version="0.8")
    assert [passed for passed, _why in told(system).values()] == [False, False]
    assert [passed for passed, _why in told(system, "0.8").values()] == [False, True]
    assert [passed for passed, _why in told(system, "").values()] == [False, False]


def test_a_failed_test_stops_it_until_it_is_done_again_or_overridden(system: AISystem, decider: Any) -> None:
    approved(system)
    informed(system)
    verified(system, title="Load test")
    failed = verified(system, title="Bias test", outcome="failed")
    passed, why = told(system, verification="All is well")["verification"]
    assert (passed, f"{failed.reference} Bias test: failed" in why) == (False, True)
    with pytest.raises(ValidationError, match="Bias test: failed"):
        live(system, decider, given={"verification": "All is well"})
    again = verified(system, title="Bias test 2", repeats=failed, outcome="passed_with_limits")
    words = told(system)["verification"][1]
    assert f"{again.reference} Bias test 2: passed with limits" in words
    assert failed.reference not in words
    assert live(system, decider).override_reason == ""


def test_an_override_of_a_failed_test_keeps_that_it_failed(system: AISystem, decider: Any) -> None:
    approved(system)
    informed(system)
    verified(system, title="Bias test", outcome="failed")
    decision = live(system, decider, override_reason="Pilot with twelve planners")
    assert "Bias test: failed" in decision.verification
