"""Which field a heading means: names, labels and headings of our own lists, whatever their case and punctuation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from records.views import RecordViews

REFERENCE = "reference"
LONGEST = 200
# How other registers call what every record has.
ALSO = {
    REFERENCE: ("reference", "ref", "no", "number", "id", "nr"),
    "title": ("title", "name", "designation"),
    "owner": ("owner", "responsible", "responsible person", "accountable"),
    "review_on": ("review", "next review", "review date", "review due"),
}


def plain(words: object) -> str:
    """`EU AI Act class` and `eu_ai_act-class` alike: letters and digits only, in small letters."""
    return re.sub(r"[\W_]+", "", str(words).casefold())


def label_of(views: type[RecordViews], name: str) -> str:
    """What people call a field: as the form does."""
    if name == REFERENCE:
        return str(_("Reference"))
    return str(views.importer.form_of(views).base_fields[name].label)


def called(views: type[RecordViews], name: str) -> set[str]:
    """Every way in which a heading may name the field."""
    words = {name, label_of(views, name), *ALSO.get(name, ())}
    column = views.table_class.base_columns.get(name)
    if column is not None and column.verbose_name:
        words.add(str(column.verbose_name))
    if any(field.name == name for field in views.model._meta.get_fields()):
        words.add(str(getattr(views.model._meta.get_field(name), "verbose_name", name)))
    return {plain(word) for word in words}


def guessed(views: type[RecordViews], headings: Iterable[str], remembered: dict[str, str]) -> list[str]:
    """The field of each heading, empty where none fits or it has one already; what was chosen before comes first."""
    meanings: dict[str, str] = {}
    for name in (REFERENCE, *views.imports):
        for word in called(views, name):
            meanings.setdefault(word, name)
    found: list[str] = []
    for heading in headings:
        whole, short = plain(heading), plain(re.sub(r"\(.*?\)", "", heading))
        name = remembered.get(whole, meanings.get(whole) or meanings.get(short) or "")
        found.append(name if name not in found else "")
    return found
