"""The scope of an audit: clauses, areas, single requirements; none named means all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audits.models import Audit
from clauses.models import Requirement
from records.widgets import parts


def covered(audit: Audit) -> list[Requirement]:
    """The requirements an audit covers, in the order of the standard."""
    named = Requirement.objects.assessable().filter(audits=audit)
    return list(named) or list(Requirement.objects.assessable())


def sections() -> list[Requirement]:
    """Clauses 4 to 10 and the areas of Annex A, in order."""
    numbers = dict.fromkeys(one.section for one in Requirement.objects.assessable())
    found = {one.number: one for one in Requirement.objects.filter(number__in=numbers)}
    return [found[number] for number in numbers if number in found]


def sections_of(requirements: Iterable[Requirement]) -> list[str]:
    """Numbers of the sections of some requirements, in the order of the standard: `4`, `10`, `A.2`."""
    found = {one.section for one in requirements}
    return sorted(found, key=lambda one: (one.startswith("A."), int(one.removeprefix("A."))))


class ScopeChecks(forms.SelectMultiple):
    """A tick for each clause and area, and a line for single numbers.

    The page posts `NAME-sections` and `NAME-typed`; `taken_up` makes of them what stands for it in the form: ids.
    """

    template_name = "audits/scope_checks.html"

    def taken_up(self, data: Any, name: str) -> Any:
        data, ids = data.copy(), []
        every = list(Requirement.objects.assessable())
        ticked = data.pop(f"{name}-sections", [])
        ids += [str(one.pk) for one in every if one.section in ticked]
        by_number = {one.number.upper(): str(one.pk) for one in every}
        for text in data.pop(f"{name}-typed", []):
            for number in parts(text):
                within = [str(one.pk) for one in every if one.section == number.upper()]
                ids += within or [by_number.get(number.upper(), f"#{number}")]
        data.setlist(name, list(dict.fromkeys(ids)))
        return data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        chosen = {str(getattr(one, "pk", one)) for one in value or []}
        whole, single = [], []
        by_section: dict[str, list[Requirement]] = {}
        for one in Requirement.objects.assessable():
            by_section.setdefault(one.section, []).append(one)
        for section in sections():
            inside = by_section[section.number]
            ticked = [one for one in inside if str(one.pk) in chosen]
            is_whole = len(ticked) == len(inside)
            whole.append({"section": section, "checked": is_whole, "count": len(inside)})
            single += [] if is_whole else [one.number for one in ticked]
        unknown = [one.removeprefix("#") for one in chosen if one.startswith("#")]
        context["widget"] |= {"sections": whole, "typed": ", ".join([*single, *unknown])}
        return context

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> Any:
        return []

    def use_required_attribute(self, initial: Any) -> bool:
        return False


class ScopeField(forms.ModelMultipleChoiceField):
    """Requirements by clause, area or number."""

    widget = ScopeChecks

    def __init__(self, **options: Any) -> None:
        super().__init__(Requirement.objects.assessable(), required=False, **options)
        self.error_messages["invalid_pk_value"] = _("“%(pk)s” is no clause or control.")

    def clean(self, value: Any) -> Any:
        unknown = [str(one).removeprefix("#") for one in value or [] if str(one).startswith("#")]
        if unknown:
            raise forms.ValidationError(self.error_messages["invalid_pk_value"], params={"pk": unknown[0]})
        return super().clean(value)
