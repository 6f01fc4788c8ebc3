"""Who approved, returned, closed: the history of a record tells each decision (ISO 42001 7.5.3)."""

from __future__ import annotations

from typing import Any

from organisations.authority import Authority
from organisations.models import Membership
from records.approving import approve, submit
from records.timeline import changes_of
from risks.models import RiskCriteria
from tests.risk_cast import make_criteria


def told(user: Any, record: Any) -> set[tuple[str, str]]:
    events = changes_of(user, record, limit=20)
    return {(line["field"], line["after"]) for event in events for line in event.changes}


def test_the_history_of_a_version_tells_who_submitted_and_who_approved_it(
    organisation: Any, officer: Any, manager: Any
) -> None:
    Membership.objects.filter(user=manager, organisation=organisation).update(authority=Authority.DESIGNATED)
    criteria = make_criteria(organisation)
    submit(criteria, by=officer)
    criteria.refresh_from_db()
    earlier = RiskCriteria.objects.of(organisation)
    approve(
        criteria, by=manager, seen=criteria.version, needed=Authority.DESIGNATED, earlier=earlier, note="Fits our scale"
    )
    lines = told(officer, criteria)
    assert {("State", "In review"), ("Submitted by", str(officer))} <= lines
    assert {("State", "Approved"), ("Decided by", str(manager)), ("Reason or remark", "Fits our scale")} <= lines
