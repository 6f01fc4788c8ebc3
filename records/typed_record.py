"""A form field for one record of any kind, named by its reference: a list of all would be too long."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Record


class RecordField(forms.ModelChoiceField):
    """Takes a reference such as 6.1.2 or R-09, in any case, and shows it; programs may send the record's id as well.

    What it offers is narrowed by `RecordForm` to what the person may see.
    """

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", gettext_lazy("Its reference, such as 6.1.2, AIS-01 or R-09."))
        super().__init__(
            queryset=Record.objects.none(), widget=forms.TextInput({"class": "short", "maxlength": 30}), **options
        )

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Record):
            return value.reference
        if isinstance(value, int):
            found: Any = Record.objects.filter(pk=value).values_list("reference", flat=True)
            return found.first() or ""
        return value

    def to_python(self, value: Any) -> Any:
        text = str(getattr(value, "reference", value) or "").strip()
        if not text:
            return None
        offered: Any = self.queryset
        called = offered.filter(reference__iexact=text).first() if "\x00" not in text else None
        if called is None and text.isdecimal() and len(text) < 19:
            called = offered.filter(pk=int(text)).first()
        if called is None:
            raise ValidationError(_("There is no record “%(text)s” here.") % {"text": text}, code="invalid_choice")
        return called
