"""A report made of chapters with facts and tables: the impact assessment and the dossier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, DateField, Field, Model
from django.utils.translation import gettext as _

from reports.models import Report
from reports.readiness.result import as_plain

from .bounds import few
from .paper import Chapter, Cover, Paper, Table, day, framed, listing, yes_or_no


def document(
    report: Report, at: datetime, cover: Cover, chapters: Sequence[Chapter], headline: Sequence[dict[str, Any]]
) -> Paper:
    """A paper of these chapters; `headline` are the figures on the report's page."""
    entries = [*((one.anchor, one.title) for one in chapters), ("check", _("How to check this report"))]
    figures = {"headline": list(headline), "facts": as_plain(cover.facts), "chapters": as_plain(list(chapters))}
    on_paper = few(chapters) if report.kind in Report.AS_SHEETS else list(chapters)
    context = framed(report, at, cover, entries) | {"chapters": list(chapters), "on_paper": on_paper}
    return Paper("paper/document.html", at, figures, context)


def facts_of(record: Model, names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Label and text of fields; what is empty is shown as a dash, as a gap."""
    return tuple((label(record._meta.get_field(name)), text_of(record, name)) for name in names)


def label(field: Any) -> str:
    words = str(field.verbose_name)
    return words[:1].upper() + words[1:]


def text_of(record: Model, name: str) -> str:
    field: Field[Any, Any] = record._meta.get_field(name)  # type: ignore[assignment]
    value = getattr(record, name)
    if isinstance(field, BooleanField):
        return yes_or_no(value)
    if isinstance(field, DateField):
        return day(value)
    if isinstance(value, list):
        return listing(labelled(field, value))
    if field.choices:
        return str(getattr(record, f"get_{name}_display")() or "")
    return "" if value is None else str(value)


def labelled(field: Any, values: list[Any]) -> list[str]:
    """Words for the codes of an array of choices."""
    words = dict(getattr(field.base_field, "choices", None) or ())
    return [str(words.get(value, value)) for value in values]


def table(title: str, head: Iterable[tuple[str, str]], rows: Iterable[Iterable[Any]], none: str = "") -> Table:
    plain = tuple(tuple("" if cell is None else str(cell) for cell in row) for row in rows)
    return Table(title, tuple(head), plain, none or _("None."))
