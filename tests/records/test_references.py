"""References count up in each organisation, and are never given twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from records.models import Record, keep_reference, next_reference
from tests.cast import make_evidence, make_supplier
from tests.record_types import RecordType


def number_of(record: Any) -> int:
    return int(record.reference.rpartition("-")[2])


def test_references_count_up_in_each_organisation(organisation: Any, other_organisation: Any) -> None:
    first, second = make_supplier(organisation), make_supplier(organisation)
    assert number_of(second) == number_of(first) + 1
    assert first.reference == "SUP-01"
    assert make_supplier(other_organisation).reference == "SUP-01"
    assert make_evidence(organisation).reference == "EV-01"


def test_a_reference_is_never_used_again(organisation: Any) -> None:
    make_supplier(organisation)
    last = make_supplier(organisation)
    last.delete()
    assert make_supplier(organisation).reference == "SUP-03"


def test_references_count_on_from_given_ones(organisation: Any) -> None:
    make_supplier(organisation, reference="SUP-41")
    keep_reference(organisation, "SUP-41")
    assert make_supplier(organisation).reference == "SUP-42"
    keep_reference(organisation, "SUP-07")
    keep_reference(organisation, "6.1.2")
    assert make_supplier(organisation).reference == "SUP-43"


def test_two_records_cannot_share_a_reference(record_type: RecordType, organisation: Any) -> None:
    one = record_type.make(organisation)
    other = record_type.make(organisation, owner=organisation.memberships.all()[0].user)
    assert one.pk != other.pk
    with pytest.raises(IntegrityError, match="reference_is_unique"), transaction.atomic():
        Record.objects.filter(pk=other.pk).update(reference=one.reference)


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_get_ten_references(organisation: Any) -> None:
    def take(_turn: int) -> str:
        try:
            return next_reference(organisation, "RUSH")
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        taken = list(pool.map(take, range(10)))
    assert sorted(taken) == [f"RUSH-{n:02d}" for n in range(1, 11)]
