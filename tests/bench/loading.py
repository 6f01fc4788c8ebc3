"""Taking in many records at once: what history and search add to it."""

from __future__ import annotations

import time
from contextlib import nullcontext

import pgtrigger
from django.db import transaction

from evidence.models import Evidence
from records.bulk import create_records

from .figures import Part
from .stock import WORDS, Stocked

SEARCH = ("records.Record:search_title", "evidence.Evidence:search_texts")
HISTORY = ("records.Record:insert_insert", "evidence.Evidence:insert_insert")


def taking_in(stock: Stocked, *, records: int) -> Part:
    part = Part("Bulk loading", f"Wall time of `create_records` for one of {records:,} items of evidence, rolled back.")
    ways = {"plain tables": (*SEARCH, *HISTORY), "with history": SEARCH, "with search": HISTORY, "with both": ()}
    for name, ignored in ways.items():
        with transaction.atomic():
            start = time.perf_counter()
            with pgtrigger.ignore(*ignored) if ignored else nullcontext():
                create_records(items(stock, records))
            part.add(name, (time.perf_counter() - start) * 1000 / records, unit=" ms")
            transaction.set_rollback(True)
    return part


def items(stock: Stocked, count: int) -> list[Evidence]:
    today, words = stock.organisation.today(), WORDS.split()
    return [
        Evidence(
            organisation=stock.organisation,
            reference=f"NEW-{number}",
            title=f"{words[number % 40]} {words[number % 39]} report",
            description=" ".join(words[number % 25 :]),
            received_on=today,
        )
        for number in range(count)
    ]
