"""Draws the rows of a table: what django-tables2 would show, found out once for a column instead of once for a cell."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django_tables2 import Table
from django_tables2.columns import BoundColumn


class Cells:
    """One column, ready to draw the cell of any record."""

    def __init__(self, table: Table, column: BoundColumn) -> None:
        self.table, self.column = table, column
        self.wanted = arguments_of(getattr(column.render, "__func__", column.render))
        self.empty = column.column.empty_values
        tag, scope = ("th", ' scope="row"') if column.name == getattr(table, "row_header", "") else ("td", "")
        classes = column.attrs["td"].get("class", "")
        self.start = f"<{tag}{scope}" + (f' class="{conditional_escape(classes)}">' if classes else ">")
        self.end = f"</{tag}>"
        self.words: dict[type[Model], dict[Any, str]] = {}

    def draw(self, row: Any) -> str:
        record = getattr(row, "record", row)
        value = self.value(record)
        shown = self.column.default if value in self.empty else self.render(row, record, value)
        return f"{self.start}{conditional_escape(self.table.default if shown is None else shown)}{self.end}"

    def value(self, record: Any) -> Any:
        if isinstance(record, Model) and (words := self.choices(type(record))):
            chosen = getattr(record, self.column.accessor)
            return words.get(chosen, chosen)
        try:
            return self.column.accessor.resolve(record)
        except (AttributeError, KeyError, TypeError, ValueError):
            return None

    def choices(self, model: type[Model]) -> dict[Any, str]:
        """The words of a choice; none where the column is none. Django looks all of them up again for each value."""
        if model not in self.words:
            self.words[model] = {value: str(words) for value, words in choices_of(model, self.column.accessor)}
        return self.words[model]

    def render(self, row: Any, record: Any, value: Any) -> Any:
        given = {"value": value, "record": record, "table": self.table, "bound_row": row}
        given |= {"bound_column": self.column, "column": self.column.column}
        return self.column.render(**{name: given[name] for name in self.wanted or given})


@lru_cache(maxsize=512)
def arguments_of(render: Callable[..., Any]) -> tuple[str, ...]:
    """Names of what a column's function wants to know; none where it takes everything."""
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    asked = inspect.signature(render).parameters.values()
    if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in asked):
        return ()
    return tuple(one.name for one in asked if one.kind in named and one.name != "self")


@lru_cache(maxsize=512)
def choices_of(model: type[Model], accessor: str) -> list[tuple[Any, Any]]:
    """The choices of the field that a column shows; none where it has none."""
    try:
        field: Any = model._meta.get_field(accessor)
    except FieldDoesNotExist:
        return []
    return list(field.flatchoices) if getattr(field, "choices", None) else []


def drawn_rows(table: Table) -> SafeString:
    """The rows of the table's page as HTML; empty where there is none."""
    columns = [Cells(table, column) for column in table.columns]
    pick = getattr(table, "picking", "")
    rows = (
        "".join(["<tr>", picker(row, pick) if pick else "", *(column.draw(row) for column in columns), "</tr>"])
        for row in table.paginated_rows
    )
    return mark_safe("\n    ".join(rows))  # noqa: S308 (each cell is escaped above)


def picker(row: Any, pick: str) -> str:
    """The cell that selects a record: in every row (`all`), or where it may be changed (`own`)."""
    record = getattr(row, "record", row)
    if pick != "all" and not record.may_be_changed:
        return '<td class="pick"></td>'
    return format_html(
        '<td class="pick"><label><input type="checkbox" name="pick" value="{}v{}" form="selection" autocomplete="off">'
        '<span class="hidden">{} {}</span></label></td>',
        record.pk,
        record.version,
        _("Select"),
        record.reference,
    )
