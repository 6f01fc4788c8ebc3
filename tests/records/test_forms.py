"""The edit form of every record type keeps what is typed and what is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from tests.pages import SeenPage, filled_in
from tests.record_types import RecordType
from tests.traces import written

SignIn = Callable[..., Client]


def test_a_form_with_faults_keeps_what_was_typed(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    record = record_type.make(organisation, owner=officer)
    address, client = record_type.url("edit", organisation, record), sign_in(officer)
    data = filled_in(client, address, **{record_type.text: "Typed with care", "review_on": "31 February"})
    before = written()
    answer = client.post(address, data)
    assert answer.status_code in {200, 422}
    assert written() == before
    form = SeenPage(answer).form_with("version")
    assert form.fields[record_type.text] == ["Typed with care"]
    assert form.fields["review_on"] == ["31 February"]


def test_opening_and_saving_without_a_change_alters_nothing(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    """What the form shows is what is stored: no field is dropped or reformatted by a round trip."""
    record = record_type.rich(organisation)
    record.owner = officer
    record.save()
    columns = {field.name: field.value_from_object(record) for field in record._meta.concrete_fields}
    address, client = record_type.url("edit", organisation, record), sign_in(officer)
    answer = client.post(address, SeenPage(client.get(address)).form_with("version").fields)
    assert answer.status_code == 302
    record = record_type.views.model.objects.get(pk=record.pk)
    after = {field.name: field.value_from_object(record) for field in record._meta.concrete_fields}
    ticking = {"version", "changed_at", "changed_by"}
    assert {name for name in after if after[name] != columns[name]} <= ticking
