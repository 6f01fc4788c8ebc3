"""Two people, one form: compares field by field what one typed, what the other saved and what both began with.

A field that only the other changed is taken over; one that both changed is for the person to choose or to merge. All
of it travels in the form itself, so it works without script, and what was typed is in the page until it is saved.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import Model, QuerySet
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils import formats
from django.utils.translation import gettext as _

from .texts import Part, differences, merged

# Beside a field `title`: what was typed (`yours-title`), what the page offered in the field (`put-title`), which of
# them is meant (`keep-title`); `choose` names the fields for which there was a choice.
CHOOSE, YOURS, PUT, KEEP, BEGAN = "choose", "yours-", "put-", "keep-", "began"


@dataclass
class Compared:
    """One field: who changed it, and its texts. `state` is choose, theirs, yours or same."""

    name: str
    label: str
    state: str
    before: str
    theirs: str
    yours: str
    theirs_parts: list[Part] = field(default_factory=list)
    yours_parts: list[Part] = field(default_factory=list)
    hidden: list[tuple[str, str]] = field(default_factory=list)
    is_merged: bool = False


def compare(form: forms.BaseForm, *, before: dict[str, Any] | None, now: dict[str, Any]) -> list[Compared]:
    """Compares a bound form with the values saved `now`; `before` are those it began with, None where nobody knows.

    Puts into the form what is to be saved next: theirs where only they changed a field, both texts merged where that
    is possible. Values are those of a form's `initial`.
    """
    data = form.data = cast(QueryDict, form.data).copy()
    found = []
    for name, item in form.fields.items():
        if name in {"version", BEGAN} or isinstance(item, forms.FileField):
            continue
        typed = form[name].data
        typed = plain(typed) if isinstance(typed, str) else typed
        compared = of_field(name, item, str(form[name].label), typed, before, now.get(name))
        if compared.state == "theirs":
            data.setlist(name, posted(item, now.get(name)))
        elif compared.state == "choose":
            offer(form, compared, (before or {}).get(name), now.get(name))
        found.append(compared)
    cast(Any, form)._errors = ErrorDict()
    return found


def of_field(name: str, item: forms.Field, label: str, typed: Any, before: dict[str, Any] | None, now: Any) -> Compared:
    began = (before or {}).get(name)
    began, now = (plain(value) if isinstance(value, str) else value for value in (began, now))
    by_them = before is None or normal(began) != normal(now)
    by_you = before is None or item.has_changed(began, typed)
    is_same = not item.has_changed(now, typed)
    state = "same" if is_same else "yours" if not by_them else "choose" if by_you else "theirs"
    old, theirs, yours = (words(item, value) for value in (began, now, typed))
    return Compared(name, label, state, old, theirs, yours)


def offer(form: forms.BaseForm, compared: Compared, began: Any, now: Any) -> None:
    """Prepares a choice: marks what is different, and puts a merged text into the field where there is one."""
    data, name, item = cast(QueryDict, form.data), compared.name, form.fields[compared.name]
    yours = [plain(text) for text in raw(form, name)]
    put = yours
    if is_text(item):
        base = plain(str(began or ""))
        compared.theirs_parts = differences(base or plain(compared.yours), plain(compared.theirs))
        compared.yours_parts = differences(base or plain(compared.theirs), plain(compared.yours))
        both = merged(base, theirs=plain(str(now or "")), yours=plain(compared.yours)) if base else None
        if both is not None:
            compared.is_merged, put = True, [both]
            data.setlist(name, put)
    compared.hidden = [(CHOOSE, name), *((YOURS + name, text) for text in yours), *((PUT + name, text) for text in put)]


def settle(form: forms.BaseForm, shown: dict[str, Any]) -> list[str]:
    """Turns the choices made on the page into what the form would post; returns the fields without a clear choice.

    `shown` are the values that stood there as theirs. A text that was typed and not chosen is no clear choice.
    """
    data = cast(QueryDict, form.data).copy()
    unclear = []
    for name in data.getlist(CHOOSE):
        if name not in form.fields:
            continue
        keep, typed = data.get(KEEP + name), [plain(text) for text in data.getlist(name)]
        is_edited = typed != [plain(text) for text in data.getlist(PUT + name)]
        if keep == "edited" or (keep is None and is_edited):
            continue
        if is_edited or keep not in {"theirs", "yours"}:
            unclear.append(name)
            data.setlist(name, typed if is_edited else data.getlist(YOURS + name))
            continue
        data.setlist(
            name, data.getlist(YOURS + name) if keep == "yours" else posted(form.fields[name], shown.get(name))
        )
    if unclear and data.get(BEGAN):
        data.setlist("version", data.getlist(BEGAN))
    cast(Any, form).data = data
    return unclear


def raw(form: forms.BaseForm, name: str) -> list[str]:
    """What was posted for a field."""
    return [str(text) for text in cast(QueryDict, form.data).getlist(form.add_prefix(name))]


def posted(item: forms.Field, value: Any) -> list[str]:
    """A value as a browser would post it."""
    if isinstance(item, forms.BooleanField):
        return ["on"] if value else []
    shown = item.widget.format_value(item.prepare_value(value))
    return [str(one) for one in shown] if isinstance(shown, list | tuple | set) else [str(shown or "")]


def normal(value: Any) -> Any:
    """A value such that equal ones are equal: keys for records, sorted lists, nothing for every kind of empty."""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, list | tuple | set | QuerySet):
        return sorted((normal(one) for one in value), key=str) or None
    return plain(value) if isinstance(value, str) and value else value or (value if value is False else None)


def plain(text: str) -> str:
    return text.replace("\r\n", "\n")


def is_text(item: forms.Field) -> bool:
    return isinstance(item.widget, forms.Textarea | forms.TextInput) and not isinstance(
        item, forms.IntegerField | forms.DateField
    )


def words(item: forms.Field, value: Any) -> str:
    """A value, typed or saved, as people read it."""
    if isinstance(item, forms.BooleanField):
        return str(_("yes") if value else _("no"))
    values = list(value) if isinstance(value, list | tuple | set | QuerySet) else [value]
    given = [one for one in values if one is not None and one != ""]
    if isinstance(item, forms.ModelChoiceField):
        return ", ".join(names(item, given))
    if isinstance(item, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in flat(cast(Any, item.choices))}
        return ", ".join(labels.get(str(one), labels.get(str(one).lower(), str(one))) for one in given)
    return ", ".join(formats.date_format(one, "j M Y") if isinstance(one, date) else str(one) for one in given)


def names(item: forms.ModelChoiceField, given: list[Any]) -> list[str]:
    """Names of people or records, of those the form offers."""
    keys = {str(normal(one)) for one in given}
    offered: Any = item.queryset
    known = {str(one.pk): str(one) for one in offered.filter(pk__in=[key for key in keys if key.isdecimal()])}
    return sorted(known.get(key, _("another")) for key in keys)


def flat(choices: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from flat(label)
        else:
            yield key, label
