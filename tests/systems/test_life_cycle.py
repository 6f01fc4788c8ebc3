"""Life-cycle records and resources: each kind asks what it cannot do without, and stands on its clause's page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from records.models import Record
from systems.models import CLAUSES, RecordKind, SystemRecord, SystemResource
from tests.cast import make_ai_system, make_supplier
from tests.pages import SeenPage
from tests.records.test_query_counts import queries
from tests.traces import written

from .making import (
    keeper,
    make_dataset,
    make_system_record,
    make_system_resource,
    record_form,
    resource_form,
    share,
)
from .typed import errors

SignIn = Callable[..., Client]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"system": ""}, {"system"}),
        ({"content": ""}, {"content"}),
        ({"criteria": "", "outcome": ""}, {"criteria", "outcome"}),
        ({"system_version": ""}, {"system_version"}),
        ({"done_on": "2999-01-01"}, {"done_on"}),
        ({"record_kind": "design"}, {"outcome"}),
        ({"record_kind": "event_log", "outcome": ""}, {"retention"}),
        ({"record_kind": "user_information", "outcome": ""}, {"audience"}),
        ({"record_kind": "customers", "outcome": ""}, {"audience"}),
        ({"record_kind": "technical_documentation", "outcome": ""}, {"audience"}),
        ({"record_kind": "monitoring", "outcome": "", "criteria": ""}, {"criteria"}),
        ({"record_kind": "deployment", "outcome": "", "system_version": ""}, {"system_version"}),
    ],
)
def test_each_kind_asks_what_it_cannot_do_without(
    changes: dict[str, str], fields: set[str], organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    typed = record_form(organisation) | changes
    before = written()
    answer = sign_in(officer).post(f"/{organisation.slug}/system-records/new/", typed)
    assert set(errors(answer)) == fields
    assert written() == before


def test_a_test_is_done_again_and_the_former_no_longer_counts(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    system, client = make_ai_system(organisation), sign_in(officer)
    failed = make_system_record(organisation, system=system, outcome="failed", owner=officer)
    assert list(SystemRecord.objects.failing()) == [failed]
    typed = record_form(organisation) | {"system": system.pk, "repeats": failed.pk}
    address = client.post(f"/{organisation.slug}/system-records/new/", typed)["Location"]
    assert not SystemRecord.objects.failing().exists()
    assert address in SeenPage(client.get(failed.get_absolute_url())).links
    assert failed.get_absolute_url() in SeenPage(client.get(address)).links
    assert "Failed, done again" in client.get(system.get_absolute_url()).content.decode()
    other = make_system_record(organisation)
    answer = client.post(f"/{organisation.slug}/system-records/new/", typed | {"repeats": other.pk})
    assert "another verification of the same system" in errors(answer)["repeats"][0]


def test_no_failure_disappears_because_tests_repeat_in_a_circle(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    system, client, today = make_ai_system(organisation), sign_in(officer), organisation.today()
    first = make_system_record(organisation, system=system, outcome="failed", owner=officer, done_on=today)
    second = make_system_record(organisation, system=system, owner=officer, done_on=today, repeats=first)
    third = make_system_record(organisation, system=system, owner=officer, done_on=today, repeats=second)
    typed = record_form(organisation) | {"system": system.pk, "done_on": today.isoformat(), "outcome": "failed"}
    for later in (second, third):
        answer = client.post(first.edit_url, typed | {"version": 1, "repeats": later.pk})
        assert "repeats this one" in errors(answer)["repeats"][0]
    earlier = (today - timedelta(days=1)).isoformat()
    answer = client.post(f"/{organisation.slug}/system-records/new/", typed | {"done_on": earlier, "repeats": first.pk})
    assert "after the one it repeats" in errors(answer)["repeats"][0]
    assert not SystemRecord.objects.filter(pk=first.pk).exclude(repeats=None).exists()


def test_the_database_keeps_tests_and_outcomes_together(organisation: Any) -> None:
    for fields in ({"outcome": ""}, {"done_on": None}, {"record_kind": "design"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_system_record(organisation, **fields)


def test_the_system_s_page_has_every_kind_with_what_there_is_of_it(
    organisation: Any, officer: Any, auditor: Any, sign_in: SignIn
) -> None:
    system = make_ai_system(organisation, system_version="1.0")
    record = make_system_record(organisation, system=system, title="Fairness test")
    page = SeenPage(sign_in(officer).get(system.get_absolute_url()))
    text = " ".join(page.texts)
    for kind, clause in CLAUSES.items():
        assert str(RecordKind(kind).label) in text
        assert clause in text
    assert (text.count("None on record"), record.get_absolute_url() in page.links) == (len(CLAUSES) - 1 + 1, True)
    new = next(link for link in page.links if "record_kind=user_information" in link)
    form = SeenPage(sign_in(officer).get(new)).form_with("content")
    typed = (form.fields["system"], form.fields["record_kind"], form.fields["system_version"])
    assert typed == ([str(system.pk)], ["user_information"], ["1.0"])
    assert "record_kind=" not in " ".join(SeenPage(sign_in(auditor).get(system.get_absolute_url())).links)


def test_each_kind_is_told_on_the_page_of_its_control(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    client = sign_in(officer)
    make_system_record(organisation)
    make_system_record(organisation, record_kind="event_log", outcome="", retention="6 months")
    for number, words, entries in (
        ("A.6.2.4", "Life-cycle records: Verification and validation", 1),
        ("A.6.2.8", "Life-cycle records: Event logs", 1),
        ("A.8.2", "Life-cycle records: Information for users", 0),
        ("A.10.4", "Life-cycle records: Customers’ expectations", 0),
    ):
        page = client.get(f"/{organisation.slug}/clauses/{number}/")
        [register] = [one for one in page.context["registers"] if one.kind == "system-record"]
        assert (register.name, register.entries) == (words, entries)
        listed = SeenPage(client.get(register.url), within="main").links
        assert sum("/system-records/LC-" in link for link in listed) == entries
        assert "record_kind=" in register.new_url


def test_resources_are_told_on_the_pages_of_their_controls(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    client = sign_in(officer)
    for kind in ("model", "tool", "computing", "people"):
        make_system_resource(organisation, resource_kind=kind)
    for number, entries in (("A.4.2", 4), ("A.4.4", 2), ("A.4.5", 1), ("A.4.6", 1)):
        page = client.get(f"/{organisation.slug}/clauses/{number}/")
        [register] = [one for one in page.context["registers"] if one.kind == "system-resource"]
        assert register.entries == entries
        listed = SeenPage(client.get(register.url), within="main").links
        assert sum("/system-resources/SRS-" in link for link in listed) == entries


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"resource_kind": "model"}, {"resource_version", "licence"}),
        ({"resource_kind": "tool", "resource_version": "2"}, {"licence"}),
        ({"location": ""}, {"location"}),
        ({"what": ""}, {"what"}),
        ({"ended_on": "2999-01-01"}, {"ended_on"}),
    ],
)
def test_each_kind_of_resource_asks_what_it_needs(
    changes: dict[str, str], fields: set[str], organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    before = written()
    answer = sign_in(officer).post(f"/{organisation.slug}/system-resources/new/", resource_form(organisation) | changes)
    assert set(errors(answer)) == fields
    assert written() == before


def test_what_its_owner_may_not_see_stays_linked(organisation: Any, contributor: Any, sign_in: SignIn) -> None:
    supplier, system = make_supplier(organisation), make_ai_system(organisation)
    resource = make_system_resource(organisation, supplied_by=supplier, owner=contributor)
    resource.systems.add(system)
    client = sign_in(contributor)
    assert supplier.get_absolute_url() not in SeenPage(client.get(resource.get_absolute_url())).links
    form = SeenPage(client.get(resource.edit_url)).form_with("title")
    assert client.post(resource.edit_url, form.data(title="Mine")).status_code == 302
    kept = SystemResource.objects.get()
    assert (kept.title, kept.supplied_by, list(kept.systems.all())) == ("Mine", supplier, [system])


def test_who_did_it_may_read_it(organisation: Any, officer: Any, contributor: Any, sign_in: SignIn) -> None:
    typed = record_form(organisation) | keeper(organisation) | {"done_by": contributor.pk}
    address = sign_in(officer).post(f"/{organisation.slug}/system-records/new/", typed)["Location"]
    assert sign_in(contributor).get(address).status_code == 200
    assert sign_in(contributor).get(f"{address}edit/").status_code == 403


def test_a_contributor_sees_of_a_system_what_is_theirs(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    system = make_ai_system(organisation, owner=contributor)
    made = [
        make_system_record(organisation, system=system),
        make_dataset(organisation),
        make_system_resource(organisation),
    ]
    for one in made[1:]:
        one.systems.add(system)
    Record.objects.filter(pk__in=[one.pk for one in made]).update(title="Secret", owner=officer)
    page = sign_in(contributor).get(system.get_absolute_url()).content.decode()
    assert ("Secret" in page, "None on record</span>" in page) == (False, False)
    Record.objects.filter(pk__in=[one.pk for one in made]).update(owner=contributor)
    assert sign_in(contributor).get(system.get_absolute_url()).content.decode().count("Secret") >= 3


def test_a_system_s_page_asks_as_much_for_three_of_everything_as_for_one(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client, system = sign_in(officer), make_ai_system(organisation)

    def grow() -> None:
        make_system_record(organisation, system=system, done_by=officer)
        make_dataset(organisation).systems.add(system)
        make_system_resource(organisation).systems.add(system)
        share(system=system, supplier=make_supplier(organisation))

    grow()
    one = len(queries(client, system.get_absolute_url()))
    grow()
    grow()
    assert len(queries(client, system.get_absolute_url())) == one
