"""Programs and people share their rules: what a program sends is put into the very form that a page would post."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from html import unescape
from typing import Any

from django import forms
from django.db.models import Model
from django.http import QueryDict
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from organisations.models import User


def posted(form: forms.BaseForm, changes: dict[str, Any]) -> QueryDict:
    """What the unbound `form` would post if a person changed only `changes` on its page.

    People are named by mail address, records by reference. Raises ValidationError for names the form does not have.
    Lists of records that are not named leave the form: what others see in them stays.
    """
    refuse_unknown(form, changes)
    data = QueryDict(mutable=True)
    for name, field in list(form.fields.items()):
        if name not in changes and isinstance(field, forms.ModelMultipleChoiceField):
            del form.fields[name]
        elif not isinstance(field, forms.FileField):
            value = changes[name] if name in changes else shown(form, name, field)
            data.setlist(name, texts(name, field, value))
    return data


def refuse_unknown(form: forms.BaseForm, changes: dict[str, Any]) -> None:
    refuse_names(name for name in changes if name not in form.fields or name == "version")


def refuse_names(unknown: Iterable[str]) -> None:
    """Raises ValidationError at each of these names."""
    if faults := {name: [_("This cannot be set here.")] for name in unknown}:
        raise ValidationError(faults)


def shown(form: forms.BaseForm, name: str, field: forms.Field) -> Any:
    """The value a page would show in the field, as a program would send it."""
    value = form.get_initial_for_field(field, name)
    if isinstance(field, forms.ModelChoiceField) and value is not None:
        offered: Any = field.queryset
        found = offered.model._default_manager.filter(pk=getattr(value, "pk", value)).first()
        return named(found) if found else None
    return value


def named(thing: Model) -> str:
    return str(getattr(thing, called_by(type(thing)), thing.pk))


def called_by(model: type[Model]) -> str:
    """The column by which programs name such a thing: a mail address, a reference, else a number."""
    if model is User:
        return "email"
    return "reference" if hasattr(model, "reference") else "number"


def texts(name: str, field: forms.Field, value: Any) -> list[str]:
    """A value of JSON as the texts that a browser would send for the field."""
    many = isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)
    joins = hasattr(field, "records")
    values = value if isinstance(value, list | tuple) and (many or joins) else [value]
    if any(isinstance(one, list | tuple | dict) for one in values):
        raise ValidationError({name: [_("This is not of the right type.")]})
    if many and value is not None and not isinstance(value, list | tuple):
        raise ValidationError({name: [_("Send a list.")]})
    found = [text for one in values if (text := as_text(name, field, one)) is not None]
    return [", ".join(found)] if joins else found


def as_text(name: str, field: forms.Field, value: Any) -> str | None:
    if isinstance(field, forms.BooleanField):
        if value not in (True, False, "true", "false", "on", "", None):
            raise ValidationError({name: [_("Send true or false.")]})
        return "on" if value in (True, "true", "on") else None
    if value is None or value == "":
        return "" if not isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField) else None
    if isinstance(field, forms.ModelChoiceField):
        return key_of(field, str(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def key_of(field: forms.ModelChoiceField, name: str) -> str:
    """The id of the person or record called so, among those the form offers; else what no form takes."""
    assert field.queryset is not None
    lookup = f"{called_by(field.queryset.model)}__iexact"
    people_or_records: Any = field.queryset
    found = people_or_records.filter(**{lookup: name}).first() if "\x00" not in name else None
    return str(found.pk) if found else "-1"


def errors_of(form: forms.BaseForm) -> ValidationError:
    """What the form says, at the fields it says it of."""
    messages = {name or "": [as_plain(one) for one in found] for name, found in form.errors.items()}
    return ValidationError({("non_field_errors" if name == "__all__" else name): m for name, m in messages.items()})


def as_plain(message: Any) -> str:
    """A message without the markup that some have on pages."""
    return unescape(strip_tags(message)) if hasattr(message, "__html__") else str(message)
