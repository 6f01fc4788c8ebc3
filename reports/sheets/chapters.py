"""A report made of chapters as a workbook: one sheet for each chapter, its tables one below the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from reports.papers.paper import Chapter, Paper

from .book import Sheet


def sheets_of(paper: Paper) -> Iterator[Sheet]:
    for chapter in paper.context["chapters"]:
        if chapter.facts:
            yield Sheet(f"{chapter.title} ({_('facts')})" if chapter.tables else chapter.title, *facts_of(chapter))
        if chapter.tables:
            yield Sheet(chapter.title, *tables_of(chapter))


def facts_of(chapter: Chapter) -> tuple[tuple[str, ...], Iterable[Iterable[Any]], tuple[int, ...]]:
    return (_("What"), _("Said")), chapter.facts, (30, 60)


def tables_of(chapter: Chapter) -> tuple[tuple[str, ...], Iterable[Iterable[Any]], tuple[int, ...]]:
    """Tables of one chapter have the same head; where there are several, a first column says of which a row is."""
    head = tuple(title for title, _width in chapter.tables[0].head)
    if len(chapter.tables) == 1:
        return head, (map(number_or_text, row) for row in chapter.tables[0].rows), (50,)
    rows = ((table.title, *map(number_or_text, row)) for table in chapter.tables for row in table.rows)
    return (_("Of"), *head), rows, (40, 50)


def number_or_text(text: str) -> int | str:
    """Counts stay counts, so that they can be added up."""
    return int(text) if text.isdecimal() and len(text) < 10 else text
