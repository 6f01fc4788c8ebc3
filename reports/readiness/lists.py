"""Lists of records that readiness counts: each is a query, a test or a figure, and a page. One query reads them all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import CharField, Count, F, QuerySet, Value, Window
from django.db.models.functions import Length, RowNumber
from django.urls import reverse
from django.utils.translation import gettext as _

from organisations.kept_sql import KeptRows, Reader, reader_of
from organisations.models import Organisation
from reports.due import record_url

from .list_result import FoundItem, FoundList
from .result import Obstacle, Place

# A list names so many; all of it is behind its page.
NAMED = 60
NAMES = ("kind", "reference", "title")
# An obstacle names so many titles.
TITLES = 3
# Stands for the moment in what is kept of a day; nothing happened then.
WHEN = datetime(1, 1, 2, 3, 4, 5, 6, tzinfo=UTC)


@dataclass(frozen=True)
class Seen:
    """What one person may see in an organisation, judged at a moment."""

    organisation: Organisation
    user: Any
    at: datetime
    on: date
    # What was asked before, by its kind: many lists begin with the same records.
    begun: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def of(self, kind: Any) -> Any:
        if kind not in self.begun:
            self.begun[kind] = kind.objects.visible_to(self.user).of(self.organisation)
        return self.begun[kind].all()


@dataclass(frozen=True, eq=False)
class Group:
    """Lists of which each row is in exactly one: they are read together, `codes` says in which a row is."""

    rows: Callable[[Seen], QuerySet[Any]]
    codes: Callable[[], Any]
    day: str = "review_on"


@dataclass(frozen=True, eq=False)
class Listed:
    """One list. `blocks` is None for a figure that is no test; `day` is the column of the day that counts."""

    code: str
    clause: str
    title: Any
    reason: Any
    rows: Callable[[Seen], QuerySet[Any]]
    blocks: bool | None = None
    day: str = "review_on"
    # What that day is, where the column is made by the query and has no name of its own.
    day_word: Any = ""
    group: Group | None = None
    # Of what register it is: while that is empty, nothing is asked.
    register: Any = None


def rows_of(seen: Seen, listed: Listed) -> Any:
    """The records of one list as plain rows, in the order of their references; `day` is their day."""
    rows = listed.rows(seen).order_by(Length("reference"), "reference")
    # `day`, not `on`: a list may already have a column of that name.
    return rows.values(*NAMES, day=F(listed.day), owned_by=F("owner__name"))


def lists_of(seen: Seen, wanted: Iterable[Listed], empty: Container[Any] = ()) -> dict[str, FoundList]:
    """Every list with its length and its first records, by its code: one query. `empty` registers are not asked."""
    wanted = list(wanted)
    asked = tuple(listed for listed in wanted if listed.register is None or listed.register not in empty)
    reader = reader_of(seen.user, seen.organisation)
    rows = rows_for(reader, seen.on, asked).told(WHEN, seen.at) if reader else put_together(seen, asked)
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row["code"]].append(row)
    return {one.code: list_of(seen, one, found[one.code], asked=one in asked) for one in wanted}


@lru_cache(maxsize=64)
def rows_for(reader: Reader, on: date, asked: tuple[Listed, ...]) -> KeptRows:
    """Of any moment of a day: WHEN stands for it."""
    return put_together(Seen(reader.organisation, reader.user, WHEN, on), asked)


def put_together(seen: Seen, asked: Iterable[Listed]) -> KeptRows:
    asked = list(asked)
    groups = {listed.group: None for listed in asked if listed.group}
    first, *others = (
        *(one_list(seen, listed) for listed in asked if not listed.group),
        *(several_lists(seen, group) for group in groups),
    )
    return KeptRows.of(first.union(*others, all=True))


def one_list(seen: Seen, listed: Listed) -> Any:
    counted = {"code": Value(listed.code, CharField()), "many": Window(Count("pk"))}
    return rows_of(seen, listed).annotate(**counted)[:NAMED]


def several_lists(seen: Seen, group: Group) -> Any:
    """The first rows of each list of a group, with the length of theirs."""
    rows = group.rows(seen).order_by().values(*NAMES, day=F(group.day), owned_by=F("owner__name"))
    each = F("code")
    counted = rows.annotate(code=group.codes()).annotate(many=Window(Count("pk"), partition_by=each))
    place = Window(RowNumber(), partition_by=each, order_by=[Length("reference"), F("reference")])
    return counted.alias(place=place).filter(place__lte=NAMED)


def list_of(seen: Seen, listed: Listed, rows: list[Any], *, asked: bool) -> FoundList:
    rows.sort(key=lambda row: (len(row["reference"]), row["reference"]))
    return FoundList(
        code=listed.code,
        clause=listed.clause,
        title=str(listed.title),
        reason=str(listed.reason),
        blocks=listed.blocks,
        count=rows[0]["many"] if rows else 0,
        items=tuple(item_of(row, seen.organisation) for row in rows),
        url=list_url(seen.organisation, listed.code),
        asked=asked,
    )


def item_of(row: dict[str, Any], organisation: Organisation) -> FoundItem:
    return FoundItem(
        reference=row["reference"],
        title=row["title"],
        owner=row["owned_by"] or "",
        on=row["day"],
        url=record_url(organisation, row["kind"], row["reference"]),
    )


def list_url(organisation: Organisation, code: str) -> str:
    return reverse("readiness-list", kwargs={"organisation": organisation.slug, "code": code})


def obstacles_of_lists(lists: Iterable[FoundList]) -> list[Obstacle]:
    """Every test among these, with what it finds."""
    return [found(one) for one in lists if one.blocks is not None]


def found(one: FoundList) -> Obstacle:
    names = [item.title for item in one.items[:TITLES]]
    more = one.count - len(names)
    return Obstacle(
        code=one.code,
        title=one.title,
        text="; ".join(names) + (" " + _("and %(n)s more") % {"n": more} if more else ""),
        count=one.count,
        places=tuple(Place(item.reference, item.url) for item in one.items),
        owners=tuple(dict.fromkeys(item.owner for item in one.items if item.owner)),
        by=min((item.on for item in one.items if item.on), default=None),
        blocks=bool(one.blocks),
        url=one.url,
        clause=one.clause,
    )
