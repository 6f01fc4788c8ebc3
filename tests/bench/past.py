"""A day gone by against today: the same pages, readiness, and two days compared."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from typing import Any

from django.apps import apps
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

from records.past.looking import looking_back
from reports.evolution import evolution
from reports.readiness import readiness

from .figures import Part
from .meters import Browser
from .stock import Stocked

YEAR = 365
PAGES = ("", "risks/", "evidence/", "ai-systems/", "clauses/6.1.2/")


def of_a_year(stock: Stocked) -> None:
    """Spreads what history has over a year: row by row, a day for each, past the triggers as a superuser may."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in (one for one in apps.get_models() if hasattr(one, "pgh_tracked_model")):
            days = f"make_interval(days => abs(hashtext(pgh_obj_id::text)) %% {YEAR})"
            cursor.execute(f"UPDATE {table._meta.db_table} SET pgh_created_at = pgh_created_at - {days}", [])
        begun = "pgh_created_at = now() - make_interval(days => %s)"
        cursor.execute(f"UPDATE organisations_organisationevent SET {begun}", [YEAR])
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("ANALYZE")


def looking(stock: Stocked, *, rounds: int) -> Part:
    """Wall time as of yesterday divided by that of now, one after the other; then what two days compared take."""
    of_a_year(stock)
    organisation, officer = stock.organisation, stock.officer
    yesterday = organisation.today() - timedelta(days=1)
    browser = Browser(WSGIHandler(), officer)
    part = Part("A day gone by", "Wall time as of yesterday divided by that of today, each right after the other.")

    def then(work: Callable[[], Any]) -> Callable[[], Any]:
        def back() -> Any:
            with looking_back(organisation, yesterday):
                return work()

        return back

    works = {f"/{path}": browser.opener(f"/{organisation.slug}/{path}") for path in PAGES}
    for name, work in {**works, "readiness": lambda: readiness(organisation, officer, proofs=False)}.items():
        part.add(f"{name}, as of yesterday", ratio(then(work), work, rounds), 2)
    start = time.perf_counter()
    evolution(organisation, officer, yesterday - timedelta(days=YEAR - 2), organisation.today())
    part.add("Two days of a year compared", time.perf_counter() - start, unit=" s")
    return part


def ratio(work: Callable[[], Any], other: Callable[[], Any], rounds: int) -> float:
    work(), other()
    return median(seconds(work) / seconds(other) for _round in range(rounds))


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
