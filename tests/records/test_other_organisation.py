"""Nothing crosses from one organisation to another: not by a guessed address or choice, not in a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.forms import ModelChoiceField
from django.test import Client

from clauses.models import Requirement
from organisations.actions import appoint
from organisations.models import User
from organisations.roles import Role
from records.models import Record
from tests.cast import make_supplier
from tests.pages import filled_in
from tests.record_types import RecordType
from tests.traces import written

SignIn = Callable[..., Client]


def theirs(record_type: RecordType, other_organisation: Any, owner: Any) -> Any:
    """A record over there under a reference that does not exist here."""
    record = record_type.make(other_organisation, owner=owner)
    Record.objects.filter(pk=record.pk).update(reference="XX-77", title="Secret of Farpost")
    record.reference = "XX-77"
    return record


def test_a_guessed_reference_is_404(
    record_type: RecordType, organisation: Any, other_organisation: Any, officer: Any, outsider: Any, sign_in: SignIn
) -> None:
    record, client = theirs(record_type, other_organisation, outsider), sign_in(officer)
    before = written()
    for page in ("detail", "edit", "history"):
        assert client.get(record_type.url(page, organisation, record)).status_code == 404, page
    data = {"title": "Mine now", "version": record.version}
    assert client.post(record_type.url("edit", organisation, record), data).status_code == 404
    assert written() == before


def test_the_same_reference_is_each_organisations_own(
    record_type: RecordType, organisation: Any, other_organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    here = record_type.make(organisation, owner=officer)
    there = record_type.make(other_organisation)
    Record.objects.filter(pk=there.pk).update(title="Secret of Farpost")
    clash = record_type.views.model.objects.filter(organisation=other_organisation, reference=here.reference)
    if not clash.exists():
        Record.objects.filter(pk=there.pk).update(reference=here.reference)
    page = sign_in(officer).get(record_type.url("detail", organisation, here))
    assert here.title in page.content.decode()
    assert "Secret of Farpost" not in page.content.decode()


@pytest.mark.parametrize("page", ["list", "export.csv"])
def test_lists_hold_nothing_of_the_other(
    page: str, record_type: RecordType, organisation: Any, other_organisation: Any, officer: Any, outsider: Any,
    sign_in: SignIn,
) -> None:  # fmt: skip
    theirs(record_type, other_organisation, outsider)
    content = sign_in(officer).get(record_type.url(page, organisation)).getvalue().decode()
    assert "XX-77" not in content
    assert "Secret of Farpost" not in content
    assert other_organisation.name not in content


def test_somebody_of_both_sees_one_at_a_time(
    record_type: RecordType, organisation: Any, other_organisation: Any, outsider: Any, sign_in: SignIn
) -> None:
    """Membership in two organisations opens both, each at its own address, and mixes neither lists nor choices."""
    record = theirs(record_type, other_organisation, outsider)
    appoint(outsider, organisation=organisation, role=Role.COMPLIANCE_OFFICER)
    client = sign_in(outsider)
    assert client.get(record_type.url("detail", other_organisation, record)).status_code == 200
    assert client.get(record_type.url("detail", organisation, record)).status_code == 404
    assert "XX-77" not in client.get(record_type.url("export.csv", organisation)).getvalue().decode()


def test_choices_of_forms_stay_inside(
    record_type: RecordType, organisation: Any, other_organisation: Any, officer: Any, outsider: Any
) -> None:
    theirs(record_type, other_organisation, outsider)
    supplier = make_supplier(other_organisation)
    appoint(officer, organisation=other_organisation, role=Role.COMPLIANCE_OFFICER)
    new = [record_type.views.model()] if record_type.views.can_be_created else []
    for record in (*new, record_type.make(organisation, owner=officer)):
        form = record_type.views.form_class(instance=record, organisation=organisation, user=officer)
        for name, field in form.fields.items():
            # The catalogue belongs to nobody: every organisation has the same.
            if isinstance(field, ModelChoiceField) and field.queryset.model is not Requirement:
                offered = set(field.queryset.values_list("pk", flat=True))
                forbidden = {outsider.pk} if field.queryset.model is User else {supplier.pk, *ids(other_organisation)}
                assert not offered & forbidden, f"{name} offers what belongs to the other organisation"


def test_a_guessed_choice_is_refused(
    record_type: RecordType, organisation: Any, other_organisation: Any, officer: Any, outsider: Any, sign_in: SignIn
) -> None:
    """Ids of the other organisation's people and records, typed into every field that takes one."""
    record, client = record_type.make(organisation, owner=officer), sign_in(officer)
    supplier = make_supplier(other_organisation)
    address = record_type.url("edit", organisation, record)
    form = record_type.views.form_class(instance=record, organisation=organisation, user=officer)
    fields = {name: field for name, field in form.fields.items() if isinstance(field, ModelChoiceField)}
    assert fields, "every record has an owner to choose"
    for name, field in fields.items():
        guess = outsider.pk if field.queryset.model is User else supplier.pk
        data = filled_in(client, address, **{name: guess})
        for sent in guesses(data, name, guess):
            before = written()
            answer = client.post(address, sent)
            assert answer.status_code in {200, 422}, f"{name}: {answer.status_code}"
            assert written() == before, f"{name} took the id of somebody else's"


def guesses(data: dict[str, Any], name: str, guess: int) -> list[dict[str, Any]]:
    """The guess as an id; and typed, where one of many is typed and what was typed goes before an id."""
    typed = f"{name}-typed"
    if typed not in data:
        return [data]
    return [{key: value for key, value in data.items() if key != typed}, data | {typed: guess}]


def ids(organisation: Any) -> set[int]:
    return set(Record.objects.filter(organisation=organisation).values_list("pk", flat=True))
