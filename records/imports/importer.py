"""How one record type takes rows: its form, what a record says already, and what else there is to do for a new one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.db.models import CheckConstraint, ForeignKey, QuerySet

from organisations.models import Organisation, User
from records.bulk import create_records
from records.forms import RecordForm
from records.models import keep_reference

from .cells import Known, Text, reader_of

if TYPE_CHECKING:
    from records.views import RecordViews

Made = list[tuple[Any, dict[str, Any]]]


class RowForm(RecordForm):
    """The form of a record type, filled from a row: with the same rules, but nothing is looked up for each row.

    That of a new record is filled again for each, as building it takes as long as all else.
    """

    readers: ClassVar[dict[str, Text]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.looked_up: set[str] = set()
        for name, field in self.fields.items():
            clean = self.readers[name].cleaner(field) if name in self.readers else None
            if clean:
                self.looked_up.add(name)
                field.clean = partial(self.taken_up, name, clean)  # type: ignore[method-assign]
        self.usual = {name: bare(self.get_initial_for_field(item, name)) for name, item in self.fields.items()}

    def narrow(self, name: str, field: forms.ModelChoiceField) -> None:
        """What one person or record may be is known already (`taken_up`)."""
        if name not in self.readers or isinstance(field, forms.ModelMultipleChoiceField):
            super().narrow(name, field)

    def taken_up(self, name: str, clean: Callable[[Any], Any], value: Any) -> Any:
        """What a key stands for; what is chosen already stays, even where nobody could choose it any more."""
        if value and str(value) == str(getattr(self.instance, f"{name}_id", "")):
            return getattr(self.instance, name)
        return clean(value)

    def filled(self, data: dict[str, Any]) -> bool:
        """Whether the record is well with what it said and, over that, `data`; `errors` say what is wrong with it."""
        if not self.instance.pk:
            self.instance = type(self.instance)(organisation=self.organisation)
        # The database is asked only about constraints of which the row says something.
        told = [one for one in self.instance._meta.constraints if fields_of(one) & data.keys()]
        self.instance.get_constraints = lambda: [(type(self.instance), told)]
        self.data, self.is_bound, self._errors = self.usual | data, True, None
        self.__dict__.pop("changed_data", None)
        self.full_clean()
        del self.instance.get_constraints
        return not self.errors

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        keys = {item.name for item in self.instance._meta.concrete_fields if isinstance(item, ForeignKey)}
        return excluded | (keys & self.looked_up)


def fields_of(constraint: Any) -> set[str]:
    """The columns a check speaks of; none for other constraints, whose fields no form has."""
    condition: Any = constraint.condition if isinstance(constraint, CheckConstraint) else None
    return set(condition.referenced_base_fields) if condition else set()


def bare(value: Any) -> Any:
    """An initial value as a browser would post it: records by their keys."""
    if isinstance(value, list | tuple | QuerySet):
        return [str(getattr(one, "pk", one)) for one in value]
    return getattr(value, "pk", value)


class Importer:
    """For most types this is all; others say what is special about their fields and their new records.

    `key` names the fields by which a row without a reference finds its record; none where only a reference does.
    """

    key: tuple[str, ...] = ("title",)
    form_class: type[RecordForm] | None = None

    def __init__(self, views: RecordViews, organisation: Organisation, user: User) -> None:
        self.views, self.organisation, self.user = views, organisation, user
        self.known = Known(organisation, user)
        form = self.form_of(type(views))
        self.readers = {name: self.reader(name, form.base_fields[name]) for name in views.imports}

    @classmethod
    def form_of(cls, views: type[RecordViews]) -> type[RecordForm]:
        return cls.form_class or views.form_class

    @property
    def who(self) -> dict[str, Any]:
        return {"organisation": self.organisation, "user": self.user}

    def reader(self, name: str, field: forms.Field) -> Text:
        return reader_of(field, self.known)

    # What is there

    def records(self) -> QuerySet[Any]:
        """All records of the type that a row may mean, with all that `stored` looks at."""
        model = self.views.model
        found = model.objects.visible_to(self.user).of(self.organisation).filter(kind=model.KIND)
        columns = [model._meta.get_field(name) for name in self.views.imports if self.is_column(name)]
        keys = [item.name for item in columns if isinstance(item, ForeignKey)]
        lists = [item.name for item in columns if item.many_to_many]
        return found.select_related("organisation", *keys).prefetch_related(*lists)

    def is_column(self, name: str) -> bool:
        return any(item.name == name for item in self.views.model._meta.get_fields())

    def stored(self, record: Any, name: str) -> Any:
        """What the record says of a field, as its reader compares it."""
        value = getattr(record, name)
        return list(value.all()) if hasattr(value, "all") else value

    # Forms

    @cached_property
    def row_form(self) -> type[RowForm]:
        form_class = self.form_of(type(self.views))
        return type(f"Row{form_class.__name__}", (RowForm, form_class), {"readers": self.readers})

    def form(self, record: Any = None) -> Any:
        """The form of a record, or of new ones, to be filled."""
        return self.row_form(instance=record, **self.who)

    # New records

    def prepare(self, record: Any) -> None:
        """Fills columns that `save` would fill."""

    def create(self, made: Made) -> None:
        """Keeps new records, each with what its form cleaned to, as saving the form of each would."""
        for record, _cleaned in made:
            record.changed_by = self.user
            self.prepare(record)
        create_records([record for record, _cleaned in made])
        newest: dict[str, str] = {}
        for record, _cleaned in made:
            prefix, _dash, digits = record.reference.rpartition("-")
            if digits.isdigit() and int(digits) > int(newest.get(prefix, f"{prefix}-0").rpartition("-")[2]):
                newest[prefix] = record.reference
        for _prefix, reference in sorted(newest.items()):
            keep_reference(self.organisation, reference)
        self.link(made)

    def link(self, made: Made) -> None:
        """Writes the lists of records that new records name."""
        for item in self.views.model._meta.local_many_to_many:
            if item.name in self.views.imports:
                through: Any = item.remote_field.through
                mine, other = item.m2m_field_name(), item.m2m_reverse_field_name()
                through._default_manager.bulk_create(
                    through(**{f"{mine}_id": record.pk, f"{other}_id": one.pk})
                    for record, cleaned in made
                    for one in cleaned.get(item.name) or ()
                )
