"""Counts that stay cheap: nothing is counted beyond a thousand, and several counts are one query."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.db.models import IntegerField, QuerySet, Subquery
from django.utils.formats import number_format

from .kept_sql import KeptRows

MOST = 1000
# No list is longer; a number beyond would be too large for the database.
FURTHEST = 10**7


class HowMany(Subquery):
    """How many rows a queryset has, as one column of another query; `MOST + 1` stands for more than that."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Any]) -> None:
        few = rows.order_by()[: MOST + 1]
        super().__init__(few if rows.query.combinator or rows.query.distinct else few.values("pk"))


def told(count: int) -> str:
    """A count as it is shown: `87`, `1,000+`."""
    return f"{number_format(min(count, MOST), force_grouping=True)}{'+' if count > MOST else ''}"


class Pages(Paginator):
    """Pages of a list that may be long: it is counted up to `MOST` only, `capped` says that there is more.

    Of a long list the pages beyond are opened by number or one after the other. Rows that were passed over are only
    ids: what a row shows is read for one page.
    """

    @cached_property
    def found(self) -> int:
        rows: Any = self.object_list
        if isinstance(rows, KeptRows):
            return rows.count(MOST + 1)
        if not isinstance(rows, QuerySet):
            return len(rows)
        # What is only shown of a row is not worked out to count it.
        few = rows if rows.query.combinator else rows.values("pk")
        return few.order_by()[: MOST + 1].count()

    @property
    def count(self) -> int:
        return min(self.found, MOST) if self.capped else self.found

    @property
    def capped(self) -> bool:
        return isinstance(self.object_list, QuerySet | KeptRows) and self.found > MOST

    def validate_number(self, number: Any) -> int:
        if not self.capped:
            return super().validate_number(number)
        try:
            number = int(number)
        except (TypeError, ValueError) as error:
            raise PageNotAnInteger(str(error)) from error
        if not 0 < number < FURTHEST:
            raise EmptyPage
        return number

    def page(self, number: Any) -> Page[Any]:
        number = self.validate_number(number)
        if not self.capped:
            return super().page(number)
        start = (number - 1) * self.per_page
        rows: Any = self.object_list
        if isinstance(rows, KeptRows) or rows.query.combinator:
            shown = found = list(rows[start : start + self.per_page + 1])
        else:
            found = list(rows.values_list("pk", flat=True)[start : start + self.per_page + 1])
            shown = rows.filter(pk__in=found[: self.per_page])
        if not found:
            return self.page(self.num_pages)
        return LongPage(shown[: self.per_page], number, self, len(found))

    def get_elided_page_range(self, number: Any = 1, **options: Any) -> Iterator[Any]:
        if number > self.num_pages:
            return iter([1, self.ELLIPSIS, number])
        return super().get_elided_page_range(number, **options)


class LongPage(Page):
    """One page of a list that was not counted: it knows whether there is another, but not how many."""

    def __init__(self, rows: Any, number: int, paginator: Pages, found: int) -> None:
        super().__init__(rows, number, paginator)
        self.length, self.is_last = min(found, paginator.per_page), found <= paginator.per_page

    def __len__(self) -> int:
        return self.length

    def has_next(self) -> bool:
        return not self.is_last

    def end_index(self) -> int:
        return self.start_index() + self.length - 1
