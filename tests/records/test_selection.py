"""Many records of a list set at once: shown first, refused with a reason, one entry in the history of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from records.models import Record
from tests.cast import READERS, make_position, make_supplier, somebody
from tests.pages import Form, SeenPage
from tests.record_types import RecordType
from tests.risk_cast import make_treatment
from tests.traces import history_of, written

SignIn = Callable[..., Client]


def address(record_type: RecordType, organisation: Any, query: str = "") -> str:
    return f"{record_type.url('list', organisation)}selection/{query}"


def pick(record: Any) -> str:
    return f"{record.pk}v{Record.objects.values_list('version', flat=True).get(pk=record.pk)}"


def preview(client: Client, path: str, records: list[Any], name: str, value: Any) -> Form:
    """The form of the page that shows what would change."""
    data = {"set": name, "pick": [pick(record) for record in records], "value": value}
    answer = client.post(path, data)
    assert answer.status_code == 200
    return SeenPage(answer, within="main").form_with("promised")


def checkboxes(client: Client, path: str) -> list[str]:
    page = SeenPage(client.get(path), within="main")
    return [has["value"] for tag, has in page.elements if tag == "input" and has.get("name") == "pick"]


def test_the_officer_sets_owner_and_day_of_what_was_chosen(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    records, other = [record_type.make(organisation) for _n in range(2)], record_type.make(organisation)
    person, client, path = somebody(organisation), sign_in(officer), address(record_type, organisation)
    before = {record.pk: history_of(Record, pgh_obj=record.pk).count() for record in records}
    versions = {record.pk: Record.objects.get(pk=record.pk).version for record in records}
    form = preview(client, path, records, "owner", person.pk)
    assert not Record.objects.filter(owner=person).exists(), "a preview changes nothing"
    answer = client.post(path, form.data(value=person.pk))
    assert answer.status_code == 302
    assert answer["Location"] == record_type.url("list", organisation)
    for record in records:
        record.refresh_from_db()
        assert (record.owner, record.changed_by, record.version) == (person, officer, versions[record.pk] + 1)
        assert history_of(Record, pgh_obj=record.pk).count() == before[record.pk] + 1
        assert history_of(Record, pgh_obj=record.pk).last().pgh_context.metadata["user"] == officer.pk
    assert Record.objects.get(pk=other.pk).owner != person
    day = organisation.today() + timedelta(days=40)
    client.post(path, preview(client, path, records, "review_on", day.isoformat()).data(value=day.isoformat()))
    assert set(Record.objects.filter(review_on=day)) == {Record.objects.get(pk=record.pk) for record in records}


def test_who_is_given_a_risk_or_a_treatment_sees_what_belongs_to_it(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    treatment, client = make_treatment(organisation, owner=officer), sign_in(officer)
    risk = treatment.treats

    def hand_over(record: Any, person: Any) -> None:
        path = f"{record.get_absolute_url().rpartition(record.reference)[0]}selection/"
        form = preview(client, path, [record], "owner", person.pk)
        assert client.post(path, form.data(value=person.pk)).status_code == 302

    def seen() -> list[bool]:
        return [Record.objects.visible_to(contributor).filter(pk=one.pk).exists() for one in (risk, treatment)]

    for record in (risk, treatment):
        assert seen() == [False, False]
        hand_over(record, contributor)
        assert seen() == [True, True]
        hand_over(record, officer)
    assert seen() == [False, False]


@pytest.mark.parametrize("role", READERS)
def test_readers_see_no_checkbox_and_change_nothing(
    role: str, record_type: RecordType, organisation: Any, officer: Any, request: Any, sign_in: SignIn
) -> None:
    record, client = record_type.make(organisation), sign_in(request.getfixturevalue(role))
    assert not checkboxes(client, record_type.url("list", organisation))
    before = written()
    data = {"set": "owner", "pick": pick(record), "value": officer.pk, "promised": pick(record)}
    assert client.post(address(record_type, organisation), data).status_code == 403
    assert written() == before


def test_contributors_choose_what_they_may_change_and_no_more(
    record_type: RecordType, organisation: Any, contributor: Any, officer: Any, sign_in: SignIn
) -> None:
    mine, other = record_type.make(organisation, owner=contributor), record_type.make(organisation, owner=officer)
    client, path = sign_in(contributor), address(record_type, organisation)
    day = organisation.today().isoformat()
    answer = client.post(path, {"set": "review_on", "pick": [pick(mine), pick(other)], "value": day})
    plan = answer.context["plan"]
    if not record_type.owners_write:
        # Who only answers for it changes nothing of it, by whatever way.
        assert checkboxes(client, record_type.url("list", organisation)) == []
        assert not plan.changing
        assert [line.reason for line in plan.refused] == [
            "No longer to be seen by you",
            "You may read this record, not change it",
        ]
        return
    assert checkboxes(client, record_type.url("list", organisation)) == [pick(mine)]
    assert [line.record.pk for line in plan.changing] == [mine.pk]
    assert [(line.record, line.reason) for line in plan.refused] == [(None, "No longer to be seen by you")]
    assert other.title not in answer.content.decode()
    form = SeenPage(answer, within="main").form_with("promised")
    assert client.post(path, form.data(value=day) | {"promised": f"{pick(mine)} {pick(other)}"}).status_code == 409
    assert client.post(path, form.data(value=day)).status_code == 302
    assert list(Record.objects.filter(review_on=organisation.today())) == [Record.objects.get(pk=mine.pk)]


def test_what_somebody_may_only_read_is_refused_with_the_reason(
    organisation: Any, contributor: Any, officer: Any, sign_in: SignIn
) -> None:
    from records.actions import give

    other, client = make_supplier(organisation, owner=officer), sign_in(contributor)
    give(other, to=contributor, change=False)
    list_path = f"/{organisation.slug}/suppliers/"
    assert other.title in client.get(list_path).content.decode()
    assert not checkboxes(client, list_path)
    answer = client.post(f"{list_path}selection/", {"set": "owner", "pick": pick(other), "value": officer.pk})
    assert [line.reason for line in answer.context["plan"].refused] == ["You may read this record, not change it"]


def test_what_changed_since_the_list_was_shown_is_told_and_not_overwritten(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    first, second = record_type.make(organisation), record_type.make(organisation)
    person, client, path = somebody(organisation), sign_in(officer), address(record_type, organisation)
    data = {"set": "owner", "pick": [pick(first), pick(second)], "value": person.pk}
    Record.objects.filter(pk=second.pk).update(version=40, changed_by=person)
    answer = client.post(path, data)
    assert [line.record.pk for line in answer.context["plan"].changing] == [first.pk]
    assert answer.context["plan"].refused[0].reason.startswith(f"Changed meanwhile by {person.name}")
    form = SeenPage(answer, within="main").form_with("promised")
    Record.objects.filter(pk=first.pk).update(version=41)
    refused = client.post(path, form.data(value=person.pk))
    assert refused.status_code == 409
    assert "Nothing was changed" in refused.content.decode()
    assert not Record.objects.filter(owner=person).exists()


def test_everything_a_filter_finds_is_changed_in_as_many_queries_as_one(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    person, client = somebody(organisation), sign_in(officer)
    path = address(record_type, organisation, "?q=harbour&rows=25")
    today = organisation.today().isoformat()

    def cost(count: int, value: Any) -> int:
        for number in range(count):
            record = record_type.make(organisation, owner=person)
            Record.objects.filter(pk=record.pk).update(title=f"Harbour {number}")
        form = SeenPage(client.post(path, {"set": "review_on", "all": "1", "value": value}), within="main")
        with CaptureQueriesContext(connection) as captured:
            assert client.post(path, form.form_with("promised").data(value=value)).status_code == 302
        return len(captured)

    cost(1, today)
    one = cost(1, (organisation.today() + timedelta(days=1)).isoformat())
    assert cost(28, today) == one
    assert Record.objects.filter(title__startswith="Harbour", review_on=organisation.today()).count() == 30
    assert not Record.objects.filter(review_on=organisation.today()).exclude(title__startswith="Harbour").exists()


def test_the_list_offers_all_that_was_found_where_it_has_pages(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    for _n in range(26):
        make_supplier(organisation)
    path, client = f"/{organisation.slug}/suppliers/?rows=25&sort=-title", sign_in(officer)
    page = SeenPage(client.get(path), within="main")
    form = next(form for form in page.forms if "all" in form.choices)
    assert form.action.endswith("/suppliers/selection/?rows=25&sort=-title")
    assert len(checkboxes(client, path)) == 25
    assert "all" not in str([form.choices for form in SeenPage(client.get(f"{path}&rows=50")).forms])


def test_a_selection_of_nothing_goes_back_to_the_list(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    make_supplier(organisation)
    path = f"/{organisation.slug}/suppliers/selection/?criticality=medium"
    answer = sign_in(officer).post(path, {"set": "owner", "pick": ["x", "1", "-3v2"]}, follow=True)
    assert answer.redirect_chain[0][0] == f"/{organisation.slug}/suppliers/?criticality=medium"
    assert "Choose at least one row first." in answer.content.decode()


@pytest.mark.parametrize(("name", "value"), [("title", "x"), ("organisation", "1"), ("", ""), ("version", "9")])
def test_only_what_is_declared_can_be_set(
    name: str, value: str, record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    record, before = record_type.make(organisation), written()
    data = {"set": name, "pick": pick(record), "value": value, "promised": pick(record)}
    assert sign_in(officer).post(address(record_type, organisation), data).status_code == 400
    assert written() == before


def test_nobody_from_elsewhere_can_be_made_owner(
    organisation: Any, officer: Any, outsider: Any, auditor: Any, sign_in: SignIn
) -> None:
    record, client = make_supplier(organisation), sign_in(officer)
    for person in (outsider, auditor):
        path = f"/{organisation.slug}/suppliers/selection/"
        data = {"set": "owner", "pick": pick(record), "promised": pick(record), "value": person.pk}
        assert client.post(path, data).status_code == 422
    record.refresh_from_db()
    assert record.owner is None


def test_the_status_of_positions_is_set_where_it_belongs(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    clause, client = make_position(organisation), sign_in(officer)
    control = type(clause).objects.get(organisation=organisation, reference="A.2.2")
    path = f"/{organisation.slug}/clauses/selection/"
    answer = client.post(path, {"set": "status", "pick": [pick(clause), pick(control)], "value": "met"})
    plan = answer.context["plan"]
    assert [(line.record.reference, line.before, line.after) for line in plan.changing] == [
        (clause.reference, "", "Met")
    ]
    assert [line.reason for line in plan.refused] == ["This status does not belong to this kind of requirement."]
    form = SeenPage(answer, within="main").form_with("promised")
    events = history_of(type(clause), pgh_obj=clause.pk).count()
    assert client.post(path, form.data(value="met")).status_code == 302
    clause.refresh_from_db()
    assert (clause.status, clause.status_on) == ("met", organisation.today())
    assert history_of(type(clause), pgh_obj=clause.pk).count() == events + 1


def test_what_has_the_value_already_gets_no_entry(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    record = make_supplier(organisation, owner=officer)
    path = f"/{organisation.slug}/suppliers/selection/"
    answer = sign_in(officer).post(path, {"set": "owner", "pick": pick(record), "value": officer.pk})
    assert (answer.context["plan"].same, answer.context["plan"].changing) == (1, [])
    assert "1 has this value already." in answer.content.decode()


def test_thousands_are_changed_in_one_go(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    from records.bulk import create_records
    from systems.models import Supplier

    create_records(Supplier(organisation=organisation, title=f"Bulk {n}", service="x") for n in range(3000))
    path, client = f"/{organisation.slug}/suppliers/selection/?q=bulk", sign_in(officer)
    form = SeenPage(client.post(path, {"set": "owner", "all": "1", "value": officer.pk}), within="main")
    assert "And 2900 more." in form.texts or "And 2,900 more." in form.texts
    assert client.post(path, form.form_with("promised").data(value=officer.pk)).status_code == 302
    assert Supplier.objects.filter(title__startswith="Bulk", owner=officer, version=2).count() == 3000
