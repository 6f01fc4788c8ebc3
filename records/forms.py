"""The form every record type builds on: choices stay inside the organisation, a save carries its version."""

from typing import Any, cast

from django import forms
from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation, User
from organisations.roles import ROLES_WITH_END_DATE

from .actions import keep
from .models import Record
from .widgets import DayInput, LongText, RecordChecks, RecordChoice


def people_of(organisation: Organisation) -> QuerySet[User]:
    """Those who may own records: members who have not left and are not from outside."""
    members = organisation.memberships.current().exclude(role__in=ROLES_WITH_END_DATE)
    return User.objects.filter(pk__in=members.values("user")).order_by("name")


class RecordForm(forms.ModelForm):
    """Form of one record. `version` is the one the person started from; `groups` are the headings of the page."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    groups: list[tuple[Any, Any, list[Any]]] = []

    def __init__(self, *args: Any, organisation: Organisation, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation, self.user = organisation, user
        self.instance.organisation = organisation
        self.initial.setdefault("version", self.instance.version if self.instance.pk else 0)
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField):
                self.narrow(name, field)
            elif isinstance(field, forms.TypedChoiceField) and isinstance(field.widget, forms.Select):
                field.choices = [(value, label if value else _("Choose")) for value, label in cast(Any, field.choices)]
            elif isinstance(field, forms.DateField):
                field.widget = DayInput(field.widget.attrs)
            elif type(field.widget) is forms.Textarea:
                field.widget = LongText({"data-guard": ""})

    def narrow(self, name: str, field: forms.ModelChoiceField) -> None:
        """Offers only what the person may see in this organisation; what is already chosen stays choosable."""
        model = cast(QuerySet[Model], field.queryset).model
        if model is User:
            people = people_of(self.organisation)
            chosen = getattr(self.instance, f"{name}_id", None) if self.instance.pk else None
            field.queryset = people | User.objects.filter(pk=chosen) if chosen else people
            if not isinstance(field, forms.ModelMultipleChoiceField):
                field.empty_label = str(_("Choose a person"))
        elif issubclass(model, Record):
            field.queryset = model.objects.visible_to(self.user).filter(organisation=self.organisation)
            if not isinstance(field, forms.ModelMultipleChoiceField):
                chosen = getattr(self.instance, f"{name}_id", None) if self.instance.pk else None
                if chosen:
                    # Whoever may not see what is linked does not end the link by saving something else.
                    field.queryset = field.queryset | model.objects.filter(pk=chosen)
                field.empty_label = str(_("Choose") if field.required else _("None"))
            self.let_type(name, field)

    def let_type(self, name: str, field: forms.ModelChoiceField) -> None:
        """A list or ticks for a few records; among many they are typed by reference or name."""
        given, called = (field.widget.attrs, cast(Any, field.choices)), self.add_prefix(name)
        is_typed = self.is_bound and f"{called}-typed" in self.data
        if isinstance(field, forms.ModelMultipleChoiceField):
            field.widget = ticks = RecordChecks(*given)
            unknown = _("There is no “%(pk)s” here, or more than one; type its reference.")
            field.error_messages["invalid_pk_value"] = unknown
            self.data = ticks.taken_up(self.data, called) if is_typed else self.data
        else:
            field.widget = one = RecordChoice(*given)
            if is_typed:
                field.error_messages["invalid_choice"] = _("There is no such record here; type its reference.")
                self.data = one.taken_up(self.data, called, kept=getattr(self.instance, name, None))

    @property
    def who(self) -> dict[str, Any]:
        return {"organisation": self.organisation, "user": self.user}

    @property
    def started_from(self) -> int | None:
        """The version on which the person began; None where they named none."""
        text = str(self.data.get(self.add_prefix("version"), ""))
        return int(text) if text.isdecimal() and len(text) < 9 else None

    @property
    def is_stale(self) -> bool:
        """True when somebody saved the record after this form was opened."""
        return bool(self.instance.pk) and self.started_from != self.instance.version

    def continue_from(self, newer: Record) -> None:
        """Takes up the newer version, so that saving what was typed is then meant, not an accident."""
        self.data = cast(QueryDict, self.data).copy()
        self.data["version"] = str(newer.version)
        self.errors.clear()

    def keep_unseen(self) -> None:
        """Adds to each list of records what is linked already and hidden from this person: it is not theirs to end."""
        for field in self.instance._meta.local_many_to_many if self.instance.pk else ():
            chosen, offered = self.cleaned_data.get(field.name), self.fields.get(field.name)
            if chosen is not None and isinstance(offered, forms.ModelMultipleChoiceField):
                unseen = linked(self.instance, field).exclude(pk__in=cast(Any, offered.queryset))
                self.cleaned_data[field.name] = [*chosen, *unseen]

    def save(self, commit: bool = True) -> Any:
        self.keep_unseen()
        keep(self.instance, by=self.user)
        self._save_m2m()  # type: ignore[attr-defined]
        return self.instance


def linked(record: Record, field: Any) -> QuerySet[Any]:
    """What a record is linked with through one of its lists, whoever asks."""
    through = field.remote_field.through._default_manager.filter(**{field.m2m_field_name(): record.pk})
    return cast(Any, field.related_model)._default_manager.filter(pk__in=through.values(field.m2m_reverse_field_name()))


def require(form: forms.BaseForm, *names: str) -> None:
    """Makes fields mandatory on a form that the table allows to be empty."""
    for name in names:
        form.fields[name].required = True
