"""`index.pdf`: what a pack is, its records and files with their SHA-256, its seal, and how it is checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from records.templatetags.components import size as in_words
from reports.models import Report
from reports.papers.document import table
from reports.papers.paper import Chapter, Cover, Paper, Table, framed

from .history import Seal

# Paper names so many records and so many files; longer lists are in the spreadsheets beside it.
SHOWN = 1000


@dataclass(frozen=True)
class Contents:
    """What stands in a pack, as its index tells it."""

    scope: str
    seal: Seal
    manifest: str
    counts: dict[str, int]
    altered: list[dict[str, Any]]
    left_out: list[dict[str, Any]]
    lists: dict[str, str]

    @property
    def figures(self) -> dict[str, Any]:
        """What is kept with the report, gives its code, and is shown on its page."""
        counts = self.counts
        return {
            "headline": [
                {"value": counts["records"], "of": None, "label": _("records")},
                {"value": counts["kept"], "of": None, "label": _("files")},
                {"value": counts["events"], "of": None, "label": _("events of the history")},
            ],
            "pack": {
                "scope": self.scope,
                "counts": counts,
                "manifest": self.manifest,
                "root": self.seal.number,
                "head": self.seal.head,
                "altered": [one["path"] for one in self.altered],
                "left_out": [f"{one['reference']} v{one['version']}: {one['why']}" for one in self.left_out[:SHOWN]],
            },
        }


def paper_of(report: Report, at: datetime, contents: Contents, records: Iterable[Any], files: Iterable[Any]) -> Paper:
    counts = contents.counts
    cover = Cover(
        _("Evidence pack"),
        _("Records, files and sealed history of one scope, with what checks them."),
        subject=contents.scope,
        facts=(
            (_("Pack of"), contents.scope),
            (_("Holds"), amounts(counts)),
            (_("SHA-256 of the manifest"), halves(contents.manifest)),
            (_("Seal of the history"), seal_words(contents.seal)),
        ),
    )
    chapters = [
        findings(contents),
        listing("records", _("Records"), counts["records"], "records.csv", contents, of(records)),
        listing("files", _("Files"), counts["kept"], "files.csv", contents, kept(files)),
        checking(contents),
    ]
    entries = [(one.anchor, one.title) for one in chapters]
    context = framed(report, at, cover, entries) | {"on_paper": chapters}
    return Paper("paper/pack.html", at, contents.figures, context)


def amounts(counts: dict[str, int]) -> str:
    return _("%(records)s records, %(files)s files (%(size)s), %(events)s events of the history") % {
        "records": number_format(counts["records"], force_grouping=True),
        "files": number_format(counts["kept"], force_grouping=True),
        "size": in_words(counts["bytes"]),
        "events": number_format(counts["events"], force_grouping=True),
    }


def seal_words(seal: Seal) -> str:
    if not seal.number:
        return _("No history is sealed yet")
    return _("Root %(number)s, head %(head)s") % {"number": seal.number, "head": halves(seal.head)}


def halves(sha256: str) -> str:
    """In two lines of the same length; templates show a line break as one."""
    return f"{sha256[:32]}\n{sha256[32:]}"


def listing(anchor: str, title: str, count: int, name: str, contents: Contents, rows: Table) -> Chapter:
    """A list that stands whole in the spreadsheet `name`."""
    told = _("All of them are in %(file)s.") % {"file": name}
    if count > SHOWN:
        told = _("The first %(shown)s of %(count)s.") % {"shown": SHOWN, "count": count} + " " + told
    facts = ((_("SHA-256 of %(file)s") % {"file": name}, halves(contents.lists[name])),)
    return Chapter(anchor, title, lead=told, facts=facts, tables=(rows,))


def findings(contents: Contents) -> Chapter:
    """What the reader must know before anything else: files that are not what came in, and what is not here."""
    altered = ([one["path"], halves(one["recorded"]), halves(one["sha256"])] for one in contents.altered)
    left_out = ([one["reference"], str(one["version"]), one["title"], one["why"]] for one in contents.left_out[:SHOWN])
    head = [(_("File"), ""), (_("SHA-256 when it came in"), "w-hash"), (_("SHA-256 now"), "w-hash")]
    missing = [(_("Reference"), "w-owner"), (_("Version"), "w-version"), (_("Title"), ""), (_("Why"), "w-half")]
    count = len(contents.altered)
    gaps = (_("%(count)s files are no longer what came in") % {"count": count},) if count else ()
    return Chapter(
        "state",
        _("State of the files"),
        lead=_("Each file was hashed again while it was put in."),
        tables=(
            table(_("Altered since they came in"), head, altered, _("None: every file has the hash it came with.")),
            table(_("Not in the pack"), missing, left_out, _("Nothing was left out.")),
        ),
        gaps=gaps,
    )


def of(records: Iterable[Any]) -> Table:
    head = [(_("Reference"), "w-owner"), (_("Title"), ""), (_("Kind"), "w-treated"), (_("Version"), "w-version")]
    rows = ([one["reference"], one["title"], one["kind_name"], one["version"]] for one in islice(records, SHOWN))
    return table("", head, rows, _("No record is in this scope."))


def kept(files: Iterable[Any]) -> Table:
    head = [(_("File"), ""), (_("Size"), "w-until"), (_("SHA-256"), "w-hash")]
    return table("", head, islice(rows_of(files), SHOWN), _("No file is in this scope."))


def rows_of(files: Iterable[Any]) -> Iterator[list[str]]:
    for one in files:
        if one["role"] in {"evidence", "document"}:
            proves = _("proves %(what)s") % {"what": ", ".join(one["proves"])} if one["proves"] else ""
            name = "\n".join(filter(None, [f"{one['reference']} {one['title']}", one["path"], proves]))
            yield [name, in_words(one["size"]), halves(one["sha256"])]


def checking(contents: Contents) -> Chapter:
    return Chapter(
        "checking",
        _("How to check the pack"),
        lead=_(
            "Run “python3 verify.py” in the folder of the pack, or with the archive as its argument. It says OK, or "
            "names each file, event and root that was altered, added or taken away. README.txt tells how to compare it "
            "with what you hold from elsewhere. The code at the foot of each page belongs to the figures of this pack: "
            "in the portal, under Reports, “Check a report” says for it which pack it is, and what its hashes are."
        ),
        facts=(
            (_("SHA-256 of manifest.json"), halves(contents.manifest)),
            (_("Newest root"), str(contents.seal.number or "")),
            (_("Head of that root"), halves(contents.seal.head) if contents.seal.head else ""),
            (_("Last event under it"), str(contents.seal.last or "")),
        ),
    )
