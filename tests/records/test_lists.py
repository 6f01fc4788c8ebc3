"""Lists: sort, filter, search and page live in the address; what makes no sense breaks nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import Client

from tests.cast import make_supplier
from tests.pages import SeenPage
from tests.record_types import RecordType

SignIn = Callable[..., Client]
NONSENSE = ("nonsense", "\x00", "999999999999999999999", "-1", "%", "' OR 1=1 --", "2026-02-31", "[]", "é" * 500)


def filled(record_type: RecordType, organisation: Any, officer: Any) -> None:
    """More than a page of 25, all owned by the officer and called alike."""
    for number in range(30):
        record = record_type.make(organisation, owner=officer)
        record.title = f"Harbour {number:02d}"
        record.save()


def query_of(link: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}


def test_search_sort_and_rows_survive_paging(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    filled(record_type, organisation, officer)
    client, address = sign_in(officer), record_type.url("list", organisation)
    asked = {"q": "harbour", "owner": str(officer.pk), "sort": "-title", "rows": "25"}
    first = SeenPage(client.get(address, asked), within="main")
    assert "Harbour 29" in first.texts
    assert "Harbour 04" not in first.texts
    onwards = [query_of(link) for link in first.links if query_of(link).get("page") == "2"]
    assert onwards, "no way to page 2"
    for query in onwards:
        assert query == asked | {"page": "2"}
    second = SeenPage(client.get(address, onwards[0]), within="main")
    assert "Harbour 04" in second.texts
    assert "Harbour 29" not in second.texts


def test_sorting_keeps_the_search_and_goes_back_to_page_one(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    filled(record_type, organisation, officer)
    client, address = sign_in(officer), record_type.url("list", organisation)
    seen = SeenPage(client.get(address, {"q": "harbour", "rows": "25", "page": "2"}))
    sorts = [query_of(link) for link in seen.links if query_of(link).get("sort", "").lstrip("-") == "title"]
    assert sorts, "no way to sort by title"
    for query in sorts:
        assert query["q"] == "harbour"
        assert "page" not in query


def test_the_export_is_what_is_shown_on_all_pages(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    filled(record_type, organisation, officer)
    client, address = sign_in(officer), record_type.url("list", organisation)
    shown = SeenPage(client.get(address, {"q": "harbour", "sort": "-title", "rows": "25"}))
    link = next(link for link in shown.links if "export.csv" in link)
    lines = client.get(link).getvalue().decode("utf-8-sig").splitlines()[1:]
    assert len(lines) == 30
    assert "Harbour 29" in lines[0]
    assert "Harbour 00" in lines[-1]


def test_a_search_finds_title_and_reference(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    record = record_type.make(organisation, owner=officer)
    record.title = "Lighthouse keeper"
    record.save()
    client, address = sign_in(officer), record_type.url("list", organisation)
    for words in ("lighthouse", "KEEPER light", record.reference):
        found = SeenPage(client.get(address, {"q": words}), within="main")
        assert record.get_absolute_url() in found.links, words
    found = SeenPage(client.get(address, {"q": "lighthouse nowhere"}), within="main")
    assert record.get_absolute_url() not in found.links


def test_a_value_that_makes_no_sense_breaks_nothing(
    record_type: RecordType, empty_organisation: Any, sign_in: SignIn
) -> None:
    record_type.make(empty_organisation)
    client = sign_in(empty_organisation.memberships.get(role="compliance_officer").user)
    names = ["q", "sort", "page", "rows", *record_type.views.filter_class.base_filters]
    together = [dict.fromkeys(names, value) for value in NONSENSE]
    alone = [{name: value} for name in names for value in NONSENSE[:2]]
    for page, queries in (("list", together), ("export.csv", together + alone)):
        address = record_type.url(page, empty_organisation)
        for query in queries:
            assert client.get(address, query).status_code == 200, f"{page} with {query}"


def test_a_reference_that_makes_no_sense_is_404(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client, record = sign_in(officer), record_type.make(organisation)
    for reference in ("%00", "NO-99", "x" * 300, "..%2Fsecret", "%25", "new%20", "%C3%A9"):
        for page in ("detail", "edit", "history"):
            address = record_type.url(page, organisation, record).replace(f"/{record.reference}/", f"/{reference}/")
            assert client.get(address).status_code == 404, f"{page} of {reference}"


def test_an_unknown_format_is_404(record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    assert sign_in(officer).get(record_type.url("export.exe", organisation)).status_code == 404


def test_references_are_sorted_by_number(organisation: Any, officer: Any, sign_in: Any) -> None:
    for reference in ("SUP-100", "SUP-11", "SUP-2"):
        make_supplier(organisation, reference=reference)
    page = sign_in(officer).get(f"/{organisation.slug}/suppliers/")
    shown = [row.reference for row in page.context["page"].object_list]
    assert [reference for reference in shown if reference in {"SUP-100", "SUP-11", "SUP-2"}] == [
        "SUP-2",
        "SUP-11",
        "SUP-100",
    ]


def test_a_long_list_is_counted_to_a_limit_and_every_page_of_it_opens(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn, monkeypatch: Any
) -> None:
    monkeypatch.setattr("organisations.counting.MOST", 26)
    filled(record_type, organisation, officer)
    client, address = sign_in(officer), record_type.url("list", organisation)
    asked = {"q": "harbour", "sort": "title", "rows": "25"}
    pages = [client.get(address, asked | {"page": page}).context["page"] for page in ("1", "2", "nonsense", "99")]
    titles = [[record.title for record in page.object_list] for page in pages]
    assert titles[0] == titles[2] == [f"Harbour {number:02d}" for number in range(25)]
    assert titles[1] == titles[3] == [f"Harbour {number:02d}" for number in range(25, 30)]
    assert [page.has_next() for page in pages] == [True, False, True, False]
    first = client.get(address, asked).content.decode()
    assert "of 26+" in first
    assert "CSV, 26+ rows as shown" in first


def test_what_a_cell_shows_is_escaped(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    record = record_type.make(organisation, owner=officer)
    record.title = "<script>alert(1)</script>"
    record.save()
    page = sign_in(officer).get(record_type.url("list", organisation), {"q": "alert"}).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
