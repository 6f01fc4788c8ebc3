"""Pages of the AI system inventory and of suppliers."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from organisations.requests import MemberRequest
from records.models import Record
from records.views import RecordViews

from .actions import retire, take_back_into_use
from .filters import AISystemFilter, SupplierFilter
from .forms import AISystemForm, RetireForm, SupplierForm
from .importing import AISystemImporter, SupplierImporter
from .made_of import lines_of, made_of
from .models import AISystem, Stage, Supplier
from .tables import AISystemTable, SupplierTable


class SupplierViews(RecordViews):
    model, form_class, table_class, filter_class = Supplier, SupplierForm, SupplierTable, SupplierFilter
    path = "suppliers"
    clause = "A.10.2, A.10.3"
    lead = gettext_lazy("Those whose models, data and services our AI systems rest on.")
    chips = (
        (gettext_lazy("High criticality"), {"criticality": "high"}),
        (gettext_lazy("Review overdue"), {"review": "overdue"}),
    )
    imports = (
        *("title", "service", "owner", "criticality", "assessed_on", "result"),
        *("open_conditions", "conditions_due_on", "contract_ai_clauses", "contract_clauses"),
        *("review_on", "review_every"),
    )
    importer = SupplierImporter

    def extra_context(self, request: MemberRequest, record: Supplier) -> dict[str, Any]:
        rests_on_it = Q(main_supplier=record) | Q(suppliers=record)
        systems = AISystem.objects.visible_to(request.user).filter(rests_on_it).distinct()
        return {
            "systems": systems.select_related("organisation").order_by("reference"),
            "assessments": record.assessments.select_related("by"),
            "responsibilities": lines_of(request, record.responsibilities.select_related("system")),
            "resources": record.resources.visible_to(request.user).select_related("organisation").order_by("reference"),
        }


suppliers = SupplierViews()


class AISystemViews(RecordViews):
    model, form_class, table_class, filter_class = AISystem, AISystemForm, AISystemTable, AISystemFilter
    path = "ai-systems"
    clause = "4.1, A.4.2"
    lead = gettext_lazy("Every AI system we develop, provide or use, with our role, its class and who answers for it.")
    related = ("owner", "organisation", "technical_owner", "main_supplier")
    prefetched = ("suppliers",)
    chips = (
        (gettext_lazy("High risk"), {"risk_class": "high"}),
        (gettext_lazy("In scope"), {"scope": "in"}),
        (gettext_lazy("Out of scope"), {"scope": "out"}),
        (gettext_lazy("Retired"), {"scope": "retired"}),
    )
    imports = (
        *("title", "purpose", "owner", "technical_owner", "roles", "act_role", "risk_class", "class_reason"),
        *("stage", "go_live_on", "review_on", "review_every", "system_version", "model", "data_categories"),
        *("personal_data", "main_supplier", "suppliers", "users", "people_affected", "affected", "autonomy"),
        *("oversight", "in_scope", "scope_reason"),
    )
    importer = AISystemImporter

    def extra_context(self, request: MemberRequest, record: AISystem) -> dict[str, Any]:
        return {"steps": steps_of(record), "suppliers": suppliers_of(request, record), **made_of(request, record)}


def steps_of(system: AISystem) -> list[dict[str, Any]]:
    """The life cycle as steps, the current one marked, with the days on record."""
    stages = list(Stage)
    now = stages.index(Stage(system.stage))
    days = {Stage.DEPLOYMENT: system.go_live_on, Stage.RETIREMENT: system.retired_on}
    return [
        {
            "label": stage.label,
            "state": "done" if i < now else "current" if i == now else "",
            "note": date_format(day, "j M Y") if (day := days.get(stage)) else "",
        }
        for i, stage in enumerate(stages)
    ]


def suppliers_of(request: MemberRequest, system: AISystem) -> list[dict[str, str]]:
    """Name of each supplier, the main one first, with its address for those who may see it."""
    further = sorted((one for one in system.suppliers.all() if one.pk != system.main_supplier_id), key=str)
    suppliers = [system.main_supplier, *further] if system.main_supplier else further
    visible = set(Supplier.objects.visible_to(request.user).filter(pk__in=[one.pk for one in suppliers]))
    for one in suppliers:
        one.organisation = system.organisation
    return [{"name": one.title, "url": one.get_absolute_url() if one in visible else ""} for one in suppliers]


ai_systems = AISystemViews()


@require_http_methods(["GET", "HEAD", "POST"])
def retire_system(request: MemberRequest, reference: str) -> HttpResponse:
    """Asks for the day and the reason; never deletes. `undo` takes a retired system back into use."""
    system = ai_systems.get(request, reference)
    if not ai_systems.may_change(request, system):
        raise PermissionDenied
    if request.method == "POST":
        # Who saves at the same time waits here, so that the second one is seen to be stale.
        Record.objects.select_for_update().get(pk=system.pk)
        system = ai_systems.get(request, reference)
    if system.is_retired:
        return already_retired(request, system)
    data = request.POST if request.method == "POST" else None
    form = RetireForm(data, instance=system, organisation=request.organisation, user=request.user)
    if request.method == "POST" and form.is_stale:
        form.add_error(None, _("Somebody changed this system meanwhile. Look at it again before you retire it."))
    if request.method == "POST" and form.is_valid():
        retire(form.instance, by=request.user)
        messages.success(request, _("%(record)s is retired.") % {"record": system})
        return redirect(system)
    crumbs = [
        (capfirst(ai_systems.words), ai_systems.list_url(request)),
        (system.reference, system.get_absolute_url()),
        (_("Retire"), None),
    ]
    return render(request, "systems/aisystem_retire.html", {"record": system, "form": form, "crumbs": crumbs})


def already_retired(request: MemberRequest, system: AISystem) -> HttpResponse:
    if request.method == "POST" and "undo" in request.POST:
        take_back_into_use(system, by=request.user)
        message = _("%(record)s is in use again. Its next review must be set anew.")
        messages.success(request, message % {"record": system})
    else:
        messages.info(request, _("%(record)s is retired already.") % {"record": system})
    return redirect(system)
