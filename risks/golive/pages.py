"""The gate of one system, and the decisions that were made at it (ISO 42001 A.6.2.5)."""

from __future__ import annotations

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from organisations.requests import MemberRequest
from records.filters import RecordFilter
from records.tables import WIDE, WIDE_NOWRAP, DayColumn, RecordTable
from records.views import RecordViews
from risks.golive.forms import GoLiveForm
from risks.golive.gate import TEXTS, Check, checks_of, decides
from risks.linking import addresses_for
from risks.models import GoLive
from systems.models import AISystem
from systems.tables import HiddenColumn
from systems.views import ai_systems


class GoLiveTable(RecordTable):
    system = tables.Column(accessor="system__title", verbose_name=gettext_lazy("AI system"), attrs=WIDE)
    system_version = tables.Column(attrs=WIDE_NOWRAP)
    live_on = DayColumn()
    decided_by = tables.Column(order_by=("decided_by__name",), attrs=WIDE_NOWRAP)
    overridden = tables.Column(accessor="override_reason", verbose_name=gettext_lazy("Overridden"), empty_values=())
    decided_on = HiddenColumn()
    stage = HiddenColumn()
    verification = HiddenColumn()
    user_information = HiddenColumn()
    override_reason = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = GoLive
        fields = (
            *("reference", "title", "system", "system_version", "live_on", "decided_by", "overridden", "decided_on"),
            *("stage", "verification", "user_information", "override_reason"),
        )
        sequence = fields
        exclude = ("owner", "review_on")

    def render_overridden(self, value: str) -> str:
        return _("Yes") if value else _("No")

    def value_overridden(self, value: str) -> str:
        return self.render_overridden(value)


class GoLiveFilter(RecordFilter):
    overridden = filters.ChoiceFilter(
        label=gettext_lazy("Overridden"),
        method="by_override",
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
    )

    def by_override(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.exclude(override_reason="") if value == "yes" else queryset.filter(override_reason="")


class GoLiveViews(RecordViews):
    model, table_class, filter_class = GoLive, GoLiveTable, GoLiveFilter
    path = "go-lives"
    clause = "A.6.2.5"
    lead = gettext_lazy("Which version of which AI system went live, who decided it, and what that rests on.")
    related = ("owner", "organisation", "system", "assessment", "decided_by")
    can_be_created = False
    can_be_edited = False
    bulk = ()
    chips = ((gettext_lazy("Overridden"), {"overridden": "yes"}),)

    def extra_context(self, request: MemberRequest, record: GoLive) -> dict[str, Any]:
        urls = addresses_for(request.user, [record.system, record.assessment])
        return {"system_url": urls.get(record.system_id, ""), "assessment_url": urls.get(record.assessment_id or 0, "")}


@require_http_methods(["GET", "HEAD", "POST"])
def gate_page(request: MemberRequest, reference: str) -> HttpResponse:
    """What is missing before it goes live, for all who see the system; the decision for those who may make it."""
    system = ai_systems.get(request, reference)
    may_decide = decides(request.user, request.organisation)
    if request.method == "POST" and not may_decide:
        raise PermissionDenied
    if system.is_retired:
        messages.info(request, _("%(record)s is retired.") % {"record": system})
        return redirect(system)
    form = form_for(request, system, request.POST if request.method == "POST" else None) if may_decide else None
    if form and request.method == "POST" and (decision := decided(form)):
        messages.success(request, _("%(record)s: decided.") % {"record": decision})
        return redirect(decision)
    return render(request, "risks/gate.html", context_of(request, system, form))


def form_for(request: MemberRequest, system: AISystem, data: Any) -> GoLiveForm:
    return GoLiveForm(data, system=system, organisation=request.organisation, user=request.user)


def decided(form: GoLiveForm) -> GoLive | None:
    """The decision; None where it was refused, with the reasons in the form and nothing lost."""
    if form.is_stale:
        form.add_error(None, _("Somebody changed this system meanwhile. Look at it again, then decide."))
    if not form.is_valid():
        return None
    try:
        with transaction.atomic():
            return form.save()
    except ValidationError as error:
        form.add_error(None, error)
        return None


def context_of(request: MemberRequest, system: AISystem, form: GoLiveForm | None) -> dict[str, Any]:
    checks = asked_checks(system, form, request.user)
    return {
        "record": system,
        "form": form,
        "checks": [line_of(one) for one in checks],
        "missing": sum(not one.passed for one in checks),
        "asked": asked_version(system, form),
        "decisions": GoLiveViews().visible(request).filter(system=system).order_by("-decided_on", "-pk"),
        "crumbs": [
            (capfirst(ai_systems.words), ai_systems.list_url(request)),
            (system.reference, system.get_absolute_url()),
            (_("Go-live"), None),
        ],
    }


def asked_version(system: AISystem, form: GoLiveForm | None) -> str:
    typed = form.data.get("system_version", "").strip() if form and form.is_bound else ""
    return typed[:50].replace("\x00", "") or system.system_version


def asked_checks(system: AISystem, form: GoLiveForm | None, user: Any) -> list[Check]:
    """The conditions by what stands in the form now."""
    given = {name: str(form.data.get(name, "")) for name in TEXTS} if form and form.is_bound else {}
    return checks_of(system, asked_version(system, form), given, user=user)


def line_of(check: Check) -> dict[str, str]:
    tone, state = ("good", _("There")) if check.passed else ("bad", _("Missing"))
    return {
        "tone": tone,
        "title": check.name,
        "tag": check.clause,
        "text": check.why,
        "url": check.url,
        "state": state,
    }
