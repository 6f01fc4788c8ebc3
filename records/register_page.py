"""What the registers share: a page that says what the form's groups ask, and links that show only what one may see."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Prefetch
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.models import User
from organisations.requests import MemberRequest
from records.actions import let_in
from records.charts import plain
from records.forms import RecordForm
from records.models import Record, RecordQuerySet
from records.views import RecordViews

REVIEW = (gettext_lazy("Responsibility"), gettext_lazy("Who keeps this entry, and when it is looked at again."))
SHARED = {"title", "owner", "review_on", "review_every"}
MONTHS = gettext_lazy("Review every (months)")


class RegisterForm(RecordForm):
    """Form of a register; whom its record names may read it (`lets_see`)."""

    lets_see: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].required = True
        if "review_every" in self.fields:
            self.fields["review_every"].label, self.fields["review_every"].help_text = MONTHS, ""

    def save(self, commit: bool = True) -> Any:
        stored = self.lets_see and type(self.instance)._default_manager.filter(pk=self.instance.pk).first()
        record = super().save(commit)
        let_in(record, before=self.named(stored) - self.kept_in(record), now=self.named(record), change=False)
        return record

    def named(self, record: Any) -> set[User]:
        """Those whom a record names and lets in."""
        return {person for name in self.lets_see if (person := getattr(record, name, None))}

    def kept_in(self, record: Any) -> set[User]:
        """Those who go on seeing a record for another reason once it names them no longer."""
        return set()


class RegisterViews(RecordViews):
    """A record type whose page says what its form asks, under the same headings. `links` are its lists of records."""

    links: ClassVar[tuple[str, ...]] = ()

    def visible(self, request: MemberRequest) -> RecordQuerySet[Any]:
        models_of: Any = {name: self.model._meta.get_field(name).related_model for name in self.links}
        seen = [
            Prefetch(name, queryset=model.objects.visible_to(request.user).select_related("organisation"))
            for name, model in models_of.items()
        ]
        return super().visible(request).prefetch_related(*seen)

    def extra_context(self, request: MemberRequest, record: Any) -> dict[str, Any]:
        return {"parts": list(parts_of(record, self.form_class, request.user))}

    def template(self, page: str) -> list[str]:
        own, shared = super().template(page)
        return [own, "records/register_detail.html", shared] if page == "detail" else [own, shared]


def parts_of(record: Record, form: type[RecordForm], user: User, *, without: Collection[str] = ()) -> Any:
    """The groups of the form with what the record says: {title, facts: {term, value or records}}."""
    openable = openable_from(record, form, user)
    for title, _help, rows in form.groups:
        names = [name for row in rows for name in ([row] if isinstance(row, str) else row)]
        names = [name for name in names if name not in SHARED and name not in without]
        if names:
            yield {"title": title, "facts": [fact(record, form, name, openable) for name in names]}


def openable_from(record: Record, form: type[RecordForm], user: User) -> set[int]:
    """Ids of the records that this one names one by one (not in lists) and that this person may open."""
    names = (name for name in form._meta.fields or () if name not in SHARED)
    fields: list[Any] = [record._meta.get_field(name) for name in names]
    named = {getattr(record, one.attname) for one in fields if names_a_record(one)} - {None}
    return set(Record.objects.visible_to(user).filter(pk__in=named).values_list("pk", flat=True)) if named else set()


def names_a_record(field: Any) -> bool:
    return bool(field.many_to_one) and issubclass(field.related_model, Record)


def fact(record: Any, form: type[RecordForm], name: str, openable: set[int]) -> dict[str, Any]:
    field = record._meta.get_field(name)
    label = form.base_fields[name].label or field.verbose_name
    if field.many_to_many:
        return {"term": label, "records": sorted(getattr(record, name).all(), key=lambda one: one.reference)}
    if names_a_record(field) and getattr(record, field.attname) in openable:
        named = getattr(record, name)
        named.organisation = record.organisation
        return {"term": label, "records": [named]}
    return {"term": label, "value": in_words(record, field)}


def in_words(record: Any, field: Any) -> str:
    """A stored value as people read it; empty where nothing is said."""
    value = getattr(record, field.name)
    if value is None or value == "" or value == []:
        return ""
    if isinstance(field, ArrayField):
        labels = dict(field.base_field.flatchoices)
        return ", ".join(str(labels.get(one, one)) for one in value)
    if field.choices:
        return str(getattr(record, f"get_{field.name}_display")())
    if isinstance(field, models.BooleanField):
        return _("Yes") if value else _("No")
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(field, models.DateField):
        return date_format(value, "j M Y")
    return str(value)
