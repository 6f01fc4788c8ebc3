"""The scope: approved by top management, valid on any day, and never silently at odds with the inventory (4.3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client

from clauses.models import ScopeStatement
from clauses.scope import views
from clauses.scope.drafting import complete, draft_scope
from clauses.scope.inventory import disagreements_today
from clauses.scope.views import approval
from organisations.authority import Authority
from organisations.models import Membership
from records.actions import keep
from records.approving import send_back, submit
from systems.models import AISystem
from tests.cast import make_ai_system, person
from tests.pages import SeenPage

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def top(organisation: Any, manager: Any) -> Any:
    Membership.objects.filter(organisation=organisation, user=manager).update(top_management=True)
    return manager


def approved(organisation: Any, officer: Any, top: Any, text: str = "Advice by machine") -> ScopeStatement:
    draft = draft_scope(organisation, by=officer)
    draft.text = text
    keep(draft, by=officer)
    submit(draft, by=officer, complete=complete)
    draft.refresh_from_db()
    approval.decide(draft, by=top, seen=draft.version, given={})
    draft.refresh_from_db()
    return draft


def test_it_is_drafted_submitted_and_approved_with_its_systems(organisation: Any, officer: Any, top: Any) -> None:
    make_ai_system(organisation, title="Scorer")
    make_ai_system(organisation, title="Elsewhere", in_scope=False, scope_reason="Run by a partner")
    scope = approved(organisation, officer, top)
    assert (scope.label, scope.state, scope.decided_by) == ("1.0", "approved", top)
    assert [(one["title"], one["in_scope"]) for one in scope.content] == [("Scorer", True), ("Elsewhere", False)]
    assert len(scope.fingerprint) == 64
    with pytest.raises(DatabaseError), transaction.atomic():
        ScopeStatement.objects.filter(pk=scope.pk).update(text="Forged")


def test_only_top_management_approves(organisation: Any, officer: Any, manager: Any, top: Any) -> None:
    Membership.objects.filter(user=manager).update(top_management=False, authority="designated")
    with pytest.raises(ValidationError, match="top management"):
        approved(organisation, officer, manager)


def test_it_is_not_submitted_without_text_or_reasons(organisation: Any, officer: Any) -> None:
    draft = draft_scope(organisation, by=officer)
    system = make_ai_system(organisation)
    AISystem.objects.filter(pk=system.pk).update(scope_reason="")
    with pytest.raises(ValidationError) as told:
        submit(draft, by=officer, complete=complete)
    assert len(told.value.messages) == 2
    with pytest.raises(ValidationError, match="still open"):
        draft_scope(organisation, by=officer)


def test_the_draft_of_the_next_leaves_the_former_in_force(organisation: Any, officer: Any, top: Any) -> None:
    first = approved(organisation, officer, top)
    draft = draft_scope(organisation, by=officer)
    assert (draft.label, draft.text, draft.state) == ("1.1", first.text, "draft")
    first.refresh_from_db()
    assert first.state == "approved"


def test_the_version_of_any_day_is_found(
    organisation: Any, officer: Any, top: Any, sign_in: SignIn, monkeypatch: Any
) -> None:
    today = organisation.today()
    monkeypatch.setattr(type(organisation), "today", lambda self: today - timedelta(days=30))
    first = approved(organisation, officer, top)
    monkeypatch.setattr(type(organisation), "today", lambda self: today)
    second = approved(organisation, officer, top, "Advice and scoring")
    versions = ScopeStatement.objects.of(organisation)
    days = {first: today - timedelta(days=1), second: today}
    assert {scope: versions.valid_on(day).get() for scope, day in days.items()} == {first: first, second: second}
    assert not versions.valid_on(today - timedelta(days=31)).exists()
    page = sign_in(officer).get(f"/{organisation.slug}/scope/?on={days[first].isoformat()}").content.decode()
    assert first.get_absolute_url() in page


def test_the_pages_say_where_scope_and_inventory_disagree(
    organisation: Any, officer: Any, top: Any, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    stays, leaves, retires, partner = (make_ai_system(organisation, title=name) for name in ("A", "B", "C", "D"))
    AISystem.objects.filter(pk=partner.pk).update(in_scope=False)
    scope = approved(organisation, officer, top)
    assert disagreements_today(organisation) == []
    AISystem.objects.filter(pk=leaves.pk).update(in_scope=False)
    AISystem.objects.filter(pk=retires.pk).update(retired_on=organisation.today())
    AISystem.objects.filter(pk=partner.pk).update(in_scope=True)
    AISystem.objects.filter(pk=stays.pk).update(scope_reason="Another reason")
    added = make_ai_system(organisation, title="E")
    found = {one.reference: one.what for one in disagreements_today(organisation)}
    assert found == {
        leaves.reference: "went_out",
        retires.reference: "gone",
        partner.reference: "came_in",
        stays.reference: "reason",
        added.reference: "new",
    }
    client = sign_in(officer)
    for address in (f"/{organisation.slug}/scope/", scope.get_absolute_url()):
        page = client.get(address).content.decode()
        assert "Scope and list of AI systems disagree" in page
        assert "Out of scope by now" in page
        assert added.reference in page
    monkeypatch.setattr(views, "LISTED", 2)
    page = SeenPage(client.get(f"/{organisation.slug}/scope/"), within="main")
    assert "All 5" in page.texts
    assert f"{scope.get_absolute_url()}#disagreements" in page.links


def test_whoever_wrote_its_text_cannot_approve_it(organisation: Any, officer: Any, top: Any) -> None:
    colleague = person("colleague", organisation, "compliance_officer", top_management=True)
    draft = draft_scope(organisation, by=officer)
    draft.text = "Written by somebody else than began it"
    keep(draft, by=colleague)
    submit(draft, by=officer, complete=complete)
    draft.refresh_from_db()
    with pytest.raises(ValidationError, match="somebody else"):
        approval.decide(draft, by=colleague, seen=draft.version, given={})
    approval.decide(draft, by=top, seen=draft.version, given={})


def test_whoever_only_returned_it_may_approve_it(organisation: Any, officer: Any, top: Any) -> None:
    draft = draft_scope(organisation, by=officer)
    draft.text = "Advice"
    keep(draft, by=officer)
    for turn in (1, 2, 3):
        submit(draft, by=officer, complete=complete)
        draft.refresh_from_db()
        if turn < 3:
            send_back(draft, by=top, seen=draft.version, needed=Authority.TOP, reason="Say more")
            draft.refresh_from_db()
            draft.text = f"Advice {turn}"
            keep(draft, by=officer)
    approval.decide(draft, by=top, seen=draft.version, given={})


def test_an_auditor_from_outside_reads_no_draft(
    organisation: Any, officer: Any, top: Any, auditor: Any, sign_in: SignIn
) -> None:
    first = approved(organisation, officer, top)
    draft = draft_scope(organisation, by=officer)
    client, inside = sign_in(auditor), f"/{organisation.slug}/scope/"
    assert client.get(first.get_absolute_url()).status_code == 200
    assert client.get(draft.get_absolute_url()).status_code == 404
    export = b"".join(client.get(f"{inside}export.csv"))  # type: ignore[arg-type]
    for told in (client.get(inside).content, export):
        assert draft.reference.encode() not in told
        assert first.reference.encode() in told
