"""Forms of the sections that are written in rows: impacts, consultations, measures.

All rows of a section are one form, so that they are saved, compared and merged as one; a field is `ROW-COLUMN`.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evidence.references import natural
from organisations.models import User
from records.forms import people_of
from records.models import Record
from records.versions import rows_at
from records.widgets import LongText, Segments
from risks.impact.forms import PartForm
from risks.impact.rating import criteria_of
from risks.models import Consultation, Dimension, Impact, ImpactAssessment, ImpactMeasure, Reversibility, Scale

AFFECTED = [("true", gettext_lazy("Affected")), ("false", gettext_lazy("Not affected"))]
ROW = re.compile(r"row-(\d{1,18})-")
Values = dict[str, Any]


class RowsForm(PartForm):
    """`kept` are the rows as they are stored, by key: of a historical instance as they were then."""

    row: ClassVar[type[Model]]
    columns: ClassVar[tuple[str, ...]]

    class Meta:
        model = ImpactAssessment
        fields: list[str] = []

    def __init__(self, data: Any = None, files: Any = None, *, instance: Any, **kwargs: Any) -> None:
        self.organisation, self.user = kwargs["organisation"], kwargs["user"]
        self.kept = {self.key_of(values): values for values in self.stored(instance)}
        self.keys = self.keys_with(data)
        self.choices = self.offered(instance)
        own = {f"{key}-{name}": self.field_of(key, name) for key in self.keys for name in self.columns_of(key)}
        self.base_fields = {  # type: ignore[misc]
            **type(self).base_fields,
            **own,
        }
        super().__init__(data, files, instance=instance, **kwargs)
        for key, values in self.kept.items():
            self.initial.update({f"{key}-{name}": self.shown(name, values[name]) for name in self.columns})

    def stored(self, assessment: ImpactAssessment) -> list[Values]:
        if assessment._state.adding:  # as it was in an earlier version: see records.stale
            assessment.pk = assessment.id
            rows = rows_at(self.row, assessment, assessment.version, "assessment_id")
            return [{**row, "id": row["pgh_obj_id"]} for row in rows]
        return list(self.row._default_manager.filter(assessment=assessment).order_by("pk").values())

    def key_of(self, values: Values) -> str:
        return f"row-{values['id']}"

    def keys_with(self, data: Any) -> list[str]:
        return list(self.kept)

    def columns_of(self, key: str) -> tuple[str, ...]:
        return self.columns

    def offered(self, assessment: ImpactAssessment) -> dict[str, Any]:
        """Choices of the columns that have some."""
        return {}

    def field_of(self, key: str, name: str) -> forms.Field:
        column: Any = self.row._meta.get_field(name.removesuffix("_id"))
        label = capfirst(str(column.verbose_name))
        if name in self.choices:
            choices = [("", _("Choose")), *self.choices[name]]
            is_number = column.is_relation or column.get_internal_type().endswith("IntegerField")
            coerce, empty = (int, None) if is_number else (str, "")
            return forms.TypedChoiceField(
                label=label, choices=choices, coerce=coerce, empty_value=empty, required=False
            )
        widget = (
            {"widget": LongText({"rows": 2, "data-guard": ""})} if column.get_internal_type() == "TextField" else {}
        )
        made: forms.Field = column.formfield(required=False, label=label, **widget)
        return made

    def shown(self, name: str, value: Any) -> Any:
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value) if name in self.choices and value is not None else "" if value is None else value

    def values(self, key: str) -> Values:
        """What was typed into one row."""
        return {name: self.cleaned_data.get(f"{key}-{name}") for name in self.columns}

    def has_row_changed(self, key: str) -> bool:
        return any(f"{key}-{name}" in self.changed_data for name in self.columns_of(key))

    def save(self, commit: bool = True) -> Any:
        assessment = super().save(commit)
        for key in self.keys:
            if self.has_row_changed(key):
                self.save_row(key, assessment)
        return assessment

    def save_row(self, key: str, assessment: ImpactAssessment) -> None:
        raise NotImplementedError


class ImpactsForm(RowsForm):
    """All dimensions: each affected, or not affected with a reason."""

    row = Impact
    columns = (
        *("is_affected", "reason", "benefit", "harm", "severity", "likelihood", "scale", "reversibility", "shown_by"),
        *("residual_severity", "residual_likelihood"),
    )

    def key_of(self, values: Values) -> str:
        return str(values["dimension"])

    def keys_with(self, data: Any) -> list[str]:
        return [dimension.value for dimension in Dimension]

    def offered(self, assessment: ImpactAssessment) -> dict[str, Any]:
        criteria = criteria_of(assessment)
        severity = [(n, f"{n} {words}") for n, words in enumerate(criteria.individuals_scale, 1)]
        likelihood = [(n, f"{n} {words}") for n, words in enumerate(criteria.likelihood, 1)]
        return {
            "severity": severity,
            "likelihood": likelihood,
            "residual_severity": severity,
            "residual_likelihood": likelihood,
            "scale": Scale.choices,
            "reversibility": Reversibility.choices,
        }

    def field_of(self, key: str, name: str) -> forms.Field:
        if name != "is_affected":
            return super().field_of(key, name)
        return forms.TypedChoiceField(
            label=Dimension(key).label,
            choices=AFFECTED,
            coerce=lambda value: value == "true",
            empty_value=None,
            required=False,
            widget=Segments,
        )

    def save_row(self, key: str, assessment: ImpactAssessment) -> None:
        Impact.objects.update_or_create(assessment=assessment, dimension=key, defaults=self.values(key))


class ListForm(RowsForm):
    """Rows that come and go: those there are, and a few empty ones. `needed` is the column that makes a row one."""

    needed: ClassVar[str]
    empty: ClassVar[int] = 2

    def keys_with(self, data: Any) -> list[str]:
        # A row that somebody else took away while it was being written stays in the form, so that no text is lost.
        gone = {f"row-{found[1]}" for name in data or () if (found := ROW.match(name))} - set(self.kept)
        return [*self.kept, *sorted(gone), *(f"new-{n}" for n in range(1, self.empty + 1))]

    def columns_of(self, key: str) -> tuple[str, ...]:
        return (*self.columns, "remove") if key in self.kept else self.columns

    def field_of(self, key: str, name: str) -> forms.Field:
        if name == "remove":
            return forms.BooleanField(label=_("Take this row away"), required=False)
        return super().field_of(key, name)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for key in self.keys:
            values = self.values(key)
            is_row = key in self.kept or any(values.values())
            if is_row and not values[self.needed] and not cleaned.get(f"{key}-remove"):
                column: Any = self.row._meta.get_field(self.needed)
                words = (
                    _("Say: %(what)s. Or tick that the row is taken away.") if key in self.kept else _("Say: %(what)s.")
                )
                self.add_error(f"{key}-{self.needed}", words % {"what": column.verbose_name})
        return cleaned

    def save_row(self, key: str, assessment: ImpactAssessment) -> None:
        values, rows = self.values(key), self.row._default_manager.filter(assessment=assessment)
        if key in self.kept and self.cleaned_data.get(f"{key}-remove"):
            rows.filter(pk=self.kept[key]["id"]).delete()
        elif key in self.kept:
            rows.filter(pk=self.kept[key]["id"]).update(**values)
        elif values[self.needed]:
            self.row._default_manager.create(assessment=assessment, **values)


class ConsultationForm(ListForm):
    row = Consultation
    columns = ("who", "heard_on", "views", "use")
    needed = "who"


class MeasuresForm(ListForm):
    row = ImpactMeasure
    columns = ("dimension", "measure", "control_id", "owner_id", "due_on", "done_on")
    needed = "measure"

    def offered(self, assessment: ImpactAssessment) -> dict[str, Any]:
        chosen = {values["control_id"] for values in self.kept.values()}
        seen = Record.objects.visible_to(self.user).of(self.organisation)
        controls = seen.filter(kind="own-control") | seen.filter(kind="position", reference__startswith="A.")
        known = controls.distinct() | Record.objects.filter(pk__in=chosen - {None}).distinct()
        owners = {values["owner_id"] for values in self.kept.values()} - {None}
        people = people_of(self.organisation)
        people = (people | User.objects.filter(pk__in=owners)).distinct().order_by("name")
        return {
            "dimension": Dimension.choices,
            "control_id": [(one.pk, str(one)) for one in sorted(known, key=lambda one: natural(one.reference))],
            "owner_id": [(one.pk, str(one)) for one in people],
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for key in self.keys:
            values = self.values(key)
            if values["measure"] and not values["dimension"]:
                self.add_error(f"{key}-dimension", _("Say which dimension it is for."))
        return cleaned


FORMS: dict[str, type[RowsForm]] = {
    "impacts": ImpactsForm,
    "consultation": ConsultationForm,
    "measures": MeasuresForm,
}
