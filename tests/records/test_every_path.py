"""Whatever path wrote it: each change of each record type is in its history, with the door it came through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from aims_portal.celery import TrackedTask, app
from clauses.models import Requirement
from evidence.models import Evidence, Proof
from organisations.keys import make_key
from organisations.models import User
from organisations.origin import TrackedCommand
from records.events import hanging_on
from records.models import Record
from records.timeline import changes_of
from tests.cast import make_evidence, make_supplier, somebody
from tests.pages import filled_in
from tests.record_types import RecordType, record_types
from tests.traces import history_of

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db
# Kinds that programs cannot change: plans are only read there.
NO_DOOR = {"treatment-plan", "audit-room"}
# Rooms for programs that are not called as those for people.
OTHERWISE = {"position": "requirements", "statement": "statements"}


def lines_of(user: Any, record: Any) -> list[tuple[str, str]]:
    return [(line["field"], line["after"]) for change in changes_of(user, record) for line in change.changes]


def test_a_page_is_named(record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    record, client = record_type.make(organisation, owner=officer), sign_in(officer)
    address = record_type.url("edit", organisation, record)
    assert client.post(address, filled_in(client, address, **{record_type.text: "By a form"})).status_code == 302
    event = history_of(Record, pgh_obj=record.pk).last()
    assert event.pgh_context.metadata == {"user": officer.pk, "url": address, "page": f"{record_type.kind}-edit"}
    for page in ("detail", "history"):
        shown = client.get(record_type.url(page, organisation, record)).content.decode()
        assert "through the edit form" in shown


def test_a_key_is_named(record_type: RecordType, organisation: Any, officer: Any) -> None:
    record = record_type.make(organisation, owner=officer)
    room = OTHERWISE.get(record_type.kind, record_type.views.path)
    key, secret = make_key(officer, organisation=organisation, name="night-run", expires_on=organisation.today())
    headers = {"Authorization": f"Bearer {secret}", "If-Match": "*"}
    path, change = f"/api/v1/{organisation.slug}/{room}/{record.reference}/", {record_type.text: "By a program"}
    answer = Client().patch(path, change, content_type="application/json", headers=headers)
    if record_type.kind in NO_DOOR:
        assert answer.status_code in {404, 405}, "there is a door: take it off the list"
        return
    assert answer.status_code == 200, answer.content
    noted = history_of(Record, pgh_obj=record.pk).last().pgh_context.metadata
    assert (noted["user"], noted["api_key"], noted["api_key_name"]) == (officer.pk, key.prefix, "night-run")
    own = record_type.views.model.objects.get(pk=record.pk)
    assert changes_of(officer, own)[0].through == "the API key night-run"


def test_update_and_sql_reach_the_types_own_columns(record_type: RecordType, organisation: Any, officer: Any) -> None:
    record, model = record_type.make(organisation), record_type.views.model
    columns = [field for field in model._meta.local_fields if field.editable and not field.choices]
    column = next(field for field in columns if field.get_internal_type() in {"TextField", "CharField"})
    model.objects.filter(pk=record.pk).update(**{column.name: "By update"})
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} SET {column.column} = 'By SQL'")
    told = [after for _field, after in lines_of(officer, model.objects.get(pk=record.pk))]
    assert {"By update", "By SQL"} <= set(told)


def test_links_and_evidence_are_told_on_both_sides(record_type: RecordType, organisation: Any, officer: Any) -> None:
    record = record_type.make(organisation)
    item = record if isinstance(record, Evidence) else make_evidence(organisation)
    other = make_supplier(organisation) if record is item else record
    proof = Proof.objects.create(evidence=item, record=other)
    Proof.objects.filter(pk=proof.pk).delete()
    assert [line for line in lines_of(officer, record) if line[0] == "Proof"] != []
    if record is item:
        assert ("Link", "https://files.example/minutes") in lines_of(officer, record)


def test_many_to_many_links_are_told(record_type: RecordType, organisation: Any, officer: Any) -> None:
    record = record_type.make(organisation)
    makers: dict[Any, Any] = {User: somebody, Record: make_supplier}
    makers |= {one.views.model: one.make for one in record_types()}
    makers[Requirement] = lambda _organisation: Requirement.objects.assessable()[0]
    for field in record._meta.local_many_to_many:
        if field.name == "proves":
            continue  # by the test above: the link has a person
        target = makers[field.related_model](organisation)
        getattr(record, field.name).add(target)
        getattr(record, field.name).remove(target)
        called = target.reference if isinstance(target, Record) else str(target)
        lines = [line for change in changes_of(officer, record) for line in change.changes]
        assert any(called in line["after"] for line in lines), f"{field.name}: added"
        assert any(called in line["before"] for line in lines), f"{field.name}: removed"
        assert field.remote_field.through in {source.model for source in hanging_on(type(record))}


def test_a_job_and_a_command_are_named(organisation: Any, officer: Any) -> None:
    supplier = make_supplier(organisation)

    @app.task(name="tests.rename", ignore_result=True)
    def rename() -> None:
        type(supplier).objects.filter(pk=supplier.pk).update(title="By a job")

    rename()
    assert isinstance(rename, TrackedTask)
    event = history_of(Record, pgh_obj=supplier.pk).last()
    assert event.pgh_context.metadata == {"job": "tests.rename"}
    call_command("create_api_key", officer.email, organisation.slug)
    from organisations.models import ApiKey

    assert history_of(ApiKey).last().pgh_context.metadata == {"command": "create_api_key"}


def test_every_command_of_ours_is_named() -> None:
    from django.core.management import get_commands, load_command_class

    from tests.house import tree

    ours = [name for name, app_name in get_commands().items() if app_name in tree.FLOORS]
    assert len(ours) >= 6
    assert all(isinstance(load_command_class(get_commands()[name], name), TrackedCommand) for name in ours)
