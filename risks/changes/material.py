"""What became different about an AI system since it was assessed, told from history (ISO 42001 6.1.4, 8.2, 8.4).

`AISystem.facts` says that something did; what it was stands in the event tables, whose rows give the same value again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from django.utils.translation import gettext as _

from records.events import table_of
from systems.models import MATERIAL, AISystem, Autonomy, SystemSupplier

# The columns of an event behind the names in MATERIAL; further suppliers are told by events of their own.
COLUMNS = {name: "main_supplier_id" if name == "main_supplier" else name for name in MATERIAL}
TRACKED = [column for column in COLUMNS.values() if column != "supplier_keys"]
LADDER = ["", *Autonomy.values]


@dataclass(frozen=True)
class Change:
    """One thing that changed: `what` names it for programs (version, supplier, …)."""

    what: str
    words: str


class Past:
    """What a system was at each point of its history. Two queries, and only when something did change."""

    def __init__(self, system: AISystem) -> None:
        self.system = system

    @property
    def now(self) -> dict[str, Any]:
        return {name: getattr(self.system, column) for name, column in COLUMNS.items()}

    @cached_property
    def states(self) -> dict[str, dict[str, Any]]:
        """Material facts by the value of `facts` they had."""
        rows = table_of(AISystem)._default_manager.filter(pgh_obj_id=self.system.pk).order_by("pgh_id")
        links = table_of(SystemSupplier)._default_manager.filter(aisystem_id=self.system.pk).order_by("pgh_id")
        found = list(rows.values("pgh_created_at", *TRACKED))
        return dict(states(found, list(links.values("pgh_created_at", "pgh_label", "supplier_id"))))

    def changes(self, facts: str, *, but_version: bool = False) -> tuple[Change, ...]:
        """What changed since `facts`; nothing where none are known. `but_version`: another version alone is none."""
        if not facts or facts == self.system.facts:
            return ()
        then = self.states.get(facts)
        if then is None:
            return (Change("system", _("the system changed")),)
        told = (tell(then, self.now) for tell in TELLERS)
        return tuple(one for one in told if one and not (but_version and one.what == "version"))

    def all_changes(self, facts: Iterable[str]) -> tuple[Change, ...]:
        """What changed since any of them, each thing once."""
        return tuple(dict.fromkeys(chain.from_iterable(self.changes(one) for one in facts)))


def states(rows: list[dict[str, Any]], links: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state between two changes. What one transaction did has one moment: any order of it is looked at."""
    row: dict[str, Any] | None = None
    suppliers: set[int] = set()
    for at in sorted({one["pgh_created_at"] for one in [*rows, *links]}):
        of_rows = [row, *(one for one in rows if one["pgh_created_at"] == at)]
        of_suppliers = [suppliers]
        for link in (one for one in links if one["pgh_created_at"] == at):
            is_gone = link["pgh_label"] == "delete"
            suppliers = suppliers - {link["supplier_id"]} if is_gone else suppliers | {link["supplier_id"]}
            of_suppliers.append(suppliers)
        row = of_rows[-1]
        for one in filter(None, of_rows):
            for some in of_suppliers:
                state = as_state(one, some)
                yield facts_of(state), state


def as_state(row: dict[str, Any], suppliers: set[int]) -> dict[str, Any]:
    keys = ",".join(map(str, sorted(suppliers)))[:500]
    return {name: keys if name == "supplier_keys" else row[column] for name, column in COLUMNS.items()}


def facts_of(state: dict[str, Any]) -> str:
    """The value that the database generates as `AISystem.facts` (systems.models.Material)."""
    text = "".join(f"{as_text(state[name])}\x1f" for name in MATERIAL)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def told(what: str, name: str, words: Callable[[Any, Any], str]) -> Callable[[dict[str, Any], dict[str, Any]], Any]:
    """A teller of one column: says `words` of what it was and is, where the two differ."""

    def tell(then: dict[str, Any], now: dict[str, Any]) -> Change | None:
        return Change(what, words(then[name], now[name])) if then[name] != now[name] else None

    return tell


def supplier_change(then: dict[str, Any], now: dict[str, Any]) -> Change | None:
    names = ("main_supplier", "supplier_keys")
    if all(then[name] == now[name] for name in names):
        return None
    is_new = suppliers_of(now) - suppliers_of(then)
    return Change("supplier", _("new supplier") if is_new else _("supplier changed"))


def suppliers_of(state: dict[str, Any]) -> set[str]:
    return {as_text(state["main_supplier"]), *state["supplier_keys"].split(",")} - {""}


def version_words(then: str, now: str) -> str:
    return _("new version %(version)s") % {"version": now} if now else _("version taken away")


def data_words(then: str, now: str) -> str:
    return _("new data") if set(now.splitlines()) - set(then.splitlines()) else _("data changed")


def autonomy_words(then: str, now: str) -> str:
    if then and LADDER.index(now) > LADDER.index(then):
        return _("rise in autonomy")
    return _("autonomy lowered") if then and now else _("autonomy stated") if now else _("autonomy no longer stated")


TELLERS = (
    told("version", "system_version", version_words),
    told("purpose", "purpose", lambda then, now: _("purpose changed")),
    told("model", "model", lambda then, now: _("new model") if now else _("model changed")),
    supplier_change,
    told("data", "data_categories", data_words),
    told("personal data", "personal_data", lambda then, now: _("personal data") if now else _("no personal data now")),
    told("users", "users", lambda then, now: _("user group changed")),
    told("affected", "affected", lambda then, now: _("other people are affected")),
    told("autonomy", "autonomy", autonomy_words),
)
