"""Pages of an import: bring a file, say which column is what, see what would happen, have it done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from openpyxl.utils import get_column_letter

from organisations.access import needs
from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS
from records.export import exported

from .actions import PATIENCE, fault_of_matching, give_up, match, match_again, start, take_in
from .findings import MOST_ERRORS
from .model import Import
from .names import REFERENCE, label_of
from .sheets import MOST_BYTES, MOST_ROWS

if TYPE_CHECKING:
    from records.views import RecordViews

SHOWN = 10
FIELD = "field-"


class ImportPages:
    """The addresses of imports of one record type; none where it takes none."""

    def __init__(self, views: RecordViews) -> None:
        self.views = views

    def urls(self) -> list[URLPattern]:
        kind, root = self.views.model.KIND, f"{self.views.path}/import/"
        if not self.views.imports:
            return []
        guard, taking = needs(CHANGE_RECORDS), require_http_methods(["GET", "HEAD", "POST"])
        return [
            path(root, taking(guard(self.bring)), name=f"{kind}-import"),
            path(f"{root}headings.csv", require_safe(guard(self.headings)), name=f"{kind}-import-headings"),
            path(f"{root}<uuid:import_id>/", taking(guard(self.one)), name=f"{kind}-import-detail"),
        ]

    def imports(self, request: MemberRequest) -> Any:
        found = Import.objects.filter(organisation=request.organisation, kind=self.views.model.KIND)
        return found.select_related("brought_by")

    def address(self, request: MemberRequest, page: str = "import", **arguments: Any) -> str:
        kwargs = {"organisation": request.organisation.slug, **arguments}
        return reverse(f"{self.views.model.KIND}-{page}", kwargs=kwargs)

    # Bringing a file

    def bring(self, request: MemberRequest) -> HttpResponse:
        """GET: what a file may hold, and the latest ones. POST: takes one in; its page asks for the columns."""
        error = ""
        if request.method == "POST":
            file = request.FILES.get("file")
            try:
                if file is None:
                    raise ValidationError(_("Choose a file first."))
                brought = take_in(self.views, request.organisation, file, by=request.user)
            except ValidationError as refusal:
                error = " ".join(refusal.messages)
            else:
                return redirect(self.address(request, "import-detail", import_id=brought.pk))
        context = self.context(request) | {
            "error": error,
            "fields": self.fields(request),
            "keys": [label_of(type(self.views), name) for name in self.views.importer.key],
            "latest": [self.told(request, one) for one in self.imports(request)[:SHOWN]],
            "limits": {"rows": MOST_ROWS, "bytes": MOST_BYTES},
            "crumbs": [*self.crumbs(request)[:1], (_("Import"), None)],
        }
        return render(request, "records/import.html", context, status=422 if error else 200)

    def headings(self, request: MemberRequest) -> HttpResponseBase:
        """A file with nothing but the headings, to be filled."""
        labels = [label_of(type(self.views), name) for name in (REFERENCE, *self.views.imports)]
        return exported([labels], name=f"{self.views.path}-headings", file_format="csv")

    def fields(self, request: MemberRequest) -> list[dict[str, Any]]:
        """What a column may be; `needed` by new entries."""
        importer = self.views.importer(self.views, request.organisation, request.user)
        blank = importer.form() if self.views.can_be_created else None
        needed = {name for name, one in blank.fields.items() if one.required} if blank else set()
        given = {name for name, value in blank.usual.items() if value not in {None, ""}} if blank else set()
        return [
            {
                "name": name,
                "label": label_of(type(self.views), name),
                "needed": name in needed - given,
                "takes": importer.readers[name].takes if name in importer.readers else self.like_a_reference(),
            }
            for name in (REFERENCE, *self.views.imports)
        ]

    def like_a_reference(self) -> str:
        prefix = self.views.model.PREFIX
        like = f"{prefix}-01" if prefix else "6.1.2, A.6.2.4"
        return _("The number it has here, such as %(like)s") % {"like": like}

    # One import

    def one(self, request: MemberRequest, import_id: UUID) -> HttpResponse:
        """GET: where it stands; for htmx only that, which asks for itself again while the worker has it."""
        brought = get_object_or_404(self.imports(request), pk=import_id)
        if request.method == "POST":
            return self.do(request, brought)
        if brought.state == Import.State.MATCHING:
            return self.matching(request, brought, brought.matching)
        context = self.context(request, brought) | {
            "has_changed": request.GET.get("seen", brought.state) != brought.state,
            "is_unheard": brought.lease_until is None and timezone.now() - brought.since > PATIENCE,
            "most_errors": MOST_ERRORS,
        }
        page = "records/import_polled.html" if request.htmx else "records/import_detail.html"
        return render(request, page, context)

    def do(self, request: MemberRequest, brought: Import) -> HttpResponse:
        try:
            if "match" in request.POST:
                return self.matched(request, brought)
            if "start" in request.POST:
                start(brought, promise=request.POST.get("promise", ""), by=request.user)
            elif "again" in request.POST:
                match_again(brought, by=request.user)
            elif "drop" in request.POST:
                give_up(brought)
                messages.success(request, _("“%(file)s” was thrown away.") % {"file": brought.filename})
                return redirect(self.address(request))
            else:
                raise BadRequest
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect(self.address(request, "import-detail", import_id=brought.pk))

    def matched(self, request: MemberRequest, brought: Import) -> HttpResponse:
        names = {REFERENCE, *self.views.imports}
        chosen = [request.POST.get(f"{FIELD}{at}", "") for at in range(len(brought.columns))]
        chosen = [name if name in names else "" for name in chosen]
        faults = fault_of_matching(self.views, chosen)
        general = self.fault_of_keys(chosen)
        if faults or general:
            return self.matching(request, brought, chosen, faults, general)
        match(brought, chosen, by=request.user)
        return redirect(self.address(request, "import-detail", import_id=brought.pk))

    def fault_of_keys(self, chosen: list[str]) -> str:
        """Why no row could be recognised by these columns; empty where they can."""
        keys = self.views.importer.key
        if REFERENCE in chosen or (keys and set(keys) <= set(chosen)):
            return ""
        if not keys:
            return _("Say which column is the reference. A row is recognised by it.")
        by = {"fields": ", ".join(label_of(type(self.views), name) for name in keys)}
        return _("Say which column is the reference, or which is: %(fields)s. A row is recognised by it.") % by

    def matching(
        self,
        request: MemberRequest,
        brought: Import,
        chosen: list[str],
        faults: dict[int, str] | None = None,
        general: str = "",
    ) -> HttpResponse:
        fields, faults = self.fields(request), faults or {}
        columns = [
            {
                "name": f"{FIELD}{at}",
                "letter": get_column_letter(at + 1),
                "heading": column["heading"],
                "samples": column["samples"],
                "chosen": chosen[at] if at < len(chosen) else "",
                "fault": faults.get(at, ""),
            }
            for at, column in enumerate(brought.columns)
        ]
        context = self.context(request, brought) | {
            "columns": columns,
            "fields": fields,
            "general": general,
            "lacking": [one["label"] for one in fields if one["needed"] and one["name"] not in chosen],
        }
        status = 422 if faults or general else 200
        return render(request, "records/import_columns.html", context, status=status)

    # Words

    def context(self, request: MemberRequest, brought: Import | None = None) -> dict[str, Any]:
        context = {
            "views": self.views,
            "list_url": self.views.list_url(request),
            "import_url": self.address(request),
            "headings_url": self.address(request, "import-headings"),
        }
        if brought:
            context |= {
                "brought": brought,
                "found": brought.found,
                "is_theirs": brought.brought_by_id == request.user.pk,
                "url": self.address(request, "import-detail", import_id=brought.pk),
                "crumbs": [*self.crumbs(request), (brought.filename, None)],
            }
        return context

    def crumbs(self, request: MemberRequest) -> list[tuple[str, str | None]]:
        return [
            (capfirst(self.views.words), self.views.list_url(request)),
            (_("Import"), self.address(request)),
        ]

    def told(self, request: MemberRequest, brought: Import) -> dict[str, Any]:
        return {"brought": brought, "url": self.address(request, "import-detail", import_id=brought.pk)}
