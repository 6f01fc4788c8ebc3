"""Readiness of the largest organisation: how long its page and its report take, and what a process needs for it."""

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

from reports.readiness.explained import explained

from .figures import Part
from .meters import Browser, statements
from .stock import Stocked

ROOT = Path(__file__).resolve().parents[2]
HOW = "Wall time of what is named, median of all rounds; the report and the spreadsheet in a process of their own."
MILLISECONDS, QUERIES = 150, 25


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
    """The report and the spreadsheet of the largest: seconds and megabytes of a fresh process each."""
    part = Part("Readiness report of the largest organisation", HOW)
    for name in ("pdf", "xlsx"):
        found = apart(stock, name)
        part.add(f"{name}, in a process of its own", found["seconds"], unit=" s")
        part.add(f"{name}, most memory of it", found["megabytes"], unit=" MB")
    return part


def median(act: Callable[[], object], rounds: int) -> float:
    times = []
    for _round in range(max(rounds, 3)):
        start = time.perf_counter()
        act()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def apart(stock: Stocked, name: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.register", stock.organisation.slug, stock.officer.email, "readiness"]
    answer = subprocess.run([*command, name], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return found
