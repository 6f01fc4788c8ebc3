"""The inputs of the portal's forms, where Django's own do not fit."""

from copy import copy
from functools import cached_property
from typing import Any, cast

from django import forms
from django.db.models import Q


class DayInput(forms.DateInput):
    """A day by the browser's picker or by typing; always ISO in the page, so that the browser understands it."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "short", **(attrs or {})}, format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    """A day and time, in the time zone of the organisation; ISO in the page, as the browser wants it."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "short", **(attrs or {})}, format="%Y-%m-%dT%H:%M")


class LongText(forms.Textarea):
    """A text of several sentences."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 4, "cols": 60, **(attrs or {})})


class Choices(forms.RadioSelect):
    """One of a few, one under the other."""


class ChoicesAcross(forms.RadioSelect):
    """One of two or three, in a line."""

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = ()) -> None:
        super().__init__({"class": "choices across", **(attrs or {})}, choices)


class Segments(forms.RadioSelect):
    """One of two to four short words, in a row of segments."""

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = ()) -> None:
        super().__init__({"class": "segments", **(attrs or {})}, choices)


class Checks(forms.CheckboxSelectMultiple):
    """Several of a few."""

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = ()) -> None:
        super().__init__({"class": "choices across", **(attrs or {})}, choices)


class RecordChecks(forms.CheckboxSelectMultiple):
    """Several records: each to tick where there are few, else those chosen to tick and a line to type more into.

    What was typed is posted beside the ticks as `NAME-typed`; `taken_up` turns it into what a browser posts for ticks.
    So nothing that is drawn or asked for grows with what may be chosen.
    """

    FEW = 25
    template_name = "records/record_checks.html"

    @cached_property
    def few(self) -> list[Any] | None:
        """All that may be chosen, if they are few."""
        found = list(self.offered[: self.FEW + 1])
        return found if len(found) <= self.FEW else None

    @property
    def offered(self) -> Any:
        return cast(Any, self.choices).queryset.order_by("reference")

    def taken_up(self, data: Any, name: str) -> Any:
        """`data` with what was typed among the ticks; what names no record stays as text, which no field takes."""
        typed = [line for text in data.getlist(f"{name}-typed") for line in parts(text)]
        data = data.copy()
        data.pop(f"{name}-typed", None)
        if typed:
            data.setlist(name, list(dict.fromkeys([*data.getlist(name), *map(self.key_of, typed)])))
        return data

    def key_of(self, typed: str) -> str:
        called = Q(reference__iexact=typed) | Q(title__iexact=typed)
        found = list(self.offered.filter(called)[:2]) if "\x00" not in typed else []
        if len(found) == 1:
            return str(found[0].pk)
        # A number that was typed is no id.
        return typed if any(map(str.isalpha, typed)) else f"#{typed}"

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> Any:
        chosen = [key for key in value if key.isdecimal()]
        drawn = copy(self)
        shown = self.few if self.few is not None else self.offered.filter(pk__in=chosen) if chosen else []
        drawn.choices = [(str(record.pk), str(record)) for record in shown]
        return super(RecordChecks, drawn).optgroups(name, value, attrs)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        unknown = [text.removeprefix("#") for text in map(str, value or []) if not text.isdecimal()]
        context["widget"] |= {"typed": ", ".join(unknown), "takes_typed": self.few is None or bool(unknown)}
        return context


def parts(text: str) -> list[str]:
    return [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
