"""The sealer among people who work: transactions that stay open, sealers that meet, a clock that is wrong."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections

from records.models import Record
from records.sealing import sealer
from records.sealing.checking import verify
from records.sealing.models import Chain, EventTable, Progress, SealedEvent
from records.sealing.sealer import seal
from records.sealing.unsealed import unsealed_events
from tests.cast import make_supplier
from tests.records.sealing.altering import altered, faults
from tests.traces import history_of, written

pytestmark = pytest.mark.django_db(transaction=True)

RENAME = "UPDATE records_record SET title = title || '.' WHERE id = %s"


@contextmanager
def session() -> Iterator[Any]:
    """Another connection, whose transactions are its own affair."""
    database: Any = connection.copy()
    try:
        with database.cursor() as cursor:
            yield cursor
    finally:
        database.close()


def everything_is_sealed_once() -> None:
    assert SealedEvent.objects.count() == sum(written().values())
    assert not list(unsealed_events())
    for chain in Chain.objects.all():
        places = list(SealedEvent.objects.filter(chain=chain).order_by("sequence").values_list("sequence", flat=True))
        assert places == list(range(1, len(places) + 1))
    assert [verdict.faults for verdict in verify()] == [[]] * Chain.objects.count()


def settled() -> int:
    return Progress.objects.get(table=EventTable.objects.get(name="records_recordevent")).settled


def test_an_event_of_a_transaction_that_stayed_open_is_sealed_when_it_commits(organisation: Any) -> None:
    one, two = make_supplier(organisation), make_supplier(organisation)
    seal()
    seal()
    with session() as slow, session() as quick:
        slow.execute("BEGIN")
        slow.execute(RENAME, [one.pk])
        for _round in range(5):
            quick.execute(RENAME, [two.pk])
            assert seal() >= 1
            seal()
            seal()
        open_event = history_of(Record).filter(pgh_obj=two.pk).first().pk
        assert settled() < history_of(Record).last().pk - 4, "it may not pass what is not committed"
        assert open_event
        assert faults(organisation) == []
        slow.execute("COMMIT")
    assert seal() == 1
    seal()
    seal()
    assert settled() == history_of(Record).last().pk
    everything_is_sealed_once()


def test_the_last_transaction_of_all_may_be_the_open_one(organisation: Any) -> None:
    """The highest number of a snapshot is one past what has ended: an open transaction may lie beyond it."""
    one, two = make_supplier(organisation), make_supplier(organisation)
    seal()
    with session() as slow, session() as quick:
        slow.execute("BEGIN")
        slow.execute(RENAME, [one.pk])
        quick.execute("BEGIN")
        quick.execute(RENAME, [two.pk])
        quick.execute("COMMIT")
        for _round in range(4):
            seal()
        quick.execute(RENAME, [two.pk])
        for _round in range(4):
            seal()
        slow.execute("COMMIT")
    assert seal() == 1
    everything_is_sealed_once()


def test_a_transaction_that_is_rolled_back_leaves_a_gap_and_nothing_else(organisation: Any) -> None:
    one = make_supplier(organisation)
    with session() as other:
        other.execute("BEGIN")
        other.execute(RENAME, [one.pk])
        seal()
        other.execute("ROLLBACK")
        other.execute(RENAME, [one.pk])
    seal()
    everything_is_sealed_once()


def test_many_writers_and_two_sealers_lose_and_double_nothing(organisation: Any) -> None:
    ids = [make_supplier(organisation).pk for _ in range(8)]
    done = threading.Event()

    def write(number: int) -> None:
        chance = random.Random(number)
        with session() as cursor:
            for _round in range(25):
                cursor.execute("BEGIN")
                for _change in range(chance.randint(1, 3)):
                    cursor.execute(RENAME, [ids[number]])
                    time.sleep(chance.random() / 100)
                cursor.execute(chance.choice(["COMMIT", "COMMIT", "COMMIT", "ROLLBACK"]))

    def keep_sealing() -> None:
        try:
            while not done.is_set():
                seal(size=random.choice([1, 3, 50]))
        finally:
            connections.close_all()

    sealers = [threading.Thread(target=keep_sealing) for _ in range(2)]
    writers = [threading.Thread(target=write, args=(number,)) for number in range(len(ids))]
    for thread in [*sealers, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    seal()
    everything_is_sealed_once()


def test_a_second_sealer_leaves_the_work_to_the_first(organisation: Any) -> None:
    make_supplier(organisation)
    with session() as first:
        first.execute("BEGIN")
        first.execute("SELECT pg_advisory_xact_lock(%s)", [sealer.LOCK])
        assert seal() == 0
        first.execute("ROLLBACK")
    assert seal() > 0


def test_a_sealer_that_breaks_off_leaves_nothing_half(organisation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make_supplier(organisation)

    def break_off(*_args: Any, **_facts: Any) -> None:
        raise OSError("no")

    with monkeypatch.context() as patch:
        patch.setattr(sealer, "close", break_off)
        with pytest.raises(OSError, match="no"):
            seal(size=100)
    assert not SealedEvent.objects.exists()
    seal(size=100)
    everything_is_sealed_once()


def test_a_clock_that_goes_backwards_loses_nothing_and_is_no_fault(
    organisation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    right = sealer.now
    supplier = make_supplier(organisation)
    monkeypatch.setattr(sealer, "now", lambda: right() + timedelta(days=400))
    seal()
    monkeypatch.setattr(sealer, "now", lambda: right() - timedelta(days=400))
    for n in range(3):
        supplier.service = f"Service {n}"
        supplier.save()
        seal()
    monkeypatch.setattr(sealer, "now", right)
    supplier.delete()
    seal()
    everything_is_sealed_once()


def test_after_a_restore_into_another_cluster_the_sealer_goes_on(organisation: Any) -> None:
    """Numbers of transactions begin anew there: a horizon that lies ahead is not waited for."""
    supplier = make_supplier(organisation)
    seal()
    altered("UPDATE records_progress SET horizon = 9000000000, settled = 0")
    supplier.service = "Another"
    supplier.save()
    assert seal() == 2 or seal() == 0
    for _round in range(3):
        seal()
    assert settled() == history_of(Record).last().pk
    everything_is_sealed_once()
