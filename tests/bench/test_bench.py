"""The bench runs and prints its tables; what the figures are is for `bin/bench` itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.bench.figures import Part

ROOT = Path(__file__).parents[2]


def test_the_bench_runs_on_servers_of_its_own_and_prints_every_table() -> None:
    ours = ("DATABASE_URL", "REDIS_URL", "DEBUG")
    bench = [sys.executable, "-m", "tests.bench", "--quick"]
    answer = subprocess.run(
        [sys.executable, "-m", "aims_portal.servers", "--throwaway", "--", *bench],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name not in ours},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    titles = [line for line in answer.stdout.splitlines() if line.startswith("## ")]
    assert len(titles) == 12, titles
    assert "| Evidence, first page |" in answer.stdout


def test_a_figure_that_misses_its_aim_stands_out() -> None:
    part = Part("Time", "By the clock.")
    part.add("near", 1.0, 2, unit=" s")
    part.add("far", 3.0, 2, unit=" s")
    assert "| near | 1 s |  | ≤ 2 s |" in part.markdown()
    assert "| far | **3 s** |  | ≤ 2 s |" in part.markdown()
