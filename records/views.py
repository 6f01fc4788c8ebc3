"""One class per record type gives its list, page, forms, history and export. A fourth hook is a plain view instead."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Page
from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from organisations.counting import Pages, told
from organisations.models import User
from organisations.requests import MemberRequest, may_take_away
from organisations.roles import CHANGE_RECORDS, CONTRIBUTE

from .columns import PARAMETER, leave_out
from .comment_pages import CommentPages, panel, without_words
from .export import exported
from .filters import RecordFilter
from .forms import RecordForm
from .imports.importer import Importer
from .imports.pages import ImportPages
from .log_page import record_history
from .models import SOON, Record, RecordQuerySet
from .naming import initials, tells_initials
from .saved_filter_pages import SavedFilterPages
from .saved_filters import saved
from .selection import offers
from .selection_pages import SelectionPages, bar
from .stale import conflict, settle
from .tables import RecordTable
from .timeline import changes_of

ROWS = (25, 50, 100)


class RecordViews:
    """Declares a record type: model, form, table, filters, and the words of its pages."""

    model: ClassVar[type[Record]]
    form_class: ClassVar[type[RecordForm]]
    table_class: ClassVar[type[RecordTable]] = RecordTable
    filter_class: ClassVar[type[RecordFilter]] = RecordFilter
    path: ClassVar[str]
    clause: ClassVar[str] = ""
    # Where only a part of the type demonstrates one of its clauses: which part, as lookups (see records.registers).
    part_of: ClassVar[dict[str, dict[str, Any]]] = {}
    lead: ClassVar[Any] = ""
    related: ClassVar[tuple[str, ...]] = ("owner", "organisation")
    prefetched: ClassVar[tuple[str, ...]] = ()
    chips: ClassVar[tuple[tuple[Any, dict[str, str]], ...]] = ()
    can_be_created: ClassVar[bool] = True
    # What is decided once and then stays has no form: nobody may change it, whatever their role.
    can_be_edited: ClassVar[bool] = True
    contributors_create: ClassVar[bool] = False
    # Whether owners change what they own; else they only answer for it.
    owners_change: ClassVar[bool] = True
    rows: ClassVar[int] = 50
    # The field that says whom a record is about: a person whom not everybody reads by name (see naming).
    about_person: ClassVar[str] = ""
    # What many records of a list can be set to at once: a person, a day or a choice.
    bulk: ClassVar[tuple[str, ...]] = ("owner", "review_on")
    # Fields that a spreadsheet may bring, beside the reference; without the line there is no import.
    imports: ClassVar[tuple[str, ...]] = ()
    importer: ClassVar[type[Importer]] = Importer

    @property
    def kicker(self) -> str:
        """What the register demonstrates, as it stands over its list: `Clauses 4.1, 4.2` or `Control A.8.2`."""
        numbers = self.clause.split(", ")
        if all(number.startswith("A.") for number in numbers):
            return ngettext("Control %(n)s", "Controls %(n)s", len(numbers)) % {"n": self.clause}
        return ngettext("Clause %(n)s", "Clauses %(n)s", len(numbers)) % {"n": self.clause}

    @classmethod
    def urls(cls) -> list[URLPattern]:
        views, kind = cls(), cls.model.KIND
        pages = [
            path(f"{cls.path}/", require_safe(views.listing), name=f"{kind}-list"),
            path(f"{cls.path}/export.<str:file_format>", require_safe(views.export), name=f"{kind}-export"),
            path(f"{cls.path}/<str:reference>/", require_safe(views.detail), name=f"{kind}-detail"),
            path(f"{cls.path}/<str:reference>/history/", require_safe(views.history), name=f"{kind}-history"),
        ]
        if cls.can_be_edited:
            pages.insert(3, path(f"{cls.path}/<str:reference>/edit/", views.edit, name=f"{kind}-edit"))
        pages += CommentPages(views).urls()
        pages[2:2] = [*SelectionPages(views).urls(), *SavedFilterPages(views).urls(), *ImportPages(views).urls()]
        if cls.can_be_created:
            pages.insert(1, path(f"{cls.path}/new/", views.new, name=f"{kind}-new"))
        return pages

    # What one may see and do

    def visible(self, request: MemberRequest) -> RecordQuerySet[Any]:
        # The kind goes without saying, but the database finds the order of a list by it.
        records = self.model.objects.visible_to(request.user).of(request.organisation).filter(kind=self.model.KIND)
        return records.select_related(*self.related).prefetch_related(*self.prefetched)

    def get(self, request: MemberRequest, reference: str) -> Any:
        record = get_object_or_404(self.visible(request), reference=reference)
        if self.about_person and tells_initials(request) and (person := getattr(record, self.about_person)):
            person.name = initials(person.name)
        return record

    def may_create(self, request: MemberRequest) -> bool:
        contributes = self.contributors_create and CONTRIBUTE in request.permissions
        return self.can_be_created and (CHANGE_RECORDS in request.permissions or contributes)

    def may_change(self, request: MemberRequest, record: Record) -> bool:
        if not self.can_be_edited:
            return False
        if CHANGE_RECORDS in request.permissions:
            return True
        if not self.owners_change:
            return False
        return Record.objects.changeable_by(request.user).filter(pk=record.pk).exists()

    def may_comment(self, request: MemberRequest, record: Record, *, may_change: bool) -> bool:
        return may_change

    # Lists

    def filtered(self, request: MemberRequest) -> RecordFilter:
        found = self.filter_class(request.GET, queryset=self.visible(request), request=request)
        if self.about_person and tells_initials(request):
            found.filters.pop(self.about_person, None)
        return found

    def table(self, request: MemberRequest, records: Any) -> RecordTable:
        table = self.table_class(records)
        table.caption = capfirst(self.words)
        RequestConfig(request, paginate=False).configure(table)
        return table

    def listing(self, request: MemberRequest) -> HttpResponse:
        kept = saved(self, request)
        if kept["default"] and not request.GET:
            return redirect(f"{request.path}?{kept['default']}")
        found = self.filtered(request)
        picking, records = offers(request, found.qs)
        table = self.table(request, records)
        may_pick = self.owners_change or CHANGE_RECORDS in request.permissions
        table.picking = picking if self.bulk and may_pick else ""
        columns = leave_out(table, request.GET.getlist(PARAMETER))
        page = page_of(request, table.data.data, self.rows)
        table.page = page
        context = {
            "views": self,
            "table": table,
            "page": page,
            "search_label": _("Search in %(words)s") % {"words": self.words},
            "filter_form": found.form,
            "filters_on": sum(bool(request.GET.get(name)) for name in found.filters if name != "q"),
            "q": request.GET.get("q", ""),
            "chips": self.chips_for(request),
            "exports": self.exports_for(request, page),
            "may_create": self.may_create(request),
            "may_import": bool(self.imports) and CHANGE_RECORDS in request.permissions,
            "is_filtered": any(request.GET.get(name) for name in found.filters),
            "selection": bar(self, request),
            "saved": kept,
            "columns": columns,
            "crumbs": [(capfirst(self.words), None)],
            **self.extra_list_context(request),
        }
        templates = [
            f"{self.model._meta.app_label}/{self.model._meta.model_name}_list.html",
            "records/record_list.html",
        ]
        return render(request, templates, context)

    def extra_list_context(self, request: MemberRequest) -> dict[str, Any]:
        return {}

    def beside(self, request: MemberRequest, name: str, value: Any) -> dict[str, Any]:
        """Further columns that go with setting `name` of many records, such as the day of a status."""
        return {}

    def hindrance(self, request: MemberRequest, record: Any, name: str) -> str:
        """Why setting `name` of this record among many is refused, beyond who may change it; empty where it is not."""
        return ""

    def handed_over(self, former: dict[int, set[User]]) -> None:
        """After many were given a new owner: whoever else gains or loses sight by it. `former` owners by record."""

    def export(self, request: MemberRequest, file_format: str) -> HttpResponseBase:
        table = self.table(request, self.filtered(request).qs)
        return exported(table.as_values(), name=f"{request.organisation.slug}-{self.path}", file_format=file_format)

    def chips_for(self, request: MemberRequest) -> list[dict[str, Any]]:
        return [chip(request, label, params) for label, params in self.chips]

    def exports_for(self, request: MemberRequest, page: Page[Any]) -> list[dict[str, str]]:
        if not may_take_away(request):
            return []
        query = request.GET.urlencode()
        kwargs = {"organisation": request.organisation.slug}
        labels = {"csv": _("CSV, %(n)s rows as shown"), "xlsx": _("Excel, %(n)s rows as shown")}
        return [
            {
                "label": label % {"n": told(cast(Pages, page.paginator).found)},
                "url": reverse(f"{self.model.KIND}-export", kwargs=kwargs | {"file_format": kind}) + f"?{query}",
            }
            for kind, label in labels.items()
        ]

    # One record

    def detail(self, request: MemberRequest, reference: str) -> HttpResponse:
        record = self.get(request, reference)
        may_change = self.may_change(request, record)
        may_comment = self.may_comment(request, record, may_change=may_change)
        context = {
            "views": self,
            "record": record,
            "may_change": may_change,
            "comments": panel(request, record, may_comment=may_comment),
            "events": without_words(changes_of(request.user, record, limit=8)),
            "today": request.organisation.today(),
            "review_is_near": bool(record.review_on and record.review_on <= request.organisation.today() + SOON),
            "crumbs": [(capfirst(self.words), self.list_url(request)), (record.reference, None)],
            **self.extra_context(request, record),
        }
        if self.about_person and tells_initials(request):
            context["events"] = []
        return render(request, self.template("detail"), context)

    def extra_context(self, request: MemberRequest, record: Any) -> dict[str, Any]:
        """What the page of this type shows beside the record itself."""
        return {}

    def history(self, request: MemberRequest, reference: str) -> HttpResponse:
        if self.about_person and tells_initials(request):
            # It tells who took whose place, by name.
            raise Http404
        record = self.get(request, reference)
        crumbs: list[tuple[str, str | None]] = [
            (capfirst(self.words), self.list_url(request)),
            (record.reference, record.get_absolute_url()),
            (_("History"), None),
        ]
        return record_history(request, record, crumbs)

    def new(self, request: MemberRequest) -> HttpResponse:
        if not self.may_create(request):
            raise PermissionDenied
        form = self.form(request, None)
        words = _("%(record)s was added.")
        if request.method == "POST" and form.is_valid() and (answer := self.saved(request, form, words)):
            return answer
        return self.form_page(request, form, None)

    def edit(self, request: MemberRequest, reference: str) -> HttpResponse:
        record = self.get(request, reference)
        if not self.may_change(request, record):
            raise PermissionDenied
        if request.method == "POST":
            # Two saves at once wait for each other here, so that the second one is seen to be stale.
            Record.objects.select_for_update().get(pk=record.pk)
            record = self.get(request, reference)
        form = self.form(request, record)
        if request.method == "POST":
            unclear = settle(form)
            if unclear or form.is_stale:
                return self.form_page(request, form, record, conflict=conflict(form, unclear), status=409)
        words = _("%(record)s was saved.")
        if request.method == "POST" and form.is_valid() and (answer := self.saved(request, form, words)):
            return answer
        return self.form_page(request, form, record)

    def saved(self, request: MemberRequest, form: RecordForm, words: str) -> HttpResponse | None:
        """Saves and opens the record, or the list where one gave it away; None where an action refused, which then
        stands in the form.
        """
        try:
            with transaction.atomic():
                record = form.save()
        except ValidationError as error:
            form.add_error(None, error)
            return None
        messages.success(request, words % {"record": record})
        is_visible = self.visible(request).filter(pk=record.pk).exists()
        return redirect(record if is_visible else self.list_url(request))

    def form(self, request: MemberRequest, record: Any) -> RecordForm:
        data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        initial = None if record else dict(request.GET.items())
        return self.form_class(
            data, files, instance=record, initial=initial, organisation=request.organisation, user=request.user
        )

    def form_page(
        self, request: MemberRequest, form: RecordForm, record: Any, status: int = 200, conflict: Any = None
    ) -> HttpResponse:
        crumbs: list[tuple[str, str | None]] = [(capfirst(self.words), self.list_url(request))]
        if record:
            crumbs += [(record.reference, record.get_absolute_url()), (_("Edit"), None)]
        else:
            crumbs += [(_("New"), None)]
        context = {
            "views": self,
            "record": record,
            "form": form,
            "conflict": conflict,
            "crumbs": crumbs,
            "cancel_url": record.get_absolute_url() if record else self.list_url(request),
        }
        return render(request, self.template("form"), context, status=status)

    # Names

    def template(self, page: str) -> list[str]:
        meta = self.model._meta
        return [f"{meta.app_label}/{meta.model_name}_{page}.html", f"records/record_{page}.html"]

    def list_url(self, request: MemberRequest) -> str:
        return reverse(f"{self.model.KIND}-list", kwargs={"organisation": request.organisation.slug})

    @cached_property
    def words(self) -> str:
        return str(self.model._meta.verbose_name_plural)

    @cached_property
    def word(self) -> str:
        return str(self.model._meta.verbose_name)


def page_of(request: MemberRequest, rows: Any, usual: int = 50) -> Page[Any]:
    """The page of rows asked for by `page` and `rows`; nonsense gives the first or the last one."""
    wanted = request.GET.get("rows", "")
    size = int(wanted) if wanted in map(str, ROWS) else usual
    return Pages(rows, size).get_page(request.GET.get("page"))


def chip(request: MemberRequest, label: Any, params: dict[str, str]) -> dict[str, Any]:
    """A quick filter: switches its parameters on, or off where they are on."""
    query = {key: value for key, value in request.GET.items() if key not in {*params, "page"}}
    on = all(request.GET.get(key) == value for key, value in params.items())
    # An address without any query opens with the person's own default.
    return {"label": label, "url": "?" + (urlencode(query if on else query | params) or "q="), "on": on}
