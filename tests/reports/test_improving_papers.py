"""Minutes of a management review, and the corrective-action log, on paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from audits.correcting import actions
from audits.models import ReviewAttendee
from audits.reviewing.actions import prepare
from clauses.models import ContextIssue
from reports.models import Report
from tests.audits.improving_making import closed_one, decided, found_out, make_corrective_action, make_review, spoken
from tests.cast import somebody
from tests.clauses.registers.making import maker
from tests.pages import SeenPage
from tests.reports.audited import issued
from tests.reports.test_risk_papers import Printing

pytestmark = pytest.mark.django_db


def test_the_minutes_say_who_met_what_was_found_concluded_and_decided(
    organisation: Any, officer: Any, manager: Any
) -> None:
    maker(ContextIssue)(organisation, title="The AI Act applies")
    review = spoken(make_review(organisation, title="Autumn", chair=manager))
    ReviewAttendee.objects.create(review=review, person=officer)
    prepare(review, by=officer)
    decided(review, somebody(organisation), text="Hire a validator", kind="resources")
    printing = Printing(organisation, officer, Report.Kind.REVIEW, review)
    wanted = [manager.name, officer.name, "More hands are needed", "Hire a validator", "Resources", "Looked at audits"]
    assert printing.says(*wanted, "CI-01 The AI Act applies", "Draft: not issued") == []
    assert printing.report.reference == "MRR-0001"
    review.refresh_from_db()
    second = Printing(organisation, officer, Report.Kind.REVIEW, issued(review))
    assert second.says("Issued on") == []
    assert second.code != printing.code


def test_an_empty_draft_prints_its_gaps(organisation: Any, officer: Any) -> None:
    printing = Printing(organisation, officer, Report.Kind.REVIEW, make_review(organisation))
    assert printing.says("Nothing is concluded yet.", "Nothing was said about it.", "Nothing was decided.") == []


def test_the_log_tells_each_one_in_full(organisation: Any, officer: Any) -> None:
    late = make_corrective_action(organisation, title="Late one", due_on=organisation.today() - timedelta(days=2))
    actions.extend(late, by=officer, to=organisation.today() + timedelta(days=9), reason="The supplier is ill")
    found_out(organisation, title="With cause", why_1="It was old", why_2="Nobody loads it", complaint="A customer")
    old = closed_one(organisation, title="The first time")
    make_corrective_action(organisation, title="Again", recurs=old)
    printing = Printing(organisation, officer, Report.Kind.CORRECTIVE_LOG)
    wanted = ["Late one", "The supplier is ill", "1. It was old", "2. Nobody loads it", "complaint", "It holds"]
    assert printing.says(*wanted, "The first time", "Happened before") == []
    assert printing.report.reference == "CAL-0001"
    headline = printing.paper.figures["headline"]
    assert [(one["value"], one["of"]) for one in headline] == [(3, 4), (0, 3), (0, 3), (1, 4)]


def test_a_log_without_any_prints(organisation: Any, officer: Any) -> None:
    assert Printing(organisation, officer, Report.Kind.CORRECTIVE_LOG).says("No corrective action is open.") == []


def test_the_log_is_asked_for_on_the_page_of_reports(
    organisation: Any, manager: Any, sign_in: Callable[..., Client], sent: Any
) -> None:
    client = sign_in(manager)
    page = SeenPage(client.get(f"/{organisation.slug}/reports/"))
    (form,) = [form for form in page.forms if form.fields.get("kind") == ["corrective_log"]]
    assert client.post(form.action, form.data()).status_code == 303
    assert Report.objects.get().kind == "corrective_log"
