"""How one record type takes rows: its form, what a record says already, and what else there is to do for a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import ForeignKey, QuerySet

from organisations.models import Organisation, User
from records.bulk import create_records
from records.forms import RecordForm
from records.models import Record, keep_reference

from .cells import Known, Text, reader_of

if TYPE_CHECKING:
    from records.views import RecordViews

Made = list[tuple[Any, dict[str, Any]]]


class RowForm(RecordForm):
    """The form of new records of a type, filled again for each row: building one for each takes as long as all else.

    What was looked up once is not looked up again for each row, neither by its fields nor by the model.
    """

    def prepared(self, known: Known, readers: dict[str, Text]) -> None:
        self.looked_up: set[str] = set()
        for name, field in self.fields.items():
            table = getattr(readers.get(name), "table", None)
            if isinstance(table, dict):
                self.looked_up.add(name)
                things = {str(thing.pk): thing for thing in table.values() if hasattr(thing, "pk")}
                field.clean = chosen(field, things)  # type: ignore[method-assign]
        self.usual = {name: bare(self.get_initial_for_field(item, name)) for name, item in self.fields.items()}

    def filled(self, data: dict[str, Any]) -> Record:
        """A new record as the row says; `errors` say what is wrong with it."""
        self.instance = type(self.instance)(organisation=self.organisation)
        self.data, self.is_bound, self._errors = self.usual | data, True, None  # type: ignore[assignment]
        self.__dict__.pop("changed_data", None)
        self.full_clean()
        return self.instance

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        keys = {item.name for item in self.instance._meta.concrete_fields if isinstance(item, ForeignKey)}
        return excluded | (keys & self.looked_up)


def bare(value: Any) -> Any:
    """An initial value as a browser would post it: records by their keys."""
    if isinstance(value, list | tuple | QuerySet):
        return [str(getattr(one, "pk", one)) for one in value]
    return getattr(value, "pk", value)


def chosen(field: forms.Field, things: dict[str, Any]) -> Any:
    """Cleans keys to the things themselves, as the field would, without asking the database."""

    def clean(value: Any) -> Any:
        if isinstance(field, forms.ModelMultipleChoiceField):
            return [things[str(key)] for key in value or [] if str(key) in things]
        found = things.get(str(value)) if value else None
        field.validate(found)
        return found

    return clean


class Importer:
    """For most types this is all; others say what is special about their fields and their new records.

    `key` names the fields by which a row without a reference finds its record.
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

    def new_form(self) -> RowForm:
        form_class = self.form_of(type(self.views))
        form: Any = type(f"Row{form_class.__name__}", (RowForm, form_class), {})(**self.who)
        form.prepared(self.known, self.readers)
        return form

    def shown(self, record: Any) -> Any:
        """The form of a record as its page has it."""
        return self.form_of(type(self.views))(instance=record, **self.who)

    def filled(self, shown: Any, data: dict[str, Any]) -> Any:
        """The same form with what it says now and, over that, `data`."""
        now = {name: bare(shown.get_initial_for_field(item, name)) for name, item in shown.fields.items()}
        return type(shown)(now | data, instance=shown.instance, **self.who)

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
                through: Any = item.remote_field.through  # type: ignore[union-attr]
                mine, other = item.m2m_field_name(), item.m2m_reverse_field_name()  # type: ignore[attr-defined]
                through._default_manager.bulk_create(
                    through(**{f"{mine}_id": record.pk, f"{other}_id": one.pk})
                    for record, cleaned in made
                    for one in cleaned.get(item.name) or ()
                )
