"""The inputs of the portal's forms, where Django's own do not fit."""

from typing import Any

from django import forms


class DayInput(forms.DateInput):
    """A day by the browser's picker or by typing; always ISO in the page, so that the browser understands it."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "short", **(attrs or {})}, format="%Y-%m-%d")


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
