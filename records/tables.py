"""The table every list builds on."""

from datetime import date
from typing import Any

import django_tables2 as tables
from django.db import models
from django.db.models.functions import Length
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from .models import Record
from .templatetags.components import badge, day, due

WIDE = {"th": {"class": "wide"}, "td": {"class": "wide"}}
WIDE_NOWRAP = {"th": {"class": "wide"}, "td": {"class": "wide nowrap"}}
MID = {"th": {"class": "wide mid"}, "td": {"class": "wide mid"}}
NUMBER = {"th": {"class": "wide num"}, "td": {"class": "wide num nowrap"}}


class ReferenceColumn(tables.Column):
    """The record's number, in its own soft column."""

    def __init__(self, **extra: Any) -> None:
        attrs = {"th": {"class": "wide mid"}, "td": {"class": "ref wide mid"}}
        super().__init__(verbose_name=_("No."), order_by=("reference",), attrs=attrs, **extra)


class TitleColumn(tables.Column):
    """The record's title, which opens it; on phones with the reference under it."""

    def render(self, value: str, record: Record) -> str:
        sub = format_html('<span class="sub narrow">{}</span>', record.reference)
        return format_html('<a href="{}">{}</a>{}', record.get_absolute_url(), value, sub)

    def value(self, value: str) -> str:
        return value


class DayColumn(tables.Column):
    """A day; exported as a date."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(**{"attrs": NUMBER, **extra})

    def render(self, value: date) -> str:
        return str(day(value))

    def value(self, value: date) -> date:
        return value


class DueColumn(tables.Column):
    """A day by which something is due: late and soon are said as such; exported as a date."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(**{"attrs": NUMBER, **extra})

    def render(self, value: date, table: Any) -> str:
        return str(due(value, today=table.request.organisation.today()))

    def value(self, value: date) -> date:
        return value


class BadgeColumn(tables.Column):
    """A choice as a badge; `tones` maps stored values to tones, others are plain words."""

    def __init__(self, tones: dict[str, str], **extra: Any) -> None:
        super().__init__(**extra)
        self.tones = tones

    def render(self, value: Any, record: models.Model, bound_column: Any) -> str:
        tone = self.tones.get(getattr(record, bound_column.accessor, ""))
        return str(badge(value, tone)) if tone else str(value)

    def value(self, value: Any) -> str:
        return str(value)


class RecordTable(tables.Table):
    """Reference, title, what the type adds, owner, next review."""

    reference = ReferenceColumn()
    title = TitleColumn()
    owner = tables.Column(order_by=("owner__name",), attrs=WIDE_NOWRAP)
    review_on = DueColumn(verbose_name=_("Review"))

    row_header = "title"
    caption = ""
    # Which rows have a checkbox (see selection.offers).
    picking = ""

    def order_reference(self, queryset: models.QuerySet[Any], is_descending: bool) -> tuple[models.QuerySet[Any], bool]:
        """By number, not by letters: EV-11 stands before EV-100."""
        sign = "-" if is_descending else ""
        return queryset.alias(digits=Length("reference")).order_by(f"{sign}digits", f"{sign}reference"), True

    def order_title(self, queryset: models.QuerySet[Any], is_descending: bool) -> tuple[models.QuerySet[Any], bool]:
        sign = "-" if is_descending else ""
        return queryset.order_by(f"{sign}title", f"{sign}pk"), True

    class Meta:
        template_name = "components/table.html"
        order_by = "reference"
        fields: tuple[str, ...] = ("reference", "title", "owner", "review_on")
        default = ""
        attrs = {"class": "table sticky dense"}
