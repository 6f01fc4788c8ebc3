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


class Offered:
    """What a widget of records offers: all where there are few, else what is chosen and a line to type into.

    What was typed is posted as `NAME-typed`; `taken_up` turns it into what a browser posts for what is offered. So
    nothing that is drawn or asked for grows with what may be chosen.
    """

    FEW = 25
    choices: Any

    @cached_property
    def few(self) -> list[Any] | None:
        """All that may be chosen, if they are few."""
        found = list(self.offered[: self.FEW + 1])
        return found if len(found) <= self.FEW else None

    @property
    def offered(self) -> Any:
        return self.choices.queryset

    def shown(self, value: list[str]) -> list[tuple[str, str]]:
        chosen = [key for key in value if key.isdecimal()]
        few = self.few
        found = few if few is not None else self.offered.filter(pk__in=chosen) if chosen else []
        return [(str(record.pk), str(record)) for record in found]

    def key_of(self, typed: str) -> str:
        called = Q(reference__iexact=typed) | Q(title__iexact=typed)
        found = list(self.offered.filter(called)[:2]) if "\x00" not in typed else []
        if len(found) == 1:
            return str(found[0].pk)
        # A number that was typed is no id.
        return typed if any(map(str.isalpha, typed)) else f"#{typed}"


class RecordChoice(Offered, forms.Select):
    """One record, of a list where there are few, else by its reference or name."""

    template_name = "records/record_choice.html"

    def taken_up(self, data: Any, name: str, kept: Any = None) -> Any:
        """`data` with what was typed as the choice; what names no record stays as text, which no field takes.

        `kept` is the record chosen so far, which may stay though this person does not see it.
        """
        data = data.copy()
        typed = data.pop(f"{name}-typed")[-1].strip()
        is_kept = kept is not None and typed.upper() == kept.reference.upper()
        data[name] = str(kept.pk) if is_kept else self.key_of(typed) if typed else ""
        return data

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> Any:
        drawn = copy(self)
        empty = cast(Any, self.choices).field.empty_label
        drawn.choices = ([] if empty is None else [("", empty)]) + self.shown(value)
        return super(RecordChoice, drawn).optgroups(name, value, attrs)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context, text = super().get_context(name, value, attrs), str(value or "")
        is_typed = self.few is None or bool(text and not text.isdecimal())
        record = self.offered.filter(pk=text).first() if is_typed and text.isdecimal() else None
        context["widget"] |= {"is_typed": is_typed, "record": record}
        context["widget"]["typed"] = record.reference if record else "" if text.isdecimal() else text.removeprefix("#")
        return context


class RecordChecks(Offered, forms.CheckboxSelectMultiple):
    """Several records: each to tick where there are few, else those chosen to tick and a line to type more into."""

    template_name = "records/record_checks.html"

    @property
    def offered(self) -> Any:
        return super().offered.order_by("reference")

    def taken_up(self, data: Any, name: str) -> Any:
        """`data` with what was typed among the ticks; what names no record stays as text, which no field takes."""
        typed = [line for text in data.getlist(f"{name}-typed") for line in parts(text)]
        data = data.copy()
        data.pop(f"{name}-typed", None)
        if typed:
            data.setlist(name, list(dict.fromkeys([*data.getlist(name), *map(self.key_of, typed)])))
        return data

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> Any:
        drawn = copy(self)
        drawn.choices = self.shown(value)
        return super(RecordChecks, drawn).optgroups(name, value, attrs)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        unknown = [text.removeprefix("#") for text in map(str, value or []) if not text.isdecimal()]
        context["widget"] |= {"typed": ", ".join(unknown), "takes_typed": self.few is None or bool(unknown)}
        return context


def parts(text: str) -> list[str]:
    return [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
