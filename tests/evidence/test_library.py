"""The library as a list: what it shows, finds and exports."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.test import Client

from evidence.actions import receive
from evidence.models import Evidence, Kind
from tests.cast import make_ai_system, make_evidence, make_position, make_supplier
from tests.pages import SeenPage

from .files import pdf, upload

SignIn = Callable[..., Client]


@pytest.fixture
def report(organisation: Any, officer: Any) -> Evidence:
    """One item with everything."""
    return receive(
        organisation,
        by=officer,
        file=upload("drift-2026-10.pdf", pdf("drift")),
        title="Drift report October",
        evidence_kind=Kind.REPORT,
        description="No drift\nabove the threshold",
        produced_on=date(2026, 11, 2),
        covers_from=date(2026, 10, 1),
        covers_to=date(2026, 10, 31),
        valid_until=date(2027, 2, 2),
        review_on=date(2027, 1, 4),
        proves=[make_ai_system(organisation), make_position(organisation)],
    )


def library(organisation: Any, query: str = "", page: str = "") -> str:
    return f"/{organisation.slug}/evidence/{page}?{query}"


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    text = client.get(address).getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_export_has_every_date_the_hash_and_what_it_proves(
    report: Evidence, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    [row] = rows_of(sign_in(officer), library(organisation, page="export.csv"))
    proves = sorted(report.proves.values_list("reference", flat=True))
    latest = report.latest
    assert latest
    assert set(row.pop("Proves").split(", ")) == set(proves)
    assert row == {
        "No.": report.reference,
        "Title": "Drift report October",
        "Kind": "Report",
        "Owner": officer.name,
        "Version": "1",
        "Produced on": "2026-11-02",
        "Covers from": "2026-10-01",
        "Covers to": "2026-10-31",
        "Received": str(organisation.today()),
        "Valid until": "2027-02-02",
        "State": report.state(organisation.today()).label,
        "What it shows": "No drift\nabove the threshold",
        "File": "drift-2026-10.pdf",
        "Link": "",
        "SHA-256": latest.sha256,
        "Review": "2027-01-04",
    }


def test_in_excel_the_dates_are_dates(report: Evidence, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    content = sign_in(officer).get(library(organisation, page="export.xlsx")).getvalue()
    head, row = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    values = dict(zip(head, row, strict=True))
    assert values["Valid until"].date() == date(2027, 2, 2)
    assert values["Covers from"].date() == date(2026, 10, 1)
    assert values["Version"] == 1


def test_an_absent_file_is_exported_as_absent(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    Evidence.objects.create(organisation=organisation, title="Announced")
    [row] = rows_of(sign_in(officer), library(organisation, page="export.csv"))
    assert (row["State"], row["Version"], row["SHA-256"], row["File"]) == ("File absent", "", "", "")


def test_what_only_the_export_tells_is_not_on_the_page(
    report: Evidence, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    heads = SeenPage(sign_in(officer).get(library(organisation))).texts
    assert "Valid until" in heads
    assert not {"SHA-256", "Covers from", "What it shows"} & set(heads)


def test_proves_finds_by_reference_in_any_case(
    report: Evidence, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    make_evidence(organisation, proves=make_supplier(organisation), title="Something else")
    client = sign_in(officer)
    for reference in report.proves.values_list("reference", flat=True):
        for typed in (reference, f" {reference.lower()} "):
            links = SeenPage(client.get(library(organisation), {"proves": typed})).links
            assert report.get_absolute_url() in links
    assert "Nothing matches" in client.get(library(organisation), {"proves": "AIS-99"}).content.decode()


def test_kind_and_search_filter_together(report: Evidence, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    minutes = make_evidence(organisation, title="Drift minutes", evidence_kind=Kind.MINUTES)
    links = SeenPage(sign_in(officer).get(library(organisation, "q=drift&evidence_kind=minutes"))).links
    assert minutes.get_absolute_url() in links
    assert report.get_absolute_url() not in links


def test_references_stand_in_the_order_of_the_standard(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    item = make_evidence(organisation)
    for number in ("10.2", "9.1", "A.10.3", "A.6.2.4"):
        item.proofs.create(record=organisation.records.get(reference=number))
    item.proofs.create(record=make_ai_system(organisation))
    client = sign_in(officer)
    assert "9.1, 10.2, A.6.2.4, A.10.3, AIS-" in client.get(library(organisation)).content.decode()
    texts = SeenPage(client.get(item.get_absolute_url())).texts
    assert [text for text in texts if text in {"9.1", "10.2", "A.6.2.4", "A.10.3"}][-4:] == [
        "9.1",
        "10.2",
        "A.6.2.4",
        "A.10.3",
    ]


def test_a_contributor_reads_only_the_references_of_what_is_theirs(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    mine, others = make_ai_system(organisation, owner=contributor), make_ai_system(organisation, owner=officer)
    item = receive(organisation, by=officer, file=upload("policy.pdf"), proves=[mine, others])
    client = sign_in(contributor)
    for page in (library(organisation), item.get_absolute_url()):
        text, _history, _rest = client.get(page).content.decode().partition(">History</h2>")
        assert mine.reference in text
        assert others.title not in text
    assert others.reference not in client.get(library(organisation)).content.decode()
    [row] = rows_of(client, library(organisation, page="export.csv"))
    assert row["Proves"] == mine.reference
    assert "Nothing matches" in client.get(library(organisation), {"proves": others.reference}).content.decode()
