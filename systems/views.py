"""Pages of the AI system inventory and of suppliers."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evidence.models import Evidence
from organisations.requests import MemberRequest
from records.models import Record
from records.views import RecordViews

from .actions import retire, take_back_into_use
from .filters import AISystemFilter, SupplierFilter
from .forms import AISystemForm, RetireForm, SupplierForm
from .models import AIRole, AISystem, Stage, Supplier
from .tables import AISystemTable, SupplierTable


class SupplierViews(RecordViews):
    model, form_class, table_class, filter_class = Supplier, SupplierForm, SupplierTable, SupplierFilter
    path = "suppliers"
    clause = "A.10.3"
    lead = gettext_lazy("Those whose models, data and services our AI systems rest on.")
    chips = (
        (gettext_lazy("High criticality"), {"criticality": "high"}),
        (gettext_lazy("Review overdue"), {"review": "overdue"}),
    )

    def extra_context(self, request: MemberRequest, record: Supplier) -> dict[str, Any]:
        systems = AISystem.objects.visible_to(request.user)
        supplied = systems.filter(main_supplier=record) | systems.filter(suppliers=record)
        return {"systems": supplied.select_related("organisation").distinct().order_by("reference")}


class AISystemViews(RecordViews):
    model, form_class, table_class, filter_class = AISystem, AISystemForm, AISystemTable, AISystemFilter
    path = "ai-systems"
    clause = "4.1, A.4.2"
    lead = gettext_lazy("Every AI system we develop, provide or use, with our role, its class and who answers for it.")
    related = ("owner", "organisation", "technical_owner", "main_supplier", "main_supplier__organisation")
    chips = (
        (gettext_lazy("High risk"), {"risk_class": "high"}),
        (gettext_lazy("In scope"), {"scope": "in"}),
        (gettext_lazy("Out of scope"), {"scope": "out"}),
        (gettext_lazy("Retired"), {"scope": "retired"}),
    )

    def extra_context(self, request: MemberRequest, record: AISystem) -> dict[str, Any]:
        proofs = Evidence.objects.visible_to(request.user).filter(proofs__record=record)
        return {
            "steps": steps_of(record),
            "roles": ", ".join(str(AIRole(role).label) for role in record.roles),
            "further_suppliers": record.suppliers.visible_to(request.user).select_related("organisation"),
            "evidence": proofs.select_related("owner", "organisation")
            .prefetch_related("versions")
            .order_by("reference"),
        }


def steps_of(system: AISystem) -> list[dict[str, Any]]:
    """The life cycle as steps, the current one marked."""
    stages = list(Stage)
    now = stages.index(Stage(system.stage))
    return [
        {
            "label": stage.label,
            "state": "done" if i < now else "current" if i == now else "",
            "note": system.system_version if i == now else "",
        }
        for i, stage in enumerate(stages)
    ]


ai_systems = AISystemViews()


def retire_system(request: MemberRequest, reference: str) -> HttpResponse:
    """Asks for the day and the reason; never deletes."""
    system = ai_systems.get(request, reference)
    if not ai_systems.may_change(request, system):
        raise PermissionDenied
    if request.method == "POST" and "undo" in request.POST:
        take_back_into_use(system, by=request.user)
        return redirect(system)
    Record.objects.select_for_update().get(pk=system.pk)
    form = RetireForm(request.POST or None, instance=system, organisation=request.organisation, user=request.user)
    if request.method == "POST" and form.is_stale:
        form.add_error(None, _("Somebody changed this system meanwhile. Look at it again before you retire it."))
    if request.method == "POST" and form.is_valid():
        retire(form.instance, by=request.user)
        messages.success(request, _("%(record)s is retired.") % {"record": system})
        return redirect(system)
    return render(request, "systems/aisystem_retire.html", {"record": system, "form": form})
