"""The inventory and the pages of systems and suppliers: what they show, find and export."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from systems.models import AISystem, RiskClass, Stage
from tests.cast import make_ai_system, make_evidence, make_supplier
from tests.pages import SeenPage
from tests.traces import written

from .typed import SUPPLIER, SYSTEM, as_typed, errors

SignIn = Callable[..., Client]


@pytest.fixture
def system(organisation: Any, officer: Any, contributor: Any) -> AISystem:
    """One with every field filled in."""
    flags = {"personal_data": True, "in_scope": True, "people_affected": 46000, "review_every": 12}
    dates = {"go_live_on": date(2023, 3, 1), "review_on": date(2027, 3, 1)}
    supplier = make_supplier(organisation, title="Skorna Analytics OU")
    owners = {"owner": officer, "technical_owner": contributor, "main_supplier": supplier}
    made = make_ai_system(organisation, **SYSTEM | flags | dates | owners)
    made.suppliers.add(make_supplier(organisation, title="Nordhost AS"))
    return made


def test_the_page_shows_every_field(system: AISystem, officer: Any, contributor: Any, sign_in: SignIn) -> None:
    text = " ".join(SeenPage(sign_in(officer).get(system.get_absolute_url())).texts)
    for shown in (
        *("CreditScout", "AIS-01", "version 2026.2", "in scope", "Scores default risk", "<partner> bank"),
        *("Customer, User", "Deployer", "High risk", "Annex III 5(b) creditworthiness", "Operation and monitoring"),
        *(
            "Vendor scoring model",
            "income, bank data",
            "Personal data",
            "18 credit advisers",
            "Proposes; a person confirms",
        ),
        *("Credit applicants, Their families", "46,000 people a year", "refusals below 420", "1 Mar 2023"),
        *("Runs at the site Leipzig", "Skorna Analytics OU", "Nordhost AS", officer.name, contributor.name),
        "1 Mar 2027",
    ):
        assert shown in text, shown


def test_the_life_cycle_marks_where_it_stands(system: AISystem, officer: Any, sign_in: SignIn) -> None:
    page = SeenPage(sign_in(officer).get(system.get_absolute_url()))
    assert [has for tag, has in page.elements if tag == "li" and has.get("aria-current") == "step"]
    steps = page.texts[page.texts.index("Inception") : page.texts.index("Retirement") + 1]
    assert [step for step in steps if step in set(map(str, Stage.labels))] == list(map(str, Stage.labels))
    assert steps[steps.index("Deployment") : steps.index("Operation and monitoring")][-1] == "1 Mar 2023"


def test_what_is_not_on_record_is_said(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    system = make_ai_system(organisation, class_reason="", scope_reason="")
    text = " ".join(SeenPage(sign_in(officer).get(system.get_absolute_url())).texts)
    assert text.count("No reason recorded") == 2
    assert "No evidence linked yet." in text


def test_the_page_shows_its_evidence_and_the_requirements_it_proves(
    system: AISystem, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    item = make_evidence(organisation, proves=system, valid_until=date(2020, 1, 1))
    position = organisation.records.get(reference="A.10.3")
    item.proofs.create(record=position)
    page = SeenPage(sign_in(officer).get(system.get_absolute_url()))
    assert {item.get_absolute_url(), position.get_absolute_url()} <= set(page.links)
    assert "Expired" in page.texts


def test_the_export_has_every_field(
    system: AISystem, organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    [row] = rows_of(sign_in(officer), f"/{organisation.slug}/ai-systems/export.csv")
    assert row == {
        "No.": "AIS-01",
        "Title": "CreditScout",
        "EU AI Act class": "High risk",
        "Our roles": "Customer, User",
        "Stage": "Operation and monitoring",
        "In scope": "Yes",
        "Owner": officer.name,
        "Last impact assessment": "",
        "Go-live": "2023-03-01",
        "Review": "2027-03-01",
        "Purpose": "Scores default risk; before forwarding to the <partner> bank",
        "EU AI Act role": "Deployer",
        "Why this class": "Annex III 5(b) creditworthiness",
        "Version in use": "2026.2",
        "Technical owner": contributor.name,
        "Supplier": "Skorna Analytics OU",
        "Further suppliers": "Nordhost AS",
        "Model": "Vendor scoring model",
        "Data": "income; bank data",
        "Processes personal data": "Yes",
        "Users": "18 credit advisers",
        "Who is affected": "Credit applicants; Their families",
        "People affected a year": "46000",
        "Level of automation": "Proposes; a person confirms each decision",
        "Human oversight": SYSTEM["oversight"],
        "Why in or out of scope": "Runs at the site Leipzig",
        "Retired on": "",
        "Why retired": "",
    }


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).getvalue().decode("utf-8-sig"))))


FILTERS = {
    "risk_class=high": {"high"},
    "scope=in": {"high", "minimal"},
    "scope=out": {"out"},
    "scope=retired": {"retired"},
    "role=partner": {"minimal"},
    "act_role=importer": {"high"},
    "stage=design_and_development": {"out"},
    "autonomy=supervised": {"high"},
    "scope=in&risk_class=high": {"high"},
    "scope=sideways": {"high", "minimal", "out", "retired"},
}


@pytest.mark.parametrize(("query", "found"), FILTERS.items())
def test_filters_and_chips_find_what_they_say(
    query: str, found: set[str], organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    made = {
        "high": make_ai_system(organisation, risk_class=RiskClass.HIGH, act_role="importer", autonomy="supervised"),
        "minimal": make_ai_system(organisation, roles=["user", "partner"]),
        "out": make_ai_system(organisation, in_scope=False, stage=Stage.DESIGN),
        "retired": make_ai_system(organisation, retired_on=date(2026, 1, 1), stage=Stage.RETIREMENT),
    }
    links = SeenPage(sign_in(officer).get(f"/{organisation.slug}/ai-systems/?{query}")).links
    assert {name for name, system in made.items() if system.get_absolute_url() in links} == found


def test_a_chip_switches_its_filter_on_and_off(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    make_ai_system(organisation)
    client, address = sign_in(officer), f"/{organisation.slug}/ai-systems/"
    assert "?risk_class=high" in SeenPage(client.get(address)).links
    on = SeenPage(client.get(f"{address}?risk_class=high"))
    assert [has for tag, has in on.elements if tag == "a" and has.get("aria-current") == "true"]
    assert "?risk_class=high" not in on.links


def test_every_field_of_a_supplier_is_kept_and_shown(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    client, data = sign_in(officer), SUPPLIER | {"owner": officer.pk}
    answer = client.post(f"/{organisation.slug}/suppliers/new/", data)
    address = answer["Location"]
    form = SeenPage(client.get(f"{address}edit/")).form_with("title")
    assert {name: form.fields[name] for name in data} == as_typed(data)
    text = " ".join(SeenPage(client.get(address)).texts)
    for shown in (
        *("Skorna Analytics OU", "Credit scoring model", "High", "14 Apr 2026", "Approved with conditions"),
        *("Subgroup report", "Each half-year", "14 Apr 2027", officer.name),
    ):
        assert shown in text, shown
    [row] = rows_of(client, f"/{organisation.slug}/suppliers/export.csv")
    assert row["Open conditions"] == "Subgroup report; Each half-year"
    assert row["Contract has AI clauses"] == "Yes"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"service": ""}, "service"),
        ({"owner": ""}, "owner"),
        ({"result": ""}, "result"),
        ({"assessed_on": ""}, "assessed_on"),
        ({"assessed_on": "2099-01-01"}, "assessed_on"),
        ({"review_on": "next year"}, "review_on"),
    ],
)
def test_what_is_wrong_with_a_supplier_is_said_at_the_field(
    changes: dict[str, str], field: str, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    typed, before = SUPPLIER | {"owner": officer.pk} | changes, written()
    answer = sign_in(officer).post(f"/{organisation.slug}/suppliers/new/", typed)
    assert list(errors(answer)) == [field]
    fields = SeenPage(answer).form_with("title").fields
    assert fields["open_conditions"] == [SUPPLIER["open_conditions"]]
    assert written() == before


def test_a_supplier_lists_the_systems_that_rest_on_it(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    supplier = make_supplier(organisation)
    main, further = make_ai_system(organisation, main_supplier=supplier), make_ai_system(organisation)
    both = make_ai_system(organisation, main_supplier=supplier)
    for one in (further, both):
        one.suppliers.add(supplier)
    unrelated = make_ai_system(organisation)
    links = SeenPage(sign_in(officer).get(supplier.get_absolute_url())).links
    assert [links.count(one.get_absolute_url()) for one in (main, further, both, unrelated)] == [1, 1, 1, 0]


def test_an_overdue_review_of_a_supplier_is_found_and_marked(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    late = make_supplier(organisation, review_on=date(2020, 1, 1))
    fine = make_supplier(organisation, review_on=date(2099, 1, 1))
    client = sign_in(officer)
    links = SeenPage(client.get(f"/{organisation.slug}/suppliers/?review=overdue")).links
    assert late.get_absolute_url() in links
    assert fine.get_absolute_url() not in links
    assert "days late" in client.get(late.get_absolute_url()).content.decode()
