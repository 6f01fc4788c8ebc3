"""History is the database's: written whatever code made the change, and by nobody's leave erased."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client

from records.bulk import create_records
from records.models import Record
from tests.house.models import our_models, relations
from tests.pages import filled_in
from tests.record_types import RecordType
from tests.traces import event_models, history_of

SignIn = Callable[..., Client]


def steps(record: Any) -> list[tuple[str, str]]:
    return list(history_of(Record, pgh_obj=record.pk).values_list("pgh_label", "title"))


def test_a_form_writes_who_and_what(record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    record, client = record_type.make(organisation, owner=officer), sign_in(officer)
    address = record_type.url("edit", organisation, record)
    data = filled_in(client, address, **{record_type.text: "Written by a test"})
    assert client.post(address, data).status_code == 302
    event = history_of(Record, pgh_obj=record.pk).last()
    assert (event.pgh_label, event.changed_by) == ("update", officer)
    assert event.pgh_context.metadata["user"] == officer.pk
    page = client.get(record_type.url("history", organisation, record)).content.decode()
    assert "Written by a test" in page
    assert str(officer) in page


def test_a_save_an_update_and_a_bulk_update_are_all_kept(record_type: RecordType, organisation: Any) -> None:
    record = record_type.make(organisation)
    before = len(steps(record))
    record.title = "Saved"
    record.save()
    record_type.views.model.objects.filter(pk=record.pk).update(title="Updated")
    record.title = "Updated in bulk"
    record_type.views.model.objects.bulk_update([record], ["title"])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_record SET title = 'By hand' WHERE id = %s", [record.pk])
    assert steps(record)[before:] == [
        ("update", "Saved"),
        ("update", "Updated"),
        ("update", "Updated in bulk"),
        ("update", "By hand"),
    ]


def test_records_made_in_bulk_are_kept(record_type: RecordType, organisation: Any) -> None:
    model = record_type.views.model
    pattern = record_type.make(organisation)
    own = {
        field.attname: getattr(pattern, field.attname)
        for field in model._meta.local_concrete_fields
        if not field.primary_key
    }
    made = [model(organisation=organisation, reference=f"BLK-{n}", title=f"Bulk {n}", **own) for n in (1, 2)]
    create_records(made)
    for record in made:
        assert [label for label, _title in steps(record)] == ["insert"]
        assert history_of(model, pgh_obj=record.pk).count() == 1


def test_the_types_own_columns_are_kept_too(record_type: RecordType, organisation: Any) -> None:
    record, model = record_type.make(organisation), record_type.views.model
    column = next(
        field.name
        for field in model._meta.local_concrete_fields
        if field.get_internal_type() in {"TextField", "CharField"} and not field.choices
    )
    before = history_of(model, pgh_obj=record.pk).count()
    model.objects.filter(pk=record.pk).update(**{column: "Told by the trigger"})
    events = history_of(model, pgh_obj=record.pk)
    assert events.count() == before + 1
    assert getattr(events.last(), column) == "Told by the trigger"


def test_every_model_of_ours_with_a_person_in_it_is_tracked() -> None:
    """A table without history is named here with its reason."""
    untracked = {
        "User": "sign-in data, not what an auditor asks for",
        "IdempotentAnswer": "kept for a day, so that a program sent twice is answered once",
        "Mention": "a job that says itself when it was sent and read; the comment is tracked",
        "SavedFilter": "how somebody looks at a list, no content",
        "Asking": "a job that says itself when its mail was sent; what is asked is tracked",
        "Import": "a job that says itself who brought which file and when; what it wrote is tracked",
        "Reminder": "written once, says itself who was told when; its digest is tracked",
        "FileAlarm": "a job that says itself when its mail was sent; what was found is in the history of its item",
        "Taking": "written once, says itself who took which pack away and when",
        "Verification": "written once, says itself who checked which chain and what was found",
        "RootMail": "a job that says itself to whom which root was mailed and when",
    }
    tracked = {model.pgh_tracked_model for model in event_models()}  # type: ignore[attr-defined]
    assert not missing(tracked) - set(untracked), "Add @tracked(), or list the model here with the reason"


def test_links_between_records_are_tracked() -> None:
    tracked = {model.pgh_tracked_model for model in event_models()}  # type: ignore[attr-defined]
    untracked = {
        f"{model.__name__}.{link.name}"
        for model in our_models()
        for link in model._meta.local_many_to_many
        if issubclass(model, Record) and link.remote_field.through not in tracked
    }
    assert not untracked, f"Give these a link table of their own with @tracked(): {untracked}"


def missing(tracked: set[Any]) -> set[str]:
    return {
        model.__name__
        for model in our_models()
        if model not in tracked
        and not model._meta.auto_created
        and any(field.related_model._meta.label == "organisations.User" for field in relations(model))
    }
