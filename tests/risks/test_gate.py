"""Nothing goes live without what A.6.2.5 asks for, or a reason on record; designated management decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.test import Client

from organisations.models import Membership
from risks.golive.gate import checks_of
from risks.golive.going_live import go_live
from risks.models import GoLive
from systems.models import AISystem, Stage
from tests.cast import make_ai_system, make_supplier
from tests.pages import SeenPage
from tests.risk_cast import approved, make_impact_assessment
from tests.traces import written

SignIn = Callable[..., Client]
TOLD = ("go-live", "dossier")
GIVEN = {"verification": "All 40 tests passed", "user_information": "Notes in the intranet"}


@pytest.fixture
def system(organisation: Any, officer: Any) -> AISystem:
    made = make_ai_system(
        organisation, title="ShiftCast", system_version="0.9", stage=Stage.VERIFICATION, owner=officer
    )
    return AISystem.objects.get(pk=made.pk)


@pytest.fixture
def decider(organisation: Any, manager: Any) -> Any:
    """A manager who is designated management."""
    Membership.objects.filter(user=manager, organisation=organisation).update(authority="designated")
    return manager


def page_of(system: AISystem) -> str:
    return f"{system.get_absolute_url()}go-live/"


def decide(client: Client, system: AISystem, **changes: Any) -> Any:
    form = SeenPage(client.get(page_of(system))).form_with("override_reason")
    return client.post(page_of(system), form.data(**{**GIVEN, **changes}))


def lack(system: AISystem, version: str = "0.9") -> str:
    """Why the assessment does not count; empty where it does."""
    check = checks_of(system, version, GIVEN, user=system.owner)[0]
    return "" if check.passed else check.why


def live(system: AISystem, by: Any, **changes: Any) -> GoLive:
    values = {"seen": system.version, "version": "0.9", "live_on": system.organisation.today(), "given": GIVEN}
    return go_live(system, by=by, **{**values, "stage": Stage.OPERATION, **changes})


def test_an_approved_and_current_assessment_of_that_version_lets_it_go_live(
    system: AISystem, organisation: Any, decider: Any, sign_in: SignIn
) -> None:
    assessment = approved(system)
    client = sign_in(decider)
    assert "2 are missing" in client.get(page_of(system)).content.decode()
    answer = decide(client, system)
    decision = GoLive.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, decision.get_absolute_url())
    assert (decision.assessment, decision.decided_by, decision.override_reason) == (assessment, decider, "")
    assert (decision.system_version, decision.verification) == ("0.9", "All 40 tests passed")
    system.refresh_from_db()
    assert (system.stage, system.go_live_on, system.system_version) == (Stage.OPERATION, organisation.today(), "0.9")
    assert (system.version, system.changed_by) == (2, decider)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"state": "draft"}, "not approved: it is “draft”"),
        ({"state": "in_review"}, "not approved: it is “in review”"),
        ({"state": "superseded"}, "no impact assessment of version 0.9"),
        ({"system_version": "0.8"}, "no impact assessment of version 0.9"),
        ({"decision": "no_go"}, "ended with: no go"),
        ({"decision": "stop"}, "ended with: stop"),
        ({"decision": ""}, "ended with: no decision"),
        ({"facts": "0" * 32}, "changed after"),
        ({"facts": ""}, "not on record what the system was"),
    ],
)
def test_no_go_live_without_an_approved_assessment_of_that_version(
    fields: dict[str, str], reason: str, system: AISystem, decider: Any
) -> None:
    approved(system, **fields)
    assert reason in lack(system)
    before = written()
    with pytest.raises(ValidationError, match="say why it goes live all the same"):
        live(system, decider)
    assert written() == before


def test_an_expired_assessment_does_not_count_and_its_last_day_does(system: AISystem, organisation: Any) -> None:
    approved(system, review_on=organisation.today() - timedelta(days=1))
    assert "expired on" in lack(system)
    approved(system, review_on=organisation.today(), number=2, decision="go_with_conditions")
    assert lack(system) == ""


def test_a_screening_that_found_nothing_to_assess_counts_once_approved(system: AISystem) -> None:
    one = approved(system, screening="none", decision="")
    assert lack(system) == ""
    type(one).objects.filter(pk=one.pk).update(state="superseded")
    approved(system, screening="none", decision="", is_prohibited=True, number=2)
    assert "prohibited practice" in lack(system)


def test_one_that_decided_against_it_does_not_count_however_it_was_screened(system: AISystem) -> None:
    approved(system, screening="none", decision="no_go")
    assert "ended with: no go" in lack(system)


def test_no_assessment_at_all_is_said(system: AISystem) -> None:
    assert lack(system) == "There is no impact assessment of version 0.9."
    assert lack(system, "") == "Say which version goes live."


def test_a_draft_beside_an_approved_one_takes_nothing_away(system: AISystem) -> None:
    approved(system)
    make_impact_assessment(system.organisation, system=system, number=2)
    assert lack(system) == ""


def test_what_changed_after_the_approval_is_named(system: AISystem, organisation: Any) -> None:
    approved(system)
    AISystem.objects.filter(pk=system.pk).update(main_supplier=make_supplier(organisation), purpose="Plans shifts")
    system.refresh_from_db()
    assert "purpose changed, new supplier" in lack(system)


def test_an_assessment_of_the_coming_version_counts_before_and_after_it_is_in_use(
    system: AISystem, decider: Any
) -> None:
    approved(system, system_version="1.0")
    assert lack(system, "1.0") == ""
    live(system, decider, version="1.0")
    system.refresh_from_db()
    assert (system.system_version, lack(system, "1.0")) == ("1.0", "")


def test_a_version_that_no_database_can_hold_is_refused_at_the_field(
    system: AISystem, decider: Any, sign_in: SignIn
) -> None:
    approved(system)
    answer = decide(sign_in(decider), system, system_version="0\x009")
    assert (answer.status_code, "system_version" in answer.context["form"].errors) == (200, True)
    assert not GoLive.objects.exists()


def test_an_assessment_one_may_not_see_is_not_named(
    system: AISystem, decider: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    AISystem.objects.filter(pk=system.pk).update(owner=contributor)
    assessment = approved(system, title="Secret title")
    made, client = live(AISystem.objects.get(pk=system.pk), decider), sign_in(contributor)
    AISystem.objects.filter(pk=system.pk).update(purpose="Plans shifts")
    make_impact_assessment(system.organisation, system=system, number=2, title="Secret draft")
    pages = [
        system.get_absolute_url(),
        page_of(system),
        f"{system.get_absolute_url()}dossier/",
        made.get_absolute_url(),
    ]
    told = [client.get(page).content.decode() for page in pages]
    doors = [*(f"ai-systems/{system.reference}/{name}/" for name in TOLD), f"go-lives/{made.reference}/"]
    told += [client.get(f"/api/v1/{system.organisation.slug}/{door}").content.decode() for door in doors]
    assert "The system changed after its impact assessment: purpose changed." in told[1]
    assert "Purpose changed since its impact assessment" in told[2]
    assert [text for text in told if "Secret" in text or assessment.reference in text] == []
    assert assessment.reference in sign_in(officer).get(made.get_absolute_url()).content.decode()


def test_verification_and_user_information_must_be_given(system: AISystem, decider: Any, sign_in: SignIn) -> None:
    approved(system)
    before = written()
    for name in GIVEN:
        answer = decide(sign_in(decider), system, **{name: "  "})
        assert answer.status_code == 200
        assert "Supply what is missing" in answer.content.decode()
    assert written() == before


def test_overriding_needs_a_recorded_reason_and_nothing_typed_is_lost(
    system: AISystem, decider: Any, sign_in: SignIn
) -> None:
    client, before = sign_in(decider), written()
    answer = decide(client, system, override_reason=" ")
    text = " ".join(SeenPage(answer).texts)
    assert "There is no impact assessment of version 0.9." in text
    assert SeenPage(answer).form_with("override_reason").fields["verification"] == [GIVEN["verification"]]
    assert written() == before
    answer = decide(client, system, override_reason="Peak season, board decision 12")
    decision = GoLive.objects.get()
    assert answer["Location"] == decision.get_absolute_url()
    assert (decision.override_reason, decision.assessment) == ("Peak season, board decision 12", None)
    shown = " ".join(SeenPage(client.get(decision.get_absolute_url())).texts)
    assert "Peak season, board decision 12" in shown
    assert "None that counted" in shown


def test_where_nothing_is_missing_nothing_is_overridden(system: AISystem, decider: Any, sign_in: SignIn) -> None:
    approved(system)
    answer = decide(sign_in(decider), system, override_reason="Just in case")
    assert "nothing to override" in answer.content.decode()
    assert not GoLive.objects.exists()


@pytest.mark.parametrize("authority", ["", "head"])
def test_only_designated_management_decides(
    authority: str, system: AISystem, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    approved(system)
    Membership.objects.filter(user=officer, organisation=organisation).update(authority=authority)
    client, before = sign_in(officer), written()
    page = SeenPage(client.get(page_of(system)), within="main")
    assert "Impact assessment of this version" in page.texts, "what is missing is there to read"
    assert not page.forms
    data = {"version": system.version, "system_version": "0.9", "live_on": str(organisation.today())}
    assert client.post(page_of(system), data | GIVEN).status_code == 403
    with pytest.raises(PermissionDenied):
        live(system, officer)
    assert written() == before


def test_an_auditor_never_decides_whatever_stands_in_the_table(
    system: AISystem, organisation: Any, internal_auditor: Any, auditor: Any, sign_in: SignIn
) -> None:
    organisation.memberships.filter(user__in=[internal_auditor, auditor]).update(authority="designated")
    for user in (internal_auditor, auditor):
        client = sign_in(user)
        assert not SeenPage(client.get(page_of(system)), within="main").forms
        assert client.post(page_of(system), {"version": "1"}).status_code == 403


def test_top_management_decides_too(system: AISystem, organisation: Any, manager: Any) -> None:
    Membership.objects.filter(user=manager, organisation=organisation).update(top_management=True)
    approved(system)
    assert live(system, manager).decided_by == manager


@pytest.mark.parametrize(
    ("days", "stage", "field"),
    [(-31, Stage.OPERATION, "live_on"), (366, Stage.DEPLOYMENT, "live_on"), (1, Stage.OPERATION, "stage")],
)
def test_days_too_far_off_are_said_at_the_field(
    days: int, stage: Stage, field: str, system: AISystem, organisation: Any, decider: Any, sign_in: SignIn
) -> None:
    approved(system)
    day = str(organisation.today() + timedelta(days=days))
    answer = decide(sign_in(decider), system, live_on=day, stage=stage.value)
    assert list(answer.context["form"].errors) == [field]


@pytest.mark.parametrize(("days", "stage"), [(-30, Stage.OPERATION), (0, Stage.CONTINUOUS), (365, Stage.DEPLOYMENT)])
def test_days_within_reach_are_taken(
    days: int, stage: Stage, system: AISystem, organisation: Any, decider: Any, sign_in: SignIn
) -> None:
    approved(system)
    day = organisation.today() + timedelta(days=days)
    assert decide(sign_in(decider), system, live_on=str(day), stage=stage.value).status_code == 302
    system.refresh_from_db()
    assert (system.go_live_on, system.stage) == (day, stage)


def test_a_stage_before_deployment_or_retirement_is_none_to_go_live_in(
    system: AISystem, decider: Any, sign_in: SignIn
) -> None:
    approved(system)
    for stage in (Stage.INCEPTION, Stage.RETIREMENT):
        assert list(decide(sign_in(decider), system, stage=stage.value).context["form"].errors) == ["stage"]


def test_a_decision_on_what_changed_meanwhile_is_refused(system: AISystem, decider: Any, sign_in: SignIn) -> None:
    approved(system)
    client = sign_in(decider)
    form = SeenPage(client.get(page_of(system))).form_with("override_reason").data(**GIVEN)
    AISystem.objects.filter(pk=system.pk).update(version=7)
    answer = client.post(page_of(system), form)
    assert "Somebody changed this system meanwhile" in answer.content.decode()
    with pytest.raises(ValidationError, match="It changed after you opened it"):
        live(system, decider)
    assert not GoLive.objects.exists()


def test_a_decision_is_immutable(system: AISystem, decider: Any) -> None:
    approved(system)
    decision = live(system, decider)
    for change in (decision.delete, lambda: GoLive.objects.filter(pk=decision.pk).update(override_reason="x")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_new_version_of_a_live_system_goes_live_on_its_own_day(
    system: AISystem, organisation: Any, decider: Any
) -> None:
    approved(system)
    live(system, decider, live_on=organisation.today() - timedelta(days=20))
    system = AISystem.objects.get(pk=system.pk)
    approved(system, system_version="1.0", number=2)
    live(system, decider, version="1.0")
    system = AISystem.objects.get(pk=system.pk)
    assert (system.system_version, system.go_live_on) == ("1.0", organisation.today())
    live(system, decider, version="1.0", seen=system.version, live_on=organisation.today() - timedelta(days=3))
    assert AISystem.objects.get(pk=system.pk).go_live_on == organisation.today(), "decided again, not live again"


def test_a_retired_system_goes_live_no_more(system: AISystem, organisation: Any, decider: Any, sign_in: SignIn) -> None:
    approved(system)
    AISystem.objects.filter(pk=system.pk).update(retired_on=organisation.today())
    assert sign_in(decider).get(page_of(system))["Location"] == system.get_absolute_url()
    with pytest.raises(ValidationError, match="retired"):
        live(system, decider)
