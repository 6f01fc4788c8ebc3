"""The timeline says who changed what, from what to what, in words that people use."""

from __future__ import annotations

from datetime import date
from typing import Any

import pghistory
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from clauses.actions import answer_question
from clauses.models import Position, Question
from evidence.actions import link, unlink
from evidence.models import Evidence
from records.actions import keep
from records.models import Record
from records.timeline import LOOKED_AT, changes_of, recent
from systems.models import AISystem
from tests.cast import make_ai_system, make_evidence, make_supplier

# Each save must be a transaction of its own: that is what makes two changes two.
pytestmark = pytest.mark.django_db(transaction=True)


def lines(change: Any) -> dict[str, tuple[str, str]]:
    return {line["field"]: (line["before"], line["after"]) for line in change.changes}


def position_of(organisation: Any) -> Position:
    found = Position.objects.select_related("requirement").get(organisation=organisation, reference="6.1.2")
    assert isinstance(found, Position)
    return found


def test_one_save_is_one_change_over_both_tables(organisation: Any, officer: Any, manager: Any) -> None:
    system = make_ai_system(organisation, title="Old name", owner=officer)
    system.title, system.owner, system.review_on = "New name", manager, date(2027, 1, 15)
    system.risk_class, system.in_scope, system.roles = "high", False, ["provider", "user"]
    keep(system, by=manager)
    newest, first = changes_of(officer, system)
    assert newest.by == manager.name
    assert lines(newest) == {
        "Title": ("Old name", "New name"),
        "Owner": (officer.name, manager.name),
        "Next review": ("", "15 Jan 2027"),
        "EU AI Act class": ("Minimal", "High risk"),
        "In the scope of the AIMS": ("yes", "no"),
        "Our roles": ("Provider", "Provider, User"),
    }
    assert (first.text, first.changes) == ("entered", [])


def test_who_is_taken_from_the_request_first(organisation: Any, officer: Any, manager: Any) -> None:
    supplier = make_supplier(organisation)
    with pghistory.context(user=manager.pk):
        supplier.title = "Renamed"
        supplier.changed_by = officer
        supplier.save()
    assert changes_of(officer, supplier)[0].by == manager.name


def test_answers_and_evidence_are_changes_of_what_they_hang_on(organisation: Any, officer: Any) -> None:
    position = position_of(organisation)
    question = Question.objects.filter(requirement=position.requirement)[0]
    item = make_evidence(organisation, title="Minutes")
    answer_question(position, question, value="partly", comment="Half of it", by=officer)
    answer_question(position, question, value="met", comment="Half of it", by=officer)
    link(item, position, by=officer)
    unlink(item, position, by=officer)
    taken_off, put_on, second, first = changes_of(officer, position)[:4]
    name = f"{item.reference} Minutes"
    assert lines(first) == {
        f"Answer {question.code}": ("", "Partly"),
        f"Comment {question.code}": ("", "Half of it"),
    }
    assert lines(second) == {f"Answer {question.code}": ("Partly", "Met")}
    assert lines(put_on) == {"Proof": ("", name)}
    assert lines(taken_off) == {"Proof": (name, "")}
    assert {change.by for change in (taken_off, put_on, second, first)} == {officer.name}
    of_item = changes_of(officer, Evidence.objects.get(pk=item.pk))
    assert lines(of_item[0]) == {"Proof": (f"{position.reference} {position.title}", "")}


def test_a_save_that_changes_nothing_is_no_change(organisation: Any, officer: Any) -> None:
    system = make_ai_system(organisation)
    keep(system, by=officer)
    assert [change.text for change in changes_of(officer, system)] == ["entered"]


def test_the_newest_changes_come_first_and_only_as_many_as_asked(organisation: Any, officer: Any) -> None:
    supplier = make_supplier(organisation, title="0")
    for number in range(1, 8):
        supplier.title = str(number)
        keep(supplier, by=officer)
    told = changes_of(officer, supplier, limit=3)
    assert [lines(change)["Title"] for change in told] == [("6", "7"), ("5", "6"), ("4", "5")]


def test_recent_tells_each_record_once_with_its_latest_change(organisation: Any, officer: Any) -> None:
    system, supplier = make_ai_system(organisation, title="Scorer"), make_supplier(organisation, title="Late Ltd")
    for stage in ("deployment", "operation_and_monitoring"):
        system.stage, system.go_live_on = stage, date(2026, 1, 1)
        keep(system, by=officer)
    latest, before = recent(officer, organisation, limit=2)
    assert latest.text == f"changed {system.reference} Scorer"
    assert latest.by == officer.name
    assert latest.url == system.get_absolute_url()
    assert lines(latest) == {"Life-cycle stage": ("Deployment", "Operation and monitoring")}
    assert before.text == f"{supplier.reference} Late Ltd: entered"


def test_what_was_loaded_together_is_one_line(organisation: Any, officer: Any) -> None:
    with transaction.atomic():
        for number in range(6):
            make_supplier(organisation, title=f"Supplier {number}")
    first, second = recent(officer, organisation)
    assert first.text == "6 records entered or changed at once"
    # The positions of the cast were opened together, more of them than are looked at.
    assert second.text == f"{LOOKED_AT - 6} records or more entered or changed at once"


def test_recent_tells_only_what_one_may_see(organisation: Any, officer: Any, contributor: Any, outsider: Any) -> None:
    make_supplier(organisation, title="Secret")
    own = make_ai_system(organisation, title="Mine", owner=contributor)
    assert recent(outsider, organisation) == []
    assert [change.text for change in recent(contributor, organisation)] == [f"{own.reference} Mine: entered"]
    assert len(recent(officer, organisation)) > 1


def test_long_texts_are_cut_short_in_recent_and_whole_in_history(organisation: Any, officer: Any) -> None:
    position = position_of(organisation)
    position.narrative = "long " * 100
    keep(position, by=officer)
    [short] = recent(officer, organisation, limit=1)[0].changes
    [whole] = changes_of(officer, position)[0].changes
    assert len(short["after"]) <= 60
    assert whole["after"] == "long " * 100


def test_a_long_history_costs_as_many_queries_as_a_short_one(organisation: Any, officer: Any) -> None:
    system = make_ai_system(organisation)
    with CaptureQueriesContext(connection) as few:
        changes_of(officer, AISystem.objects.get(pk=system.pk))
    for number in range(12):
        system.title = f"Name {number}"
        keep(system, by=officer)
        link(make_evidence(organisation), Record.objects.get(pk=system.pk), by=officer)
    with CaptureQueriesContext(connection) as many:
        assert len(changes_of(officer, AISystem.objects.get(pk=system.pk))) == 25
    assert len(few) == len(many)
