"""What actions and evidence requests share: form, list and the answer to a verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clauses.models.asking import is_open
from organisations.models import User
from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS
from records.filters import RecordFilter
from records.models import Record
from records.register_page import RegisterForm, RegisterViews, parts_of

from .telling import handed_over, let_see
from .verbs import keeps_records

# What only who keeps the records changes: the owner, who is asked, does not move the day or pass it on.
KEPT = ("about", "due_on", "owner")
SETTLED_STAYS = gettext_lazy("It is settled; nothing in it changes any more.")


class AskingForm(RegisterForm):
    """Form of what is asked; its owner is who is asked, sees what it is about and is told."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and not keeps_records(self.user, self.organisation):
            for name in KEPT:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        if self.instance.pk and not is_open(self.instance):
            raise forms.ValidationError(SETTLED_STAYS)
        return super().clean() or self.cleaned_data

    def save(self, commit: bool = True) -> Any:
        model: Any = type(self.instance)
        stored = model.objects.select_related("owner").filter(pk=self.instance.pk).first()
        if stored is None:
            self.instance.asked_by = self.user
        asked = super().save(commit)
        if stored and stored.about_id != asked.about_id:
            let_see(stored, before=[stored.owner], now=[])
            let_see(asked, before=[], now=[asked.owner])
        handed_over(asked, former=stored.owner if stored else None, by=self.user)
        return asked


class AskingFilter(RecordFilter):
    """`due=late` is what is open after its day; `mine=yes` what is asked of oneself."""

    due = filters.ChoiceFilter(choices=[("late", gettext_lazy("Late"))], method="by_due", label=gettext_lazy("Due day"))
    mine = filters.ChoiceFilter(
        choices=[("yes", gettext_lazy("Asked of me"))], method="by_mine", label=gettext_lazy("Asked of")
    )

    def by_due(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        found: Any = queryset
        open_ones = found.open() if hasattr(found, "open") else found.waiting()
        return open_ones.filter(due_on__lt=self.request.organisation.today())

    def by_mine(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(owner=self.request.user)


class AskingViews(RegisterViews):
    related: ClassVar[tuple[str, ...]] = ("owner", "organisation", "asked_by")
    # Not the day: whoever is asked may change their own, and does not move it.
    bulk = ("owner", "review_on")

    def hindrance(self, request: MemberRequest, record: Any, name: str) -> str:
        """As the form: what is settled stays, and who is asked passes nothing on."""
        if not is_open(record):
            return str(SETTLED_STAYS)
        if name in KEPT and CHANGE_RECORDS not in request.permissions:
            return _("Only who keeps the records changes this")
        return ""

    def handed_over(self, former: dict[int, set[User]]) -> None:
        for asked in self.model._default_manager.filter(pk__in=former).select_related("owner", "organisation"):
            handed_over(asked, former=next(iter(former[asked.pk]), None), by=asked.changed_by)

    def extra_context(self, request: MemberRequest, record: Any) -> dict[str, Any]:
        parts = list(parts_of(record, self.form_class, request.user, without={"about"}))
        return {"parts": parts, "about": self.about(request, record), "is_open": is_open(record)}

    def about(self, request: MemberRequest, record: Any) -> Record | None:
        """What it is about, where one may see that."""
        visible = Record.objects.visible_to(request.user).select_related("organisation")
        return visible.filter(pk=record.about_id).first() if record.about_id else None


def typed(request: MemberRequest) -> str:
    """What was typed beside a verb. The database keeps no NUL in a text."""
    return request.POST.get("text", "").replace("\x00", "")


def done(request: MemberRequest, record: Record, words: str, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
    else:
        messages.success(request, words % {"record": record})
    return redirect(record)
