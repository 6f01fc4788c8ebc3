"""Suppliers: assessments that stay, conditions, the contract; and who does what: supplier, we, customer (A.10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from records.models import Record
from reports.due import due_parts
from systems.models import Responsibility, Supplier, SupplierAssessment
from systems.row_forms import state_of
from tests.cast import make_ai_system, make_supplier
from tests.pages import SeenPage
from tests.records.test_query_counts import queries
from tests.traces import written

from .making import share
from .typed import SUPPLIER, errors

SignIn = Callable[..., Client]


@pytest.fixture
def supplier(organisation: Any, officer: Any) -> Supplier:
    return make_supplier(organisation, title="Skorna", owner=officer)


def assess(client: Client, supplier: Supplier, **changes: Any) -> Any:
    today = supplier.organisation.today()
    data = {"on": today.isoformat(), "result": "approved", "how": "Remote audit", "conditions": ""}
    return client.post(f"{supplier.get_absolute_url()}assessments/", data | changes)


def duty(client: Client, record: Any, path: str = "", **changes: Any) -> Any:
    data = {"duty": "Bias testing", "supplier_part": "supports", "our_part": "does", "customer_part": "told"}
    return client.post(f"{record.get_absolute_url()}responsibilities/{path}", data | changes)


def test_an_assessment_is_added_and_the_supplier_follows_it(
    supplier: Supplier, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client, today = sign_in(officer), organisation.today()
    given = {"result": "approved_with_conditions", "conditions": "Subgroup report", "next_on": "2099-05-01"}
    assert assess(client, supplier, on="2020-01-01").status_code == 302
    assert assess(client, supplier, **given).status_code == 302
    supplier.refresh_from_db()
    assert (supplier.assessed_on, supplier.result, supplier.review_on) == (today, given["result"], date(2099, 5, 1))
    assert (supplier.open_conditions, supplier.version, supplier.changed_by) == ("Subgroup report", 3, officer)
    assert [(one.on, one.by) for one in supplier.assessments.all()] == [(today, officer), (date(2020, 1, 1), officer)]
    page = SeenPage(client.get(supplier.get_absolute_url()))
    text = " ".join(page.texts)
    for words in ("1 Jan 2020", "Remote audit", "Approved with conditions", "Subgroup report", "1 May 2099"):
        assert words in text, words


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on": "2999-01-01"}, "on"),
        ({"on": "2020-06-30"}, "on"),
        ({"result": ""}, "result"),
        ({"how": ""}, "how"),
        ({"result": "approved_with_conditions"}, "conditions"),
        ({"next_on": "2020-01-01"}, "next_on"),
    ],
)
def test_what_is_wrong_with_an_assessment_is_said_at_the_field(
    changes: dict[str, str], field: str, supplier: Supplier, officer: Any, sign_in: SignIn
) -> None:
    Supplier.objects.filter(pk=supplier.pk).update(assessed_on=date(2020, 7, 1), result="approved")
    before, answer = written(), assess(sign_in(officer), supplier, **changes)
    assert answer.status_code == 422
    assert list(errors(answer)) == [field]
    assert written() == before


def test_no_assessment_is_overwritten_not_even_by_the_supplier_s_own_form(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client, typed = sign_in(officer), SUPPLIER | {"owner": officer.pk}
    address = client.post(f"/{organisation.slug}/suppliers/new/", typed)["Location"]
    supplier = Supplier.objects.get()
    [first] = supplier.assessments.all()
    assert (first.on, first.result, first.by) == (date(2026, 4, 14), "approved_with_conditions", officer)
    client.post(f"{address}edit/", typed | {"version": 1, "title": "Skorna"})
    assert supplier.assessments.count() == 1
    client.post(f"{address}edit/", typed | {"version": 2, "result": "rejected"})
    assert [one.result for one in supplier.assessments.all()] == ["rejected", "approved_with_conditions"]
    for day in ("", "2026-04-13"):
        answer = client.post(f"{address}edit/", typed | {"version": 3, "assessed_on": day})
        assert "assessed_on" in errors(answer)
    for change in (first.delete, lambda: supplier.assessments.update(result="approved")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_contract_is_a_checklist(supplier: Supplier, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    client, typed = sign_in(officer), SUPPLIER | {"owner": officer.pk, "version": 1}
    answer = client.post(supplier.edit_url, typed | {"contract_clauses": ["audit"], "contract_ai_clauses": ""})
    assert list(errors(answer)) == ["contract_ai_clauses"]
    answer = client.post(supplier.edit_url, typed | {"contract_clauses": ["audit", "incidents"]})
    assert answer.status_code == 302
    items = {one["label"]: one["is_there"] for one in Supplier.objects.get().clause_list}
    assert (items["Right to audit or to proof"], sum(items.values()), len(items)) == (True, 2, 9)
    text = " ".join(SeenPage(client.get(supplier.get_absolute_url())).texts)
    assert text.count("Not agreed") == 7


def test_conditions_are_due_until_they_are_met(
    supplier: Supplier, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    today = organisation.today()
    client, typed = sign_in(officer), SUPPLIER | {"owner": officer.pk, "review_on": ""}

    def due() -> list[str]:
        parts = due_parts(officer, organisation, today, owner=officer)
        return [source.rule for source, rows in parts.items() if rows.exists()]

    late = {"conditions_due_on": (today - timedelta(days=1)).isoformat()}
    assert client.post(supplier.edit_url, typed | late | {"version": 1}).status_code == 302
    assert due() == ["conditions"]
    answer = client.post(supplier.edit_url, typed | late | {"version": 2, "open_conditions": ""})
    assert list(errors(answer)) == ["conditions_due_on"]
    assert assess(client, supplier).status_code == 302
    supplier.refresh_from_db()
    assert (due(), supplier.conditions_due_on) == ([], None)


def test_a_duty_stands_on_the_page_of_the_supplier_and_of_the_system(
    supplier: Supplier, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client, system = sign_in(officer), make_ai_system(organisation, title="CreditScout")
    assert duty(client, supplier, system=system.pk, agreed_in="Annex 2").status_code == 302
    for page, other in ((supplier, system), (system, supplier)):
        seen = SeenPage(client.get(page.get_absolute_url()))
        text = " ".join(seen.texts)
        for words in ("Bias testing", "Annex 2", "Supports", "Carries it out", "Is told"):
            assert words in text, words
        assert other.get_absolute_url() in seen.links


def test_a_duty_of_a_system_needs_no_supplier_and_one_of_neither_is_none(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client, system = sign_in(officer), make_ai_system(organisation)
    assert duty(client, system, supplier_part="").status_code == 302
    [row] = system.responsibilities.all()
    assert (row.supplier, row.customer_part) == (None, "told")
    with pytest.raises(IntegrityError), transaction.atomic():
        share()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"duty": ""}, "duty"),
        ({"our_part": "", "supplier_part": "answers"}, "our_part"),
        ({"supplier_part": "answers", "customer_part": "answers"}, "our_part"),
        ({"our_part": "everything"}, "our_part"),
    ],
)
def test_what_does_not_fit_is_said_at_the_field(
    changes: dict[str, str], field: str, supplier: Supplier, officer: Any, sign_in: SignIn
) -> None:
    before, answer = written(), duty(sign_in(officer), supplier, **changes)
    assert answer.status_code == 422
    assert list(errors(answer)) == [field]
    assert written() == before


def test_a_line_is_changed_and_removed_and_one_that_changed_meanwhile_is_not(
    supplier: Supplier, officer: Any, sign_in: SignIn
) -> None:
    client, row = sign_in(officer), share(supplier=supplier)
    page = client.get(f"{supplier.get_absolute_url()}responsibilities/{row.pk}/")
    seen = SeenPage(page).form_with("duty").fields["seen"][0]
    assert duty(client, supplier, f"{row.pk}/", seen=seen, duty="Tests for bias").status_code == 302
    row.refresh_from_db()
    assert row.duty == "Tests for bias"
    stale = duty(client, supplier, f"{row.pk}/", seen=seen, duty="Another")
    assert (stale.status_code, "changed this line meanwhile" in stale.content.decode()) == (422, True)
    assert client.post(f"{supplier.get_absolute_url()}responsibilities/{row.pk}/remove/").status_code == 302
    assert not Responsibility.objects.exists()
    assert client.post(f"{supplier.get_absolute_url()}responsibilities/{row.pk}/remove/").status_code == 404


def test_a_line_is_reached_only_from_its_own_supplier(
    supplier: Supplier, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    row = share(supplier=make_supplier(organisation))
    address = f"{supplier.get_absolute_url()}responsibilities/{row.pk}/"
    assert sign_in(officer).get(address).status_code == 404
    assert sign_in(officer).post(f"{address}remove/").status_code == 404


def test_who_only_reads_writes_neither(supplier: Supplier, auditor: Any, manager: Any, sign_in: SignIn) -> None:
    row, before = share(supplier=supplier), written()
    for who in (auditor, manager):
        client = sign_in(who)
        assert assess(client, supplier).status_code == 403
        assert duty(client, supplier).status_code == 403
        assert duty(client, supplier, f"{row.pk}/").status_code == 403
        assert duty(client, supplier, f"{row.pk}/remove/").status_code == 403
        assert "Add " not in client.get(supplier.get_absolute_url()).content.decode()
    assert (written(), SupplierAssessment.objects.count()) == (before, 0)


def test_a_contributor_reads_the_name_of_a_supplier_but_no_way_to_it(
    supplier: Supplier, organisation: Any, contributor: Any, sign_in: SignIn
) -> None:
    system = make_ai_system(organisation, owner=contributor)
    row = share(supplier=supplier, system=system)
    client = sign_in(contributor)
    page = SeenPage(client.get(system.get_absolute_url()))
    assert "Skorna" in " ".join(page.texts)
    assert supplier.get_absolute_url() not in page.links
    form = SeenPage(client.get(f"{system.get_absolute_url()}responsibilities/{row.pk}/")).form_with("duty")
    assert "supplier" not in form.fields
    data = {"seen": form.fields["seen"][0], "duty": "Ours"}
    assert duty(client, system, f"{row.pk}/", **data).status_code == 302
    row.refresh_from_db()
    assert (row.duty, row.supplier) == ("Ours", supplier)


def test_a_supplier_s_page_asks_as_much_for_three_of_everything(
    supplier: Supplier, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client, page = sign_in(officer), supplier.get_absolute_url()

    def grow() -> None:
        share(supplier=supplier, system=make_ai_system(organisation))
        assess(client, supplier)

    grow()
    one = len(queries(client, page))
    grow()
    grow()
    assert len(queries(client, page)) == one


def test_who_changes_a_line_changes_both_supplier_and_system(
    supplier: Supplier, organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    system, other = make_ai_system(organisation), make_ai_system(organisation)
    Supplier.objects.filter(pk=supplier.pk).update(owner=contributor)
    client = sign_in(officer)

    def changed_by() -> list[Any]:
        return [Record.objects.get(pk=one.pk).changed_by for one in (supplier, system, other)]

    duty(client, supplier, system=system.pk)
    assert changed_by() == [officer, officer, None]
    [row] = supplier.responsibilities.all()
    Record.objects.update(changed_by=None)
    seen = state_of(row)
    assert duty(client, supplier, f"{row.pk}/", system=other.pk, seen=seen).status_code == 302
    assert changed_by() == [officer, officer, officer], "also the one that it no longer speaks of"
    Record.objects.update(changed_by=None)
    row.refresh_from_db()
    mine = sign_in(contributor)
    assert (
        duty(mine, supplier, f"{row.pk}/", our_part="answers", customer_part="does", seen=state_of(row)).status_code
        == 302
    )
    assert changed_by() == [contributor, None, contributor]
    Record.objects.update(changed_by=None)
    assert mine.post(f"{supplier.get_absolute_url()}responsibilities/{row.pk}/remove/").status_code == 302
    assert changed_by() == [contributor, None, contributor]
