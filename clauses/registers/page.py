"""What the registers share: a page that says what the form's groups ask, and links that show only what one may see."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any, ClassVar

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
        let_in(record, before=self.named(stored), now=self.named(record), change=False)
        return record

    def named(self, record: Any) -> set[User]:
        """Those whom a record names and lets in."""
        return {person for name in self.lets_see if (person := getattr(record, name, None))}


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
        return {"parts": list(parts_of(record, self.form_class))}

    def template(self, page: str) -> list[str]:
        own, shared = super().template(page)
        return [own, "clauses/register_detail.html", shared] if page == "detail" else [own, shared]


def parts_of(record: Record, form: type[RecordForm], *, without: Collection[str] = ()) -> Any:
    """The groups of the form with what the record says: {title, facts: {term, value or records}}."""
    for title, _help, rows in form.groups:
        names = [name for row in rows for name in ([row] if isinstance(row, str) else row)]
        names = [name for name in names if name not in SHARED and name not in without]
        if names:
            yield {"title": title, "facts": [fact(record, form, name) for name in names]}


def fact(record: Any, form: type[RecordForm], name: str) -> dict[str, Any]:
    field = record._meta.get_field(name)
    label = form.base_fields[name].label or field.verbose_name
    if field.many_to_many:
        return {"term": label, "records": sorted(getattr(record, name).all(), key=lambda one: one.reference)}
    return {"term": label, "value": in_words(record, field)}


def in_words(record: Any, field: Any) -> str:
    """A stored value as people read it; empty where nothing is said."""
    value = getattr(record, field.name)
    if value is None or value == "":
        return ""
    if field.choices:
        return str(getattr(record, f"get_{field.name}_display")())
    if isinstance(field, models.BooleanField):
        return _("Yes") if value else _("No")
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(field, models.DateField):
        return date_format(value, "j M Y")
    return str(value)
