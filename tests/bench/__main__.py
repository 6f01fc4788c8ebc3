"""`bin/bench [--quick] [--write]`: measures the portal and prints what docs/benchmarks.md shows."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .figures import Part
    from .stock import Stocked

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
BEGIN = "<!-- below: written by bin/bench --write -->"


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="small and few, without migration and report: figures mean nothing"
    )
    parser.add_argument("--write", action="store_true", help="put the figures into docs/benchmarks.md")
    parser.add_argument("--pack", type=int, default=5_000, metavar="MB", help="how large the evidence pack is")
    asked = parser.parse_args()
    begin()
    texts = [heading()]
    for part in measured(quick=asked.quick, pack=asked.pack):
        texts.append(part.markdown())
        print(texts[-1], flush=True)
    if asked.write:
        explained = PAGE.read_text().partition(BEGIN)[0]
        PAGE.write_text("\n".join([f"{explained}{BEGIN}", "", *texts]))


def begin() -> None:
    """Django as it runs for people on one machine, without https."""
    os.environ |= {"AIMS_DEMO": "1", "DJANGO_SETTINGS_MODULE": "aims_portal.settings"}
    os.environ.pop("DEBUG", None)
    warnings.filterwarnings("ignore", message="No directory at")
    import django
    from django.core.management import call_command

    django.setup()
    say("Making the database ...")
    call_command("migrate", verbosity=0)


def measured(*, quick: bool, pack: int) -> Iterator[Part]:
    from . import access, loading, packs, pages, paper, past, processes, readiness, sealing, writes
    from .stock import Size, stocked, tidied

    small, medium, large = (100, 10, 100), (20_000, 400, 2_000), (100_000, 2_000, 20_000)
    sizes = [Size("small", *small), Size("medium", *medium), Size("large", *large)]
    stocks = [timed(f"Filling {size.evidence:,} items", stocked, size) for size in sizes[: 1 if quick else 3]]
    tidied()
    rounds, last = (2, stocks[-1]) if quick else (9, stocks[-1])
    yield from timed("Opening pages", lambda _nothing: pages.ratios(stocks, rounds=rounds), None)
    steps: list[tuple[str, Callable[[Stocked], Part]]] = [
        ("Asking who may see what", lambda stock: access.authorised(stock, rounds=rounds * 2)),
        ("Searching", lambda stock: access.typing(stock, rounds=rounds)),
        ("Saving", lambda stock: writes.saving(stock, saves=5 if quick else 150)),
        ("Sealing", lambda stock: sealing.sealing(stock, saves=5 if quick else 150)),
        ("Taking in", lambda stock: loading.taking_in(stock, records=50 if quick else 2000)),
        ("Looking back", lambda stock: past.looking(stock, rounds=rounds)),
        ("Explaining readiness", lambda stock: readiness.explaining(stock, rounds=rounds)),
        ("Packing", lambda _stock: packs.packing(megabytes=24 if quick else pack)),
        ("Verifying", lambda _stock: packs.verifying(events=2_000 if quick else 200_000, rounds=1 if quick else 3)),
        ("Serving", lambda stock: processes.memory(stock, times=1 if quick else 20)),
    ]
    if not quick:  # a database made anew, and seventy pages six times
        steps.append(("Migrating", lambda _stock: processes.migration()))
        steps.append(("Setting the report", lambda _stock: paper.setting(stocks[0], rounds=3)))
        full = timed("Filling 1,000 risks", stocked, Size("register", 100, 10, 1_000))
        steps.append(("Setting the risk register", lambda _stock: paper.setting_risks(full, rounds=3)))
        steps.append(("Setting all reports of the largest", lambda _stock: readiness.printing(last)))
    for words, step in steps:
        yield timed(words, step, last)


def timed(words: str, work: Callable[[Any], Any], given: Any) -> Any:
    start = time.monotonic()
    result = work(given)
    say(f"{words}: {time.monotonic() - start:.0f} s")
    return result


def heading() -> str:
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.processor())  # fmt: skip
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = f"{os.cpu_count()} × {model}, {memory:.0f} GiB, Python {platform.python_version()}, {platform.system()}"
    load = f"load {os.getloadavg()[0]:.1f} at the start"
    return f"`bin/bench --write` on {datetime.now(UTC):%d %B %Y}: {machine}, {load}. Bold: misses its aim.\n"


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
