"""Who may bring a register, and what the pages of it say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from clauses.models import Position, TrainingRecord
from evidence.models import Evidence, State
from records.imports.running import run, views_of
from records.models import Import, Record
from risks.models import Risk
from tests.cast import READERS, make_ai_system, person
from tests.house import tree
from tests.record_types import record_types
from tests.records.imports.bringing import SUPPLIERS, Bringing, csv_of, errors, supplier, xlsx_of
from tests.traces import history_of, written

Brings = Callable[[str], Bringing]
SignIn = Callable[..., Client]
BROUGHT = ("ai-system", "evidence", "interested-party", "position", "risk", "supplier", "training-record")


@pytest.mark.parametrize("role", [*READERS, "contributor"])
def test_only_officers_bring_registers(
    role: str, bringing: Brings, organisation: Any, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    brings = bringing("suppliers")
    brought, before = brings.brought(csv_of(SUPPLIERS, supplier())), written()
    client = sign_in(request.getfixturevalue(role))
    for address in (brings.root, brings.page(brought), f"{brings.root}headings.csv"):
        assert client.get(address).status_code == 403
    assert client.post(brings.root, {"file": csv_of(SUPPLIERS, supplier())}).status_code == 403
    assert client.post(brings.page(brought), {"drop": "1"}).status_code == 403
    assert "/import/" not in client.get(f"/{organisation.slug}/suppliers/?q=").content.decode()
    assert written() == before


def test_another_organisation_finds_nothing(
    bringing: Brings, outsider: Any, other_organisation: Any, sign_in: SignIn
) -> None:
    brings = bringing("suppliers")
    brought, client = brings.brought(csv_of(SUPPLIERS, supplier())), sign_in(outsider)
    assert client.get(brings.page(brought)).status_code == 404
    there = f"/{other_organisation.slug}/suppliers/import/{brought.pk}/"
    assert [client.get(there).status_code, client.post(there, {"drop": "1"}).status_code] == [404, 404]
    elsewhere = brings.page(brought).replace("/suppliers/", "/ai-systems/")
    assert brings.client.get(elsewhere).status_code == 404, "each register has its own"


def test_these_registers_can_be_brought() -> None:
    assert tuple(one.kind for one in record_types() if one.views.imports) == BROUGHT
    for kind in BROUGHT:
        form = views_of(kind).importer.form_of(type(views_of(kind)))
        missing = [name for name in views_of(kind).imports if name not in form.base_fields]
        assert not missing, tree.listed(f"{kind} has no such fields:", missing)


@pytest.mark.parametrize("kind", BROUGHT)
def test_the_page_tells_what_a_column_takes(kind: str, bringing: Brings, organisation: Any) -> None:
    brings = bringing(views_of(kind).path)
    answer = brings.client.get(brings.root)
    assert answer.status_code == 200
    listing = brings.client.get(f"/{organisation.slug}/{views_of(kind).path}/?q=").content.decode()
    assert 'href="import/"' in listing


def test_each_page_of_an_import_says_where_it_stands(bringing: Brings) -> None:
    brings = bringing("suppliers")
    brought = brings.brought(csv_of(SUPPLIERS, supplier("One")))
    assert "Which column is what?" in brings.client.get(brings.page(brought)).content.decode()
    brings.match(brought)
    waiting = brings.client.get(brings.page(brought)).content.decode()
    assert ("Queued" in waiting, 'hx-trigger="every 1s"' in waiting) == (True, True)
    run(brought.pk)
    polled = brings.client.get(f"{brings.page(brought)}?seen=checking", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in polled
    assert "<b>1</b> would be added" in polled
    assert 'id="import-news" hx-swap-oob' in polled
    brought.refresh_from_db()
    brings.start(brought)
    run(brought.pk)
    assert "<b>1</b> added" in brings.client.get(brings.page(brought)).content.decode()
    assert brought.filename in brings.client.get(brings.root).content.decode()


def test_columns_can_be_matched_again_and_a_file_thrown_away(bringing: Brings) -> None:
    brings = bringing("suppliers")
    brought = brings.checked(csv_of(SUPPLIERS, supplier("One", criticality="?")))
    brings.client.post(brings.page(brought), {"again": "1"})
    assert Import.objects.get().state == Import.State.MATCHING
    brings.match(brought, field_3="")
    run(brought.pk)
    assert Import.objects.get().promise, "the column that was wrong is left out"
    answer = brings.client.post(brings.page(brought), {"drop": "1"}, follow=True)
    assert "was thrown away" in answer.content.decode()
    assert not Import.objects.exists()
    assert brings.client.post(brings.root + f"{brought.pk}/", {"drop": "1"}).status_code == 404


def test_only_who_brought_a_file_matches_and_imports_it(bringing: Brings, organisation: Any, sign_in: SignIn) -> None:
    brings, refusal = bringing("suppliers"), "Who brought the file imports it. Bring it yourself."
    colleague = person("second", organisation, "compliance_officer")
    brought = brings.brought(csv_of(SUPPLIERS, supplier("One")))
    other = Bringing(sign_in(colleague), organisation, "suppliers")
    page = other.client.get(brings.page(brought)).content.decode()
    assert (refusal in page, 'name="match"' in page, 'name="drop"' in page) == (True, False, True)
    fields = {f"field-{at}": name for at, name in enumerate(brought.matching)}
    answer = other.client.post(brings.page(brought), {"match": "1", **fields}, follow=True)
    assert (Import.objects.get().state, refusal in answer.content.decode()) == (Import.State.MATCHING, True)
    Bringing(sign_in(brought.brought_by), organisation, "suppliers").match(brought)
    run(brought.pk)
    brought.refresh_from_db()
    client = sign_in(colleague)
    page = client.get(brings.page(brought)).content.decode()
    assert (refusal in page, 'name="start"' in page, 'name="drop"' in page) == (True, False, True)
    for verb in ("start", "again"):
        answer = client.post(brings.page(brought), {verb: "1", "promise": brought.promise}, follow=True)
        assert (Import.objects.get().state, refusal in answer.content.decode()) == (Import.State.CHECKED, True)
    assert client.post(brings.page(brought), {"drop": "1"}).status_code == 302
    assert not Import.objects.exists()


def test_nonsense_is_a_bad_request(bringing: Brings) -> None:
    brings = bringing("suppliers")
    brought = brings.brought(csv_of(SUPPLIERS, supplier("One")))
    assert brings.client.post(brings.page(brought), {"explode": "1"}).status_code == 400
    assert brings.match(brought, field_0="owner_id").status_code == 422, "fields that are not offered are left out"


# The registers one after the other


def test_evidence_comes_with_what_it_proves_and_where_it_is_kept(
    bringing: Brings, organisation: Any, officer: Any
) -> None:
    system = make_ai_system(organisation)
    headings = ["Title", "Kind", "Proves", "Link", "Valid until", "Owner"]
    rows = [
        [
            "Bias test",
            "Report",
            f"6.1.2, {system.reference}",
            "https://files.example/bias",
            "2027-11-30",
            officer.email,
        ],
        ["Minutes", "minutes", "", "", "", ""],
    ]
    brings = bringing("evidence")
    brings.imported(xlsx_of(headings, *rows))
    test, minutes = (Evidence.objects.get(title=title) for title in ("Bias test", "Minutes"))
    assert sorted(proof.record.reference for proof in test.proofs.all()) == ["6.1.2", system.reference]
    assert (test.latest.url, test.received_on) == ("https://files.example/bias", organisation.today())
    assert (minutes.owner, minutes.state(organisation.today())) == (officer, State.ABSENT)
    assert Record.objects.get(pk=system.pk).changed_by == officer
    assert brings.checked(xlsx_of(headings, *rows)).found["same"] == 2
    rows[0][2:4] = ["6.1.2", "https://files.example/bias-2"]
    brings.imported(xlsx_of(headings, *rows))
    assert [proof.record.reference for proof in test.proofs.all()] == ["6.1.2"]
    assert list(test.versions.order_by("number").values_list("number", "url")) == [
        (1, "https://files.example/bias"),
        (2, "https://files.example/bias-2"),
    ]


def test_what_evidence_cannot_prove_is_told(bringing: Brings) -> None:
    headings = ["Title", "Proves", "Covers from", "Covers to"]
    brought = bringing("evidence").checked(
        csv_of(headings, ["One", "6.1.2, NO-99", "", ""], ["Two", "", "2026-03-01", "2026-02-01"])
    )
    found = dict(errors(brought))
    assert found["B2"].startswith("There is no “NO-99” here.")
    assert found["D3"] == "The period must end after it begins."


def test_positions_are_found_by_number_and_none_is_added(bringing: Brings, organisation: Any, officer: Any) -> None:
    headings = ["Number", "Applicable", "Why, or why not", "Included because of", "Status", "Owner"]
    brings = bringing("clauses")
    brings.imported(
        xlsx_of(
            headings,
            ["A.6.2.4", "Yes", "Models are tested", "risk; law", "In progress", officer.name],
            ["6.1.2", "", "", "", "partly met", ""],
        )
    )
    control = Position.objects.get(organisation=organisation, reference="A.6.2.4")
    assert (control.applicable, control.basis, control.status) == (True, ["risk", "legal"], "in_progress")
    assert (control.owner, control.status_on) == (officer, organisation.today())
    assert Position.objects.get(organisation=organisation, reference="6.1.2").status == "partly"
    faults = errors(
        brings.checked(
            csv_of(
                headings,
                ["A.99", "Yes", "x", "risk", "", ""],
                ["6.1.2", "No", "", "", "", ""],
                ["A.6.2.4", "", "", "", "Met", ""],
            )
        )
    )
    assert faults == [
        ("A2", "There is no such entry, and none can be added here."),
        ("B3", "This cannot be changed by an import; it has a page of its own."),
        ("E4", "Select a valid choice. met is not one of the available choices."),
    ]


def test_training_is_found_by_course_and_person(
    bringing: Brings, organisation: Any, officer: Any, manager: Any
) -> None:
    headings = ["Course", "Person", "Completed on", "Score"]
    brings = bringing("training-records")
    brings.imported(csv_of(headings, ["AI basics", officer.email, "", ""], ["AI basics", manager.email, "", ""]))
    brings.imported(csv_of(headings, ["AI basics", officer.email, "2026-02-01", "80"]))
    assert TrainingRecord.objects.filter(title="AI basics").count() == 2
    mine = TrainingRecord.objects.get(title="AI basics", owner=officer)
    assert (mine.score, mine.version) == (80, 2)
    assert history_of(Record, pgh_obj=mine.pk).count() == 2


def test_risks_come_with_their_system_and_their_rules(bringing: Brings, organisation: Any, officer: Any) -> None:
    system = make_ai_system(organisation, title="CreditScout")
    headings = [
        "Title",
        "Process",
        "AI system",
        "Trigger",
        "Category",
        "Owner",
        "Cause",
        "Consequence",
        "Who is affected",
    ]
    row = [
        "No reasons",
        "Operational (8.2)",
        "creditscout",
        "Incident",
        "Transparency",
        officer.name,
        "a",
        "b",
        "individuals",
    ]
    bringing("risks").imported(csv_of(headings, row))
    risk = Risk.objects.get(title="No reasons")
    assert (risk.system, risk.affects, risk.identified_on) == (system, ["individuals"], organisation.today())
    brought = bringing("risks").checked(csv_of(headings, ["Another", *row[1:2], "", "", *row[4:]]))
    assert ("D2", "Say why this operational risk is looked at now (8.2).") in errors(brought)
