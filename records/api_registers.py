"""What registers for programs share: fields as the form asks them, links by reference, rows at their own address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from organisations.api import as_object

from .api import CreatingApi, RecordSerializer, filter_parameters
from .api_forms import errors_of, key_of
from .models import Record
from .views import RecordViews


def links() -> Any:
    """Records by reference, those the person may see."""
    return serializers.SlugRelatedField(
        slug_field="reference", queryset=Record.objects.none(), many=True, required=False
    )


def fields_of(views: type[RecordViews], *derived: str) -> list[str]:
    """What the form asks, with what every record tells and what is derived; the latter cannot be set."""
    form: Any = views.form_class
    return [*RecordSerializer.Meta.read_only, *form.Meta.fields, *derived]


def api_of(
    views: type[RecordViews], serializer: type[RecordSerializer], base: type[CreatingApi] = CreatingApi, room: str = ""
) -> Any:
    """The class that answers programs about one register; `room` is the module that declares it."""
    name = f"{views.model.__name__}Api"
    members = {"views": views(), "queryset": views.model.objects.none(), "serializer_class": serializer}
    described = extend_schema_view(list=extend_schema(parameters=filter_parameters(views)))
    return described(type(name, (base,), {**members, "__doc__": serializer.__doc__, "__module__": room or __name__}))


class RowsApi(CreatingApi):
    """A record to which rows are added at addresses of their own."""

    def add_row(
        self,
        reference: str,
        form_for: Callable[[Any, dict[str, str]], forms.ModelForm],
        keep: Callable[[Any, forms.ModelForm], Model],
        serializer: type[serializers.Serializer],
    ) -> Response:
        """Takes one row through the form that a page would post; 400 with what the form says at its fields."""
        record = self.views.get(self.member, reference)
        if not self.views.may_change(self.member, record):
            raise PermissionDenied
        Record.objects.select_for_update().get(pk=record.pk)
        record = self.views.get(self.member, reference)

        def added() -> Response:
            form = form_for(record, self.typed(form_for(record, {})))
            if not form.is_valid():
                raise errors_of(form)
            return Response(serializer(keep(record, form)).data, status=201)

        return self.once(added)

    def typed(self, unbound: forms.ModelForm) -> dict[str, str]:
        given = as_object(self.request.data)
        if unknown := [name for name in given if name not in unbound.fields or name == "seen"]:
            raise ValidationError({name: [_("This cannot be set here.")] for name in unknown})
        return {name: as_typed(name, one, unbound.fields[name]) for name, one in given.items()}


def as_typed(name: str, value: Any, field: forms.Field) -> str:
    """A value of JSON as a person would type it: a record by its reference, yes and no as the form has them."""
    is_choice = isinstance(field, forms.TypedChoiceField) and not isinstance(field, forms.ModelChoiceField)
    if isinstance(value, dict | list) or (isinstance(value, bool) and not is_choice):
        raise ValidationError({name: [_("This is not of the right type.")]})
    if value is None or value == "":
        return ""
    if isinstance(field, forms.ModelChoiceField):
        return str(key_of(field, str(value)))
    return str(value)
