"""The starter catalogue: AI risks of practice to begin a register with, packaged as `catalogue/risks.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from risks.models import Category, Process

FILE = Path(__file__).parent / "catalogue" / "risks.yaml"


@dataclass(frozen=True)
class Entry:
    """One risk of the catalogue; `key` names it in addresses."""

    key: str
    title: str
    category: Category
    process: Process
    cause: str
    event: str
    consequence: str
    source: str
    affects: tuple[str, ...]
    stage: str

    def as_initial(self) -> dict[str, Any]:
        """What the form of a new risk begins with."""
        names = ("title", "cause", "event", "consequence", "source", "stage")
        return {name: getattr(self, name) for name in names} | {
            "category": self.category.value,
            "process": self.process.value,
            "affects": list(self.affects),
        }


@cache
def entries() -> tuple[Entry, ...]:
    """The catalogue in the order of the file."""
    rows = yaml.safe_load(FILE.read_text(encoding="utf-8"))["risks"]
    return tuple(
        Entry(
            category=Category(row.pop("category")),
            process=Process(row.pop("process")),
            affects=tuple(row.pop("affects")),
            **row,
        )
        for row in rows
    )


def entry_for(key: str) -> dict[str, Any]:
    """Initial values of a new risk taken from the catalogue; none where there is no such entry."""
    found = next((entry for entry in entries() if entry.key == key), None)
    return found.as_initial() if found else {}
