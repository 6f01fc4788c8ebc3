"""A register comes as a spreadsheet: read, matched, checked as a whole, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from records.imports.running import run
from records.models import Import, Record
from records.timeline import changes_of
from risks.models import Risk
from systems.models import AISystem, Supplier
from tests.cast import make_ai_system, make_supplier
from tests.records.imports.bringing import SUPPLIERS, SYSTEMS, Bringing, csv_of, errors, supplier, system, xlsx_of
from tests.risk_cast import make_risk
from tests.traces import history_of

Brings = Callable[[str], Bringing]
State = Import.State


@pytest.mark.parametrize("file_of", [csv_of, xlsx_of])
def test_a_file_becomes_records_with_their_history(
    file_of: Any, bringing: Brings, organisation: Any, officer: Any
) -> None:
    done = bringing("suppliers").imported(file_of(SUPPLIERS, supplier("Northern Models"), supplier("Polar Data")))
    assert (done.state, done.found["created"], done.found["changed"], done.found["same"]) == (State.DONE, 2, 0, 0)
    made = Supplier.objects.get(organisation=organisation, title="Northern Models")
    assert (made.owner, made.criticality, made.reference) == (officer, "high", "SUP-01")
    assert (made.changed_by, made.version) == (officer, 1)
    change = changes_of(officer, made)[0]
    assert (change.by, change.through) == (officer.name, f"the import of {done.filename}")


def test_the_same_file_twice_changes_nothing_twice(bringing: Brings) -> None:
    rows, brings = [SUPPLIERS, supplier("Northern Models"), supplier("Polar Data")], bringing("suppliers")
    brings.imported(csv_of(*rows))
    before = history_of(Record).count()
    again = brings.checked(csv_of(*rows))
    assert (again.found["created"], again.found["changed"], again.found["same"]) == (0, 0, 2)
    assert not again.promise
    assert "everything is there already" in brings.client.get(brings.page(again)).content.decode()
    brings.start(again)
    assert history_of(Record).count() == before


def test_a_reference_finds_its_record_and_only_what_differs_is_changed(
    bringing: Brings, organisation: Any, officer: Any
) -> None:
    one = make_supplier(organisation, title="Old name", owner=officer)
    other = make_supplier(organisation, title="Stays", owner=officer)
    done = bringing("suppliers").imported(
        xlsx_of(
            ["No.", "Name", "Owner"], [one.reference, "New name", officer.name], [other.reference.lower(), "Stays", ""]
        )
    )
    assert (done.found["created"], done.found["changed"], done.found["same"]) == (0, 1, 1)
    one.refresh_from_db()
    assert (one.title, one.version, one.changed_by) == ("New name", 2, officer)
    assert one.service == "A hosted language model", "an empty cell, or no column, says nothing"
    assert changes_of(officer, one)[0].through == "the import of register.xlsx"


def test_errors_name_row_and_column_in_plain_words(bringing: Brings) -> None:
    brought = bringing("ai-systems").checked(
        csv_of(
            SYSTEMS,
            system("One"),
            system("Two", risk_class="Hihg"),
            system("Three", owner="nobody@example.org"),
            ["", *system("x")[1:]],
        )
    )
    words = dict(errors(brought))
    assert words["F3"] == "“Hihg” is not one of: Prohibited, High risk, Limited (transparency), Minimal."
    assert words["C4"].startswith("There is no “nobody@example.org” here.")
    assert "A5" in words
    assert (brought.found["wrong"], brought.promise) == (3, "")


def test_one_mistake_means_that_nothing_is_imported(bringing: Brings) -> None:
    brings = bringing("suppliers")
    brought = brings.checked(csv_of(SUPPLIERS, supplier("One"), supplier("Two", criticality="?")))
    page = brings.client.get(brings.page(brought)).content.decode()
    assert "nothing can be imported" in page
    assert "Import all of it" not in page
    brings.client.post(brings.page(brought), {"start": "1", "promise": ""})
    assert Import.objects.get(pk=brought.pk).state == State.CHECKED or not Supplier.objects.exists()
    assert not Supplier.objects.exists()


def test_a_row_that_says_nothing_in_any_matched_column_is_none(bringing: Brings) -> None:
    brought = bringing("suppliers").checked(
        csv_of([*SUPPLIERS, "Note"], [*supplier("One"), ""], ["", "", "", "", "sum"])
    )
    assert (brought.found["wrong"], brought.found["created"]) == (0, 1)


def test_more_errors_than_are_listed_are_counted(bringing: Brings) -> None:
    rows = [supplier(f"Supplier {n}", criticality="?") for n in range(250)]
    brought = bringing("suppliers").checked(csv_of(SUPPLIERS, *rows))
    assert (brought.found["wrong"], len(brought.found["errors"])) == (250, 200)


def test_what_no_column_gives_is_told_once(bringing: Brings) -> None:
    brought = bringing("suppliers").checked(csv_of(["Name", "Owner"], *(supplier(f"S{n}")[::2] for n in range(3))))
    assert [(gap["heading"], gap["count"]) for gap in brought.found["gaps"]] == [("what they supply".capitalize(), 3)]


def test_rows_of_one_record_in_one_file_are_refused(bringing: Brings, organisation: Any) -> None:
    known = make_supplier(organisation, title="Known")
    brought = bringing("suppliers").checked(
        csv_of(
            ["Reference", *SUPPLIERS],
            ["", *supplier("Twin")],
            ["", *supplier("twin")],
            [known.reference, *supplier("Known")],
            ["", *supplier("KNOWN")],
        )
    )
    assert errors(brought) == [
        ("row 3", "Row 2 speaks of the same record. Put both into one row, or give their references."),
        ("row 5", "Row 4 speaks of the same record. Put both into one row, or give their references."),
    ]


def test_a_name_that_two_records_have_needs_the_reference(bringing: Brings, organisation: Any) -> None:
    for _n in range(2):
        make_supplier(organisation, title="Twins")
    brought = bringing("suppliers").checked(csv_of(SUPPLIERS, supplier("Twins")))
    assert errors(brought) == [("A2", "2 records are called so. Give the reference of the one you mean.")]


def test_a_new_reference_is_kept_and_numbers_go_on_from_it(bringing: Brings, organisation: Any) -> None:
    bringing("suppliers").imported(csv_of(["Reference", *SUPPLIERS], ["SUP-41", *supplier("One")]))
    assert Supplier.objects.get(title="One").reference == "SUP-41"
    assert make_supplier(organisation).reference == "SUP-42"


@pytest.mark.parametrize("reference", ["17", "a b", "DROP TABLE", "6.1.2"])
def test_what_is_no_reference_or_belongs_to_something_else_is_refused(reference: str, bringing: Brings) -> None:
    brought = bringing("suppliers").checked(csv_of(["Reference", *SUPPLIERS], [reference, *supplier("One")]))
    assert [cell for cell, _words in errors(brought)] == ["A2"]


def test_systems_come_with_roles_people_suppliers_and_days(
    bringing: Brings, organisation: Any, contributor: Any
) -> None:
    first, second = make_supplier(organisation, title="Polar, Data"), make_supplier(organisation)
    headings = [*SYSTEMS, "Life-cycle stage", "Go-live", "Supplier", "Further suppliers", "In scope", "Technical owner"]
    more = ["operation and monitoring", date(2026, 1, 31), "polar, data", f"{first.reference}; {second.title}", "no"]
    done = bringing("ai-systems").imported(xlsx_of(headings, [*system("One"), *more, contributor.email]))
    made = AISystem.objects.get(title="One")
    assert (made.stage, made.go_live_on, made.main_supplier) == ("operation_and_monitoring", date(2026, 1, 31), first)
    assert (list(made.suppliers.all()), made.in_scope, made.roles) == ([second], False, ["provider"])
    assert AISystem.objects.changeable_by(contributor).filter(pk=made.pk).exists(), "as its technical owner"
    assert done.found["created"] == 1
    rules = bringing("ai-systems").checked(xlsx_of(headings, [*system("Two"), "Design and development", *more[1:], ""]))
    assert errors(rules) == [("K2", "It is not in use yet. Going live is a step of its own.")], (
        "the rules are the form's"
    )


def test_suppliers_come_with_their_assessment_and_their_contract(
    bringing: Brings, organisation: Any, officer: Any
) -> None:
    headings = [*SUPPLIERS, "Last assessed", "Result", "Open conditions", "Conditions to be met by"]
    headings += ["Contract has AI clauses", "What the contract says"]
    said = ["2026-04-14", "Approved with conditions", "Subgroup report", "2026-12-01", "yes"]
    clauses = "Notice of incidents, with a deadline; Right to audit or to proof"
    rows = [[*supplier("One"), *said, clauses], [*supplier("Two"), "", "", "", "", "yes", "audit, incidents"]]
    rows += [[*supplier("Three"), "", "", "", "", "yes", "audit\nNotice of incidents, with a deadline"]]
    bringing("suppliers").imported(xlsx_of(headings, *rows))
    one, two, three = (Supplier.objects.get(title=title) for title in ("One", "Two", "Three"))
    [assessed] = one.assessments.all()
    assert (assessed.on, assessed.result) == (date(2026, 4, 14), "approved_with_conditions")
    assert (assessed.conditions, assessed.by) == ("Subgroup report", officer)
    assert (one.conditions_due_on, one.contract_clauses) == (date(2026, 12, 1), ["incidents", "audit"])
    assert (two.contract_clauses, three.contract_clauses) == (["audit", "incidents"], ["audit", "incidents"])
    assert not two.assessments.exists()
    assert bringing("suppliers").checked(xlsx_of(headings, *rows)).found["same"] == 3


def test_a_name_that_begins_like_another_person_or_record_is_not_theirs(
    bringing: Brings, organisation: Any, officer: Any
) -> None:
    officer.name = "Anna"
    officer.save()
    known = make_supplier(organisation, title="Polar")
    headings = [*SYSTEMS, "Supplier"]
    wrong = [("Anna Schmidt", ""), ("Nobody (Anna)", ""), (officer.email, "Polar Data"), (officer.email, "x (Polar)")]
    rows = [[*system(f"System {n}", owner=owner), other] for n, (owner, other) in enumerate(wrong)]
    brought = bringing("ai-systems").checked(csv_of(headings, *rows))
    assert [cell for cell, _words in errors(brought)] == ["C2", "C3", "J4", "J5"]
    row = [*system("One", owner=f"A. ({officer.email})"), f"{known.reference} Polar"]
    bringing("ai-systems").imported(csv_of(headings, row))
    made = AISystem.objects.get(title="One")
    assert (made.owner, made.main_supplier) == (officer, known)


def test_technical_owners_of_many_new_systems_cost_no_more_queries(
    bringing: Brings, contributor: Any, organisation: Any
) -> None:
    make_ai_system(organisation)  # so that their numbers have begun
    counts = []
    for several in (1, 3):
        rows = [[*system(f"System {several} {n}"), contributor.email] for n in range(several)]
        brings = bringing("ai-systems")
        brought = brings.checked(csv_of([*SYSTEMS, "Technical owner"], *rows))
        brings.start(brought)
        with CaptureQueriesContext(connection) as asked:
            run(brought.pk)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert AISystem.objects.changeable_by(contributor).count() == 4


def test_a_risk_that_is_closed_is_not_named_as_the_one_behind(bringing: Brings, organisation: Any) -> None:
    planning = make_risk(organisation, process="planning", system=None, title="Behind")
    risk = make_risk(organisation, system=make_ai_system(organisation), title="Before")
    Risk.objects.filter(pk=planning.pk).update(closed_on=organisation.today())
    brought = bringing("risks").checked(
        csv_of(["Reference", "Title", "Planning risk behind it"], [risk.reference, "Before", planning.reference])
    )
    assert errors(brought) == [("C2", "This risk is closed; name an open one.")]
