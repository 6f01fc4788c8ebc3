"""The parts every report has: cover, contents, figures that are kept, and chapters of facts, texts and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clauses.scope.inventory import approved_scope
from organisations.models import Membership
from records.models import Record
from reports.models import Report

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Paper:
    """What a report says, before it is set. `figures` are kept with it and give its code: plain JSON, the same for the
    same records; `context` is what its template shows of them.
    """

    template: str
    at: datetime
    figures: dict[str, Any]
    context: dict[str, Any]


@dataclass(frozen=True)
class Table:
    """Rows of texts under `head`: pairs of heading and width class (see print.css), the first column names the row."""

    title: str
    head: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    none: str = ""


@dataclass(frozen=True)
class Chapter:
    """One chapter: facts as pairs of term and text, and tables. `gaps` say what is missing in it."""

    anchor: str
    title: str
    lead: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    tables: tuple[Table, ...] = ()
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cover:
    """The first page; `facts` stand above those every report has."""

    title: str
    lead: str
    subject: str = ""
    facts: Sequence[tuple[str, str]] = field(default_factory=tuple)

    @property
    def name(self) -> str:
        return f"{self.title}: {self.subject}" if self.subject else self.title


def framed(report: Report, at: datetime, cover: Cover, entries: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Context of `paper/base.html`. `entries` are anchor and title of each chapter, numbered in that order."""
    organisation, zone = report.organisation, report.organisation.zone
    local = timezone.localtime(at, zone)
    numbered = list(enumerate(entries, start=1))
    earlier = Report.objects.filter(
        organisation=organisation,
        kind=report.kind,
        subject=report.subject,
        parameters=report.parameters,
        number__lt=report.number,
    )
    replaces = earlier.filter(state=Report.State.DONE).order_by("-number").first()
    member = Membership.objects.filter(organisation=organisation, user=report.requested_by).first()
    return {
        "report": report,
        "organisation": organisation,
        "scope": approved_scope(organisation),
        "cover": cover,
        "at": local,
        "replaces": replaces,
        "prepared_by": ", ".join(filter(None, [str(report.requested_by), member.function if member else ""])),
        "chapter": {anchor: number for number, (anchor, _title) in numbered},
        "entries": [{"number": number, "title": title, "anchor": anchor} for number, (anchor, title) in numbered],
        "on": local.date(),
    }


def subject_of(report: Report, kind: type[R], *related: str) -> R:
    """The record a report is about, as far as who asked for it may read it; else DoesNotExist."""
    found: Any = kind.objects.visible_to(report.requested_by).of(report.organisation)
    record: R = found.select_related(*related).get(pk=report.subject_id or 0)
    return record


def day(value: Any) -> str:
    """`23 November 2026`; nothing for None."""
    return date_format(value, "j M Y") if value else ""


def person(user: Any) -> str:
    return user.name if user else ""


def yes_or_no(value: bool | None) -> str:
    return {True: _("Yes"), False: _("No")}.get(value, "") if value is not None else ""


def listing(names: Iterable[Any]) -> str:
    return ", ".join(str(name) for name in names)
