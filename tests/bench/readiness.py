"""Readiness of the largest organisation, its page, and what every report of it takes."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.core.handlers.wsgi import WSGIHandler

from reports.models import Report
from reports.readiness.explained import explained

from .figures import Part
from .meters import Browser, statements
from .register import subject_of
from .stock import Stocked

ROOT = Path(__file__).resolve().parents[2]
HOW = "Wall time of what is named, median of all rounds."
PRINTED = (
    "Wall time and memory of a process that makes this report and nothing else, its start and its queries included."
)
MILLISECONDS, QUERIES, MEGABYTES = 150, 25, 1024


def explaining(stock: Stocked, *, rounds: int) -> Part:
    size = stock.size
    part = Part(f"Readiness of {size.systems:,} systems, {size.risks:,} risks, {size.evidence:,} items", HOW)
    address = f"/{stock.organisation.slug}/readiness/"
    page = Browser(WSGIHandler(), stock.officer).opener(address)
    part.add("result alone", median(lambda: explained(stock.organisation, stock.officer), rounds), unit=" ms")
    part.add("page", median(page, rounds), MILLISECONDS, unit=" ms")
    part.add("page, SQL", len(statements(page)), QUERIES)
    return part


def printing(stock: Stocked) -> Part:
    """Every report of the largest that it has the records for: seconds and megabytes of a fresh process each."""
    part = Part("Reports of the largest organisation", PRINTED)
    kinds = [kind for kind in Report.Kind if kind != Report.Kind.EVIDENCE_PACK and has_subject(stock, kind)]
    for kind, form in [(one, form) for one in kinds for form in Report.formats_of(one)]:
        found = apart(stock, kind, form)
        pages = f"{found['pages']:,} pages" if found["pages"] else "rows"
        part.add(f"{kind.label}, {form}", found["seconds"], unit=" s", spread=pages)
        part.add(f"{kind.label}, {form}, most memory", found["megabytes"], MEGABYTES, unit=" MB")
    return part


def has_subject(stock: Stocked, kind: str) -> bool:
    return kind not in Report.SUBJECTS or subject_of(stock.organisation, kind) is not None


def median(act: Callable[[], object], rounds: int) -> float:
    times = []
    for _round in range(max(rounds, 3)):
        start = time.perf_counter()
        act()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def apart(stock: Stocked, kind: str, form: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.register", stock.organisation.slug, stock.officer.email, kind, form]
    answer = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return found
