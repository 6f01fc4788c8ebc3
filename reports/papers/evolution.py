"""The evolution report: what changed in the AIMS between two days, readiness then and now (ISO 42001 10.1)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organisations.moment import now
from reports.evolution import Evolution, Group, evolution
from reports.models import Report

from .document import document, table
from .paper import Chapter, Cover, Paper, Table

# Anchors of the chapters and the groups in each.
CHAPTERS = (
    ("standing", ("better", "worse", "otherwise", "cleared", "arisen")),
    ("settled", ("closed", "approved")),
    ("improved", ("improved", "learned")),
    ("risks", ("risks-lower", "risks-higher")),
    ("records", ("added", "changed", "gone")),
)


def paper_of(report: Report) -> Paper:
    since, until = (date.fromisoformat(report.parameters[name]) for name in ("since", "until"))
    found = evolution(report.organisation, report.requested_by, since, until)
    cover = Cover(
        _("Evolution of the AIMS"),
        _("ISO/IEC 42001 10.1: what was added, changed, closed and improved, and readiness then and now."),
        facts=((_("From the end of"), day(since)), (_("To the end of"), day(until))),
    )
    return document(report, now(), cover, chapters(found), headline(found))


def day(value: date) -> str:
    return date_format(value, "j F Y")


def headline(found: Evolution) -> list[dict[str, Any]]:
    codes = ("better", "closed", "improved", "added")
    return [{"value": one.count, "label": one.title.lower()} for one in map(found.group, codes)]


def titles() -> dict[str, str]:
    return {
        "standing": _("Requirements and what stands in the way"),
        "settled": _("Closed and approved"),
        "improved": _("Improved and learned"),
        "risks": _("Risks"),
        "records": _("Records"),
    }


def chapters(found: Evolution) -> list[Chapter]:
    words = titles()
    parts = [
        Chapter(anchor, words[anchor], tables=tuple(table_of(found.group(code)) for code in codes))
        for anchor, codes in CHAPTERS
    ]
    return [summary(found), *parts]


def summary(found: Evolution) -> Chapter:
    head = [
        (_("Figure"), ""),
        (day(found.since), "w-person"),
        (day(found.until), "w-person"),
        (_("Change"), "w-person"),
    ]
    words = {True: _("better"), False: _("worse"), None: "–"}
    rows = ([one.label, one.was, one.now, words[one.is_better]] for one in found.figures)
    counts = table(
        _("What changed"),
        [(_("What"), ""), (_("How often"), "w-score")],
        ([one.title, one.count] for one in found.groups),
    )
    return Chapter("summary", _("Then and now"), tables=(table(_("Readiness"), head, rows), counts))


def table_of(group: Group) -> Table:
    """A group as a table; what is beyond its bound is said in the title."""
    more = _(", the first %(n)s") % {"n": len(group.lines)} if group.more else ""
    title = _("%(title)s (%(n)s%(more)s)") % {"title": group.title, "n": group.count, "more": more}
    head = [(_("Which"), "")]
    head += [(group.was, "w-treated")] if group.was else []
    head += [(group.now, "w-person")] if group.now else []
    rows = (
        [f"{one.reference} {one.title}", *([one.was] if group.was else []), *([one.now] if group.now else [])]
        for one in group.lines
    )
    return table(title, head, rows)
